namespace PhiGateway.Admin.Configuration;

/// <summary>
/// Thrown when the control plane cannot start as it is configured; the message is written for the operator and never holds a secret.
/// </summary>
public sealed class AdminStartException : Exception
{
    /// <summary>With words for the operator.</summary>
    public AdminStartException(string message)
        : base(message) { }

    /// <summary>With words for the operator and what lies beneath.</summary>
    public AdminStartException(string message, Exception inner)
        : base(message, inner) { }
}
