namespace PhiGateway.Audit.Shipping;

/// <summary>
/// The same place in the same log holds two different records: a cloned or rolled-back node. Shipping stops and someone is called.
/// </summary>
public sealed class AuditForkException : Exception
{
    /// <summary>Made by a store that already holds another record in that place.</summary>
    public AuditForkException(string log, long sequence)
        : base($"Audit log {log} has two different records at {sequence}.")
    {
        Log = log;
        Sequence = sequence;
    }

    /// <summary>The log that forked.</summary>
    public string Log { get; }

    /// <summary>The first place with two records.</summary>
    public long Sequence { get; }
}
