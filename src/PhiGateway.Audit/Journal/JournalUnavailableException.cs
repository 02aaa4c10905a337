namespace PhiGateway.Audit.Journal;

/// <summary>The journal cannot make a record durable; whoever waits must not release anything.</summary>
public sealed class JournalUnavailableException : IOException
{
    public JournalUnavailableException(JournalStatus status, Exception? inner = null)
        : base($"The audit journal cannot take the record: {status}.", inner) => Status = status;

    public JournalStatus Status { get; }
}
