namespace PhiGateway.Watch.Feed;

/// <summary>A hash of a text that is the same in every process, for sets that outlive one (FNV-1a, 64 bits).</summary>
internal static class StableHash
{
    private const ulong Offset = 14_695_981_039_346_656_037;
    private const ulong Prime = 1_099_511_628_211;

    public static ulong Of(ReadOnlySpan<char> text)
    {
        var hash = Offset;
        foreach (var character in text)
        {
            hash = unchecked((hash ^ character) * Prime);
        }

        return hash;
    }

    /// <summary>The same of what a query or form says: one hash, whichever of its characters are encoded.</summary>
    public static ulong OfDecoded(ReadOnlySpan<char> text)
    {
        if (!text.ContainsAny('%', '+'))
        {
            return Of(text);
        }

        var hash = Offset;
        for (var i = 0; i < text.Length; i++)
        {
            var character = text[i] == '+' ? ' ' : EncodedText.CharacterAt(text, ref i);
            hash = unchecked((hash ^ character) * Prime);
        }

        return hash;
    }
}
