namespace PhiGateway.Storage.Schema;

/// <summary>Table <c>roster_member</c>: one membership as it now stands; a removed one stays so that every node learns of it.</summary>
internal sealed class RosterMemberRow
{
    public required string Roster { get; set; }

    public required string Patient { get; set; }

    public DateTimeOffset? FromAt { get; set; }

    public DateTimeOffset? UntilAt { get; set; }

    public string? Source { get; set; }

    public long Revision { get; set; }

    public bool Removed { get; set; }
}
