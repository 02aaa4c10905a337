namespace PhiGateway.Audit.Shipping;

/// <summary>Encodes bytes as RFC 4648 base32, upper case, without padding; for pseudonyms.</summary>
internal static class Base32
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>The first characters of an encoding: five bits each.</summary>
    public static string Encode(ReadOnlySpan<byte> data, int characters) =>
        string.Create(
            characters,
            data,
            static (text, bytes) =>
            {
                for (var i = 0; i < text.Length; i++)
                {
                    var bit = i * 5;
                    var pair = (bytes[bit / 8] << 8) | ((bit / 8) + 1 < bytes.Length ? bytes[(bit / 8) + 1] : 0);
                    text[i] = Alphabet[(pair >> (11 - (bit % 8))) & 31];
                }
            }
        );
}
