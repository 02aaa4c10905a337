using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Writes the fields <c>RateLimit-Policy</c> and <c>RateLimit</c> (IETF httpapi draft) of an answer that refuses for want of room: which
/// limit, how much of it is left, when there will be more. Written on refusals alone.
/// </summary>
internal static class RateLimitFields
{
    public const string Policy = "RateLimit-Policy";
    public const string State = "RateLimit";

    /// <summary>Names the limit that was reached; nothing where the answer has begun.</summary>
    public static void Write(HttpResponse response, string name, long quota, TimeSpan window, long left, TimeSpan reset)
    {
        if (response.HasStarted)
        {
            return;
        }

        response.Headers[Policy] = string.Create(CultureInfo.InvariantCulture, $"\"{name}\";q={quota};w={Seconds(window)}");
        response.Headers[State] = string.Create(CultureInfo.InvariantCulture, $"\"{name}\";r={left};t={Seconds(reset)}");
    }

    /// <summary>
    /// The same of what is counted in a period that begins anew, with <c>Retry-After</c>: what is used up comes back with the next period; what
    /// other nodes have leased, within a moment.
    /// </summary>
    public static void WriteUsedUp(
        HttpResponse response,
        string name,
        long most,
        TimeSpan period,
        long left,
        DateTimeOffset now,
        long asked = 1
    )
    {
        left = Math.Max(left, 0);
        var next = TimeSpan.FromTicks(period.Ticks - (now.UtcTicks % period.Ticks));
        Write(response, name, most, period, left, next);
        if (!response.HasStarted)
        {
            var wait = left >= asked ? TimeSpan.FromSeconds(1) : next;
            response.Headers.RetryAfter = Seconds(wait).ToString(CultureInfo.InvariantCulture);
        }
    }

    private static long Seconds(TimeSpan time) => (long)Math.Ceiling(time.TotalSeconds);
}
