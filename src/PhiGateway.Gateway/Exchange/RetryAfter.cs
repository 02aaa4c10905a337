using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Reads an upstream's <c>Retry-After</c> (RFC 9110, 10.2.3), a number of seconds or a date, as whole seconds within bounds; asked wherever
/// an upstream is busy. Of its text nothing passes.
/// </summary>
internal static class RetryAfter
{
    /// <summary>The longest wait that is told, in seconds: a day.</summary>
    public const int Longest = 24 * 60 * 60;

    /// <summary>Seconds from now, from one to a day; null for what is neither form, and for what is over.</summary>
    public static int? Read(string? text, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (!text.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            // More digits than a number has room for are a very long time.
            var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds);
            return Bounded(isNumber ? seconds : Longest);
        }

        return HeaderUtilities.TryParseDate(text, out var date) ? Bounded(Math.Ceiling((date - now).TotalSeconds)) : null;
    }

    private static int? Bounded(double seconds) => seconds < 1 ? null : (int)Math.Min(seconds, Longest);
}
