using System.Buffers;
using Microsoft.Extensions.Primitives;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Identity.Tokens;

/// <summary>
/// Reads the one Authorization header of a request by RFC 6750 section 2.1 and RFC 9449 section 7.1: one scheme, one token, nothing else.
/// Made once a request by the authenticator, as a view of the header without an object. The default value is a refusal.
/// </summary>
internal readonly struct AuthorizationHeader
{
    /// <summary>Longest header that is taken where nothing else is said.</summary>
    public const int DefaultLength = 16 * 1024;

    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/"
    );

    private readonly string? _value;
    private readonly DenyReason? _refusal;
    private readonly int _start;

    private AuthorizationHeader(string value, int start, bool isDpop)
    {
        _value = value;
        _start = start;
        IsDpop = isDpop;
    }

    private AuthorizationHeader(DenyReason refusal) => _refusal = refusal;

    /// <summary>Why there is no token; null when there is one.</summary>
    public DenyReason? Refusal => _value is null ? _refusal ?? DenyReason.NoCredential : null;

    /// <summary>Whether the scheme is DPoP (RFC 9449 section 7.1), so that a proof is due; else it is Bearer.</summary>
    public bool IsDpop { get; }

    /// <summary>The token, ASCII only.</summary>
    public ReadOnlySpan<char> Token => _value.AsSpan(_start);

    /// <summary>The token as text; allocates.</summary>
    public string TokenText => _value![_start..];

    /// <summary>Reads all values of the header together.</summary>
    /// <param name="values">All lines of it.</param>
    /// <param name="most">Characters that it may have.</param>
    public static AuthorizationHeader Read(StringValues values, int most = DefaultLength)
    {
        if (values.Count != 1)
        {
            return new AuthorizationHeader(values.Count == 0 ? DenyReason.NoCredential : DenyReason.MalformedCredential);
        }

        var value = values[0];
        if (string.IsNullOrEmpty(value))
        {
            return new AuthorizationHeader(DenyReason.NoCredential);
        }

        if (value.Length > most)
        {
            return new AuthorizationHeader(DenyReason.HeadersTooLarge);
        }

        var space = value.IndexOf(' ', StringComparison.Ordinal);
        var scheme = value.AsSpan(0, space < 0 ? value.Length : space);
        var isDpop = scheme.Equals("DPoP", StringComparison.OrdinalIgnoreCase);
        if (!isDpop && !scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
        {
            // Another scheme is no attempt with a token: the challenge carries no error (RFC 6750 section 3.1).
            return new AuthorizationHeader(DenyReason.NoCredential);
        }

        var start = scheme.Length;
        while (start < value.Length && value[start] == ' ')
        {
            start++;
        }

        if (!IsToken(value.AsSpan(start)))
        {
            return new AuthorizationHeader(DenyReason.MalformedCredential);
        }

        return new AuthorizationHeader(value, start, isDpop);
    }

    private static bool IsToken(ReadOnlySpan<char> text)
    {
        var body = text.TrimEnd('=');
        return body.Length > 0 && !body.ContainsAnyExcept(TokenCharacters);
    }
}
