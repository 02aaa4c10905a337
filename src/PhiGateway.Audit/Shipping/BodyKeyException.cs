namespace PhiGateway.Audit.Shipping;

/// <summary>
/// Thrown when bodies of the store are sealed and the key for them is not at hand, or is another one; in words for operators, without
/// secrets.
/// </summary>
public sealed class BodyKeyException(string message) : IOException(message);
