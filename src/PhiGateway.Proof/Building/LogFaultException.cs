namespace PhiGateway.Proof.Building;

/// <summary>
/// Thrown when the transparency log and the journal contradict each other, or a part of the log is gone: it goes no further.
/// </summary>
public sealed class LogFaultException : Exception
{
    /// <summary>In words for the operator, without PHI.</summary>
    public LogFaultException(string message)
        : base(message) { }
}
