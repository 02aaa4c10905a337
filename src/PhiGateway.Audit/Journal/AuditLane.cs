using PhiGateway.Audit.Records;

namespace PhiGateway.Audit.Journal;

/// <summary>
/// For whom a record is written, given by whoever appends it; the journal keeps room apart for each, so that nobody's work is paid with the
/// room that everybody needs.
/// </summary>
public enum AuditLane : byte
{
    /// <summary>A refusal of somebody unknown: only while a share of the room is free (<see cref="JournalOptions.StrangerPercent"/>).</summary>
    Stranger = 0,

    /// <summary>What releases something or changes something upstream: until <see cref="JournalOptions.StopPercent"/>.</summary>
    Release,

    /// <summary>Refusals of known clients, deliveries, searches of the trail: until <see cref="JournalOptions.ReservePercent"/>.</summary>
    Ordinary,

    /// <summary>Revocations, outcomes of writes that are under way, the node's own records: to the last byte.</summary>
    Reserved,
}

/// <summary>Chooses the lane of a record by its kind, where its writer does not say.</summary>
public static class AuditLanes
{
    /// <summary>What is least that such a record needs.</summary>
    public static AuditLane Of(AuditKind kind) =>
        kind switch
        {
            AuditKind.Disclosure or AuditKind.Intent => AuditLane.Release,
            AuditKind.Outcome or AuditKind.System => AuditLane.Reserved,
            _ => AuditLane.Ordinary,
        };
}
