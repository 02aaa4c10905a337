using System.Text;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using PhiGateway.TokenService.Grants;

namespace PhiGateway.TokenService.Endpoints;

/// <summary>
/// The parameters of a request to the token service: a form, each at most once but those that say for where a token is, none in the query
/// (RFC 6749 section 3.2).
/// </summary>
internal sealed class TokenForm
{
    private const int MaximumBytes = 32 * 1024;
    private const int MaximumParameters = 32;

    // No address has a blank.
    private const string Several = "several places";

    // Where a token is asked for: of several places each is said by itself (RFC 8707 section 2, RFC 8693 section 2.1).
    private static readonly string[] Places = ["resource", "audience"];

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    private TokenForm() { }

    /// <summary>A parameter's value; null: it is absent or empty, which is the same (RFC 6749 section 3.1).</summary>
    public string? this[string name] => _values.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>Reads the request's form.</summary>
    public static async ValueTask<(TokenForm? Form, OAuthError? Error)> ReadAsync(HttpRequest request)
    {
        if (
            !MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
            || (type.Charset.HasValue && !HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        )
        {
            return (null, OAuthError.Malformed("The body must be a form."));
        }

        // RFC 6749 section 5.2: whoever authenticates by that header is told by a challenge that it was for nothing.
        if (request.Headers.Authorization is { Count: > 0 } credentials)
        {
            return (null, OAuthError.NotByHeader(credentials.ToString()));
        }

        if (request.QueryString.HasValue)
        {
            return (null, OAuthError.Malformed("Parameters stand in the body."));
        }

        if (request.Headers["DPoP"].Count > 1)
        {
            return (null, OAuthError.Proof);
        }

        return await BoundedBody.ReadAsync(request, MaximumBytes) is { } body
            ? Parse(body.Span)
            : (null, OAuthError.Malformed("The body is too large."));
    }

    private static (TokenForm? Form, OAuthError? Error) Parse(ReadOnlySpan<byte> body)
    {
        var form = new TokenForm();
        var text = Encoding.UTF8.GetString(body);
        var count = 0;
        foreach (var pair in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = Decode(equals < 0 ? pair : pair[..equals]);
            var value = equals < 0 ? string.Empty : Decode(pair[(equals + 1)..]);
            if (name is null || value is null || ++count > MaximumParameters || !form.TryTake(name, value))
            {
                return (null, OAuthError.Malformed("A parameter stands twice or cannot be read."));
            }
        }

        return (form, null);
    }

    // Twice the same place is one place. Two of them are the name of neither: no token is for both.
    private bool TryTake(string name, string value)
    {
        if (_values.TryAdd(name, value))
        {
            return true;
        }

        if (!Places.Contains(name))
        {
            return false;
        }

        var before = _values[name];
        if (value.Length > 0 && value != before)
        {
            _values[name] = before.Length == 0 ? value : Several;
        }

        return true;
    }

    // Strict: neither a broken escape nor octets that are no text are "as they stand", and no control character is a value.
    private static string? Decode(string text)
    {
        // Most of what is sent is an assertion, in which nothing is written in another way.
        var plain = text.AsSpan();
        if (!plain.ContainsAnyExceptInRange(' ', '~') && !plain.ContainsAny('%', '+'))
        {
            return text;
        }

        var octets = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var length = 0;
        for (var at = 0; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '+':
                    octets[length++] = (byte)' ';
                    break;
                case '%' when at + 2 < text.Length && char.IsAsciiHexDigit(text[at + 1]) && char.IsAsciiHexDigit(text[at + 2]):
                    octets[length++] = (byte)((ValueOf(text[at + 1]) << 4) | ValueOf(text[at + 2]));
                    at += 2;
                    break;
                case '%':
                    return null;
                default:
                    length += Encoding.UTF8.GetBytes(text.AsSpan(at, 1), octets.AsSpan(length));
                    break;
            }
        }

        if (!Utf8.IsValid(octets.AsSpan(0, length)))
        {
            return null;
        }

        var decoded = Encoding.UTF8.GetString(octets, 0, length);
        foreach (var character in decoded)
        {
            if (char.IsControl(character) || character == '\ufffd')
            {
                return null;
            }
        }

        return decoded;
    }

    private static int ValueOf(char digit) => char.IsAsciiDigit(digit) ? digit - '0' : (digit | ' ') - 'a' + 10;
}
