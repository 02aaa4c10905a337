namespace PhiGateway.Policy.Registry;

/// <summary>
/// Thrown by a registry store when another writer held the registry for as long as this one was ready to wait: nothing was written.
/// </summary>
public sealed class RegistryHeldException : Exception
{
    /// <summary>Made by a store; the message says who holds it, as far as the database tells, without secrets.</summary>
    public RegistryHeldException(string message, Exception? inner = null)
        : base(message, inner) { }
}
