using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Snapshot;

/// <summary>One door of a client's path, compiled: open from one moment to another, both in UTC ticks.</summary>
/// <param name="Name">Such as <c>agreement</c>.</param>
/// <param name="Reason">What it refuses with outside its time.</param>
/// <param name="Rule">The entity that closes it, such as <c>agreement/baa-1</c>.</param>
/// <param name="From">First tick at which it is open.</param>
/// <param name="Until">First tick at which it is closed again; <see cref="long.MaxValue"/>: never by itself.</param>
/// <param name="ToOpen">What an operator does when it is closed.</param>
internal sealed record PathDoor(string Name, DenyReason Reason, string Rule, long From, long Until, string ToOpen)
{
    /// <summary>A door that stays shut until someone changes the registry.</summary>
    internal static PathDoor Shut(string name, DenyReason reason, string rule, string toOpen) =>
        new(name, reason, rule, long.MaxValue, long.MaxValue, toOpen);

    /// <summary>A door without dates.</summary>
    internal static PathDoor Standing(string name, DenyReason reason, string rule, bool open, string toOpen) =>
        open ? new(name, reason, rule, 0, long.MaxValue, toOpen) : Shut(name, reason, rule, toOpen);

    /// <summary>The time during which all of these are open; empty when they never are together.</summary>
    internal static (long From, long Until) Common(PathDoor[] doors)
    {
        long from = 0;
        var until = long.MaxValue;
        foreach (var door in doors)
        {
            from = Math.Max(from, door.From);
            until = Math.Min(until, door.Until);
        }

        return (from, until);
    }

    /// <summary>Whether it is open at a moment in UTC ticks.</summary>
    internal bool IsOpen(long ticks) => ticks >= From && ticks < Until;
}
