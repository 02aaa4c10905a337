using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Snapshot;

/// <summary>An agent's charter as decisions read it; immutable, made by the snapshot builder.</summary>
internal sealed class CharterEntry
{
    internal required string[] Tools { get; init; }

    /// <summary>Types it may touch; empty: all.</summary>
    internal required ResourceTypeSet Types { get; init; }

    internal required HourWindow[] Hours { get; init; }

    internal required TimeZoneInfo Zone { get; init; }

    /// <summary>By what a revocation names its model …</summary>
    internal required string Model { get; init; }

    /// <summary>… and every model of its vendor.</summary>
    internal required string EveryModel { get; init; }

    /// <summary>Whether its hours let it call at a moment.</summary>
    internal bool IsAt(long ticks)
    {
        if (Hours.Length == 0)
        {
            return true;
        }

        // The wall clock of its zone, summer time and all.
        var local = ticks + Zone.GetUtcOffset(new DateTimeOffset(ticks, TimeSpan.Zero)).Ticks;
        foreach (var window in Hours)
        {
            if (window.Contains(local))
            {
                return true;
            }
        }

        return false;
    }
}
