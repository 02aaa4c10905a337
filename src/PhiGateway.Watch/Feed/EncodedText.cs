namespace PhiGateway.Watch.Feed;

/// <summary>Reads percent-encoded text of queries and forms without making strings of it; called for each parameter of a search.</summary>
internal static class EncodedText
{
    private const int Digits = 2;

    /// <summary>A name or a value, decoded; as it is where nothing is encoded, and of a longer one as much as there is room for.</summary>
    /// <param name="raw">As it was sent. A plus sign stays one: it stands in zones of dates.</param>
    /// <param name="room">Holds what is decoded.</param>
    public static ReadOnlySpan<char> Decode(ReadOnlySpan<char> raw, Span<char> room)
    {
        if (!raw.Contains('%'))
        {
            return raw;
        }

        var length = 0;
        for (var i = 0; i < raw.Length && length < room.Length; i++)
        {
            room[length++] = CharacterAt(raw, ref i);
        }

        return room[..length];
    }

    /// <summary>The character at a place; of one that is encoded its byte, and the place moves to its last digit.</summary>
    public static char CharacterAt(ReadOnlySpan<char> raw, ref int place)
    {
        var one = raw[place];
        if (one != '%' || place + Digits >= raw.Length)
        {
            return one;
        }

        var (high, low) = (ValueOf(raw[place + 1]), ValueOf(raw[place + Digits]));
        if (high < 0 || low < 0)
        {
            return one;
        }

        place += Digits;
        return (char)((high << 4) | low);
    }

    private static int ValueOf(char digit) =>
        digit switch
        {
            >= '0' and <= '9' => digit - '0',
            >= 'a' and <= 'f' => digit - 'a' + 10,
            >= 'A' and <= 'F' => digit - 'A' + 10,
            _ => -1,
        };
}
