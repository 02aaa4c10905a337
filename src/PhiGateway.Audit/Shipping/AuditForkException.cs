namespace PhiGateway.Audit.Shipping;

/// <summary>
/// The same place in the same log holds two different records: a cloned or rolled-back node. Shipping stops and someone is called.
/// </summary>
public sealed class AuditForkException : Exception
{
    public AuditForkException(string log, long sequence)
        : base($"Audit log {log} has two different records at {sequence}.")
    {
        Log = log;
        Sequence = sequence;
    }

    public string Log { get; }

    public long Sequence { get; }
}
