namespace PhiGateway.Audit.Journal;

/// <summary>The journal cannot make a record durable; whoever waits must not release anything.</summary>
public sealed class JournalUnavailableException : IOException
{
    /// <summary>Made by the journal for each record that it does not take.</summary>
    public JournalUnavailableException(JournalStatus status, Exception? inner = null)
        : base($"The audit journal cannot take the record: {status}.", inner) => Status = status;

    /// <summary>Why: the state the journal was in.</summary>
    public JournalStatus Status { get; }
}
