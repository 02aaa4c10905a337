namespace PhiGateway.Audit.Journal;

/// <summary>Whether the journal takes records, and why not.</summary>
public enum JournalStatus : byte
{
    /// <summary>Not opened yet, or being recovered: takes nothing.</summary>
    Closed = 0,

    /// <summary>Takes every record.</summary>
    Open,

    /// <summary>Above the page mark: takes records, but someone should look.</summary>
    NearlyFull,

    /// <summary>No room for disclosures: only refusals and system records are still taken.</summary>
    Full,

    /// <summary>A flush failed: takes nothing until the process is restarted and the files are verified.</summary>
    Dead,

    /// <summary>
    /// The store holds another history of this log: nothing is released until an operator has looked; refusals and the node's own records
    /// are still taken.
    /// </summary>
    Forked,
}
