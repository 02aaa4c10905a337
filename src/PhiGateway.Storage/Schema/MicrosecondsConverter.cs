using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace PhiGateway.Storage.Schema;

/// <summary>Converts times to microseconds since 1970 UTC for SQLite, the resolution that Postgres keeps.</summary>
internal sealed class MicrosecondsConverter() : ValueConverter<DateTimeOffset, long>(t => ToMicroseconds(t), m => FromMicroseconds(m))
{
    public static long ToMicroseconds(DateTimeOffset time) =>
        (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    /// <summary>Whether a number of microseconds is a time that can be read back.</summary>
    public static bool IsTime(long microseconds) =>
        microseconds >= ToMicroseconds(DateTimeOffset.MinValue) && microseconds <= ToMicroseconds(DateTimeOffset.MaxValue);

    public static DateTimeOffset FromMicroseconds(long microseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
