using System.Text;

namespace PhiGateway.Fhir.Json;

/// <summary>
/// Caches the strings of code systems and codes, so that a stream of resources does not allocate them anew. Never given an identifier.
/// </summary>
internal sealed class TextCache
{
    private const int Size = 256;
    private const int Longest = 96;

    private readonly byte[]?[] _bytes = new byte[Size][];
    private readonly string[] _texts = new string[Size];

    public string Get(ReadOnlySpan<byte> text)
    {
        if (text.Length > Longest)
        {
            return Encoding.UTF8.GetString(text);
        }

        var place = (int)(NameKey.Of(text) % Size);
        if (_bytes[place] is { } known && text.SequenceEqual(known))
        {
            return _texts[place];
        }

        _bytes[place] = text.ToArray();
        return _texts[place] = Encoding.UTF8.GetString(text);
    }
}
