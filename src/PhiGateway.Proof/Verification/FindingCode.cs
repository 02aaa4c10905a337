namespace PhiGateway.Proof.Verification;

/// <summary>The kinds of findings; stable, for scripts and alert rules.</summary>
public static class FindingCode
{
    /// <summary>A record in the store has another body than the one that was recorded.</summary>
    public const string StoreRecordEdited = "store-record-edited";

    /// <summary>A record is no longer in the store.</summary>
    public const string StoreRecordMissing = "store-record-missing";

    /// <summary>The key of a record's content was destroyed, and no such step is on record.</summary>
    public const string StoreBodyDestroyed = "store-body-destroyed";

    /// <summary>The store has a record that the node never wrote.</summary>
    public const string StoreRecordInserted = "store-record-inserted";

    /// <summary>The columns by which a record is found say other things than its body.</summary>
    public const string StoreColumnsEdited = "store-columns-edited";

    /// <summary>The patients by whom a record is found are others than those in its body.</summary>
    public const string StorePatientsEdited = "store-patients-edited";

    /// <summary>A row of the store holds what no version writes, or kept its part of the trail from being read.</summary>
    public const string StoreRowUnreadable = "store-row-unreadable";

    /// <summary>The store has a log of this node that has no transparency log.</summary>
    public const string StoreLogUnknown = "store-log-unknown";

    /// <summary>A record in the journal has another body than the one that the log took in, whatever its chain and checksums say.</summary>
    public const string JournalRewritten = "journal-rewritten";

    /// <summary>A record that the log took in can be read in the journal no more: bytes of it were changed, by somebody or by the disk.</summary>
    public const string JournalDamaged = "journal-damaged";

    /// <summary>The journal ends before the log does, or has a hole.</summary>
    public const string JournalTruncated = "journal-truncated";

    /// <summary>The log ends before a size that it once signed.</summary>
    public const string LogTruncated = "log-truncated";

    /// <summary>The log has another history than the one that it once signed.</summary>
    public const string LogRewritten = "log-rewritten";

    /// <summary>Tiles, entries and checkpoint do not fit together.</summary>
    public const string LogDamaged = "log-damaged";

    /// <summary>No checkpoint was cosigned by as many witnesses as the policy asks for.</summary>
    public const string CheckpointUnwitnessed = "checkpoint-unwitnessed";

    /// <summary>The checkpoint is not signed by the keys that could have signed it.</summary>
    public const string CheckpointForged = "checkpoint-forged";

    /// <summary>The chain of the log's keys does not hold, or begins with another key than the one that is trusted.</summary>
    public const string KeysForged = "keys-forged";

    /// <summary>The fleet log that this node keeps cannot be opened: it takes no heads, and the node serves without it.</summary>
    public const string FleetDamaged = "fleet-damaged";
}
