using System.Text;

namespace PhiGateway.Fhir.Resources;

/// <summary>One base of the upstream, to be found in content that the client is given; immutable.</summary>
internal sealed class UpstreamAddress
{
    private readonly byte[] _text;
    private readonly byte[] _escaped;
    private readonly int _scheme;
    private readonly int _authority;

    /// <param name="text">Absolute, without trailing slash.</param>
    public UpstreamAddress(string text)
    {
        _text = Encoding.UTF8.GetBytes(text);
        _escaped = Encoding.UTF8.GetBytes(text.Replace("/", "\\/", StringComparison.Ordinal));
        _scheme = text.IndexOf("://", StringComparison.Ordinal);
        var slash = _scheme < 0 ? -1 : text.IndexOf('/', _scheme + 3);
        _authority = slash < 0 ? text.Length : slash;
    }

    /// <summary>Without trailing slash.</summary>
    public int Length => _text.Length;

    /// <summary>Whether a text is this address or something below it. Scheme and host are the same in any letter case (RFC 3986, 6.2.2.1).</summary>
    public bool Begins(ReadOnlySpan<byte> text) => Begins(text, _text, _authority);

    /// <summary>Whether this address stands around a place in a text that stands raw in JSON.</summary>
    /// <param name="raw">The text.</param>
    /// <param name="colon">Where the colon after the scheme stands.</param>
    /// <param name="begin">Where the address begins.</param>
    /// <param name="length">How long it is as it stands.</param>
    public bool TryFindAround(ReadOnlySpan<byte> raw, int colon, out int begin, out int length)
    {
        begin = colon - _scheme;
        length = 0;
        if (_scheme < 0 || begin < 0)
        {
            return false;
        }

        if (Begins(raw[begin..], _text, _authority))
        {
            length = _text.Length;
        }
        else if (Begins(raw[begin..], _escaped, _escaped.Length))
        {
            length = _escaped.Length;
        }

        return length > 0;
    }

    private static bool Begins(ReadOnlySpan<byte> text, ReadOnlySpan<byte> address, int authority)
    {
        // The last letter of the host differs more often than the first of the scheme.
        if (
            text.Length < address.Length
            || (text[authority - 1] | 0x20) != (address[authority - 1] | 0x20)
            || !text[authority..address.Length].SequenceEqual(address[authority..])
            || !Ascii.EqualsIgnoreCase(text[..authority], address[..authority])
        )
        {
            return false;
        }

        // What goes on with a letter or a digit is another address.
        return text.Length == address.Length || !IsPart(text[address.Length]);
    }

    private static bool IsPart(byte value) =>
        char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'.' or (byte)'_' or (byte)':' or (byte)'~' or (byte)'%';
}
