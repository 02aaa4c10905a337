using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace PhiGateway.Storage.Schema;

/// <summary>Converts times to microseconds since 1970 UTC for SQLite, the resolution that Postgres keeps.</summary>
internal sealed class MicrosecondsConverter() : ValueConverter<DateTimeOffset, long>(t => ToMicroseconds(t), m => FromMicroseconds(m))
{
    public static long ToMicroseconds(DateTimeOffset time) =>
        (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset FromMicroseconds(long microseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
