using System.Globalization;
using PhiGateway.Policy.Collections;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Snapshot;

/// <summary>The time for which one membership of a roster holds, in UTC ticks.</summary>
internal readonly record struct MemberWindow(long From, long Until)
{
    internal static MemberWindow Of(DateTimeOffset? from, DateTimeOffset? until) =>
        new(from?.UtcTicks ?? 0, until?.UtcTicks ?? long.MaxValue);

    internal DateTimeOffset? Begin => From == 0 ? null : new DateTimeOffset(From, TimeSpan.Zero);

    internal DateTimeOffset? End => Until == long.MaxValue ? null : new DateTimeOffset(Until, TimeSpan.Zero);

    internal bool IsAlways => From == 0 && Until == long.MaxValue;

    /// <summary>The interval as ISO 8601 writes it, open where it has no end.</summary>
    internal string Words => $"{WordsOf(Begin)}/{WordsOf(End)}";

    internal bool Holds(long ticks) => ticks >= From && ticks < Until;

    private static string WordsOf(DateTimeOffset? moment) =>
        moment?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture) ?? "..";
}
