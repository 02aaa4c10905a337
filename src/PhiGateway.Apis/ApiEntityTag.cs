namespace PhiGateway.Apis;

/// <summary>The grammar of one entity tag (RFC 9110 section 8.8.3), in ASCII and of bounded length; neither a list nor <c>*</c>.</summary>
public static class ApiEntityTag
{
    private const int MostCharacters = 128;

    /// <summary>Whether the text is exactly one tag, strong or weak.</summary>
    public static bool IsOne(string text)
    {
        var opaque = text.StartsWith("W/", StringComparison.Ordinal) ? text.AsSpan(2) : text;
        if (opaque.Length is < 2 or > MostCharacters || opaque[0] != '"' || opaque[^1] != '"')
        {
            return false;
        }

        foreach (var c in opaque[1..^1])
        {
            if (c is < '!' or > '~' or '"')
            {
                return false;
            }
        }

        return true;
    }
}
