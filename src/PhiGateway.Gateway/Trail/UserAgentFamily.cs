using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.Extensions.Primitives;

namespace PhiGateway.Gateway.Trail;

/// <summary>
/// Reads of a <c>User-Agent</c> field (RFC 9110 section 10.1.5) which program calls: the first product and its major version, in letters that
/// no log or page can misread. Called for each record.
/// </summary>
/// <remarks>Thread-safe. What a client may write there is anything: it is cut, and of what is in no such form only that is said.</remarks>
internal static class UserAgentFamily
{
    /// <summary>What is said of a field that names no product.</summary>
    public const string Other = "other";

    private const int LongestName = 32;
    private const int LongestVersion = 4;

    // As many as there are programs in use; whoever sends ever others has each read anew.
    private const int MostKnown = 512;
    private const int LongestKnown = 256;

    private static readonly SearchValues<char> Letters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
    );
    private static readonly ConcurrentDictionary<string, string> Known = new(StringComparer.Ordinal);

    /// <summary>Such as <c>python-requests/2</c>; null: the field is not there.</summary>
    public static string? Of(StringValues field)
    {
        if (field is not [{ Length: > 0 } text])
        {
            return field.Count == 0 ? null : Other;
        }

        if (Known.TryGetValue(text, out var known))
        {
            return known;
        }

        var read = Read(text);
        if (text.Length <= LongestKnown && Known.Count < MostKnown)
        {
            Known.TryAdd(text, read);
        }

        return read;
    }

    private static string Read(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAny(' ', '/');
        var name = end < 0 ? text : text[..end];
        if (name.IsEmpty || name.Length > LongestName || name.ContainsAnyExcept(Letters))
        {
            return Other;
        }

        var version = end >= 0 && text[end] == '/' ? text[(end + 1)..] : [];
        var digits = 0;
        while (digits < Math.Min(version.Length, LongestVersion) && char.IsAsciiDigit(version[digits]))
        {
            digits++;
        }

        return digits == 0 ? name.ToString() : $"{name}/{version[..digits]}";
    }
}
