namespace PhiGateway.Audit.Shipping;

/// <summary>
/// Thrown where an answer must be whole and the content of one of its records was destroyed: it would be wrong without it.
/// </summary>
public sealed class ContentDestroyedException(string log, long sequence)
    : IOException($"The content of record {sequence} of {log} was destroyed with the key of its month and tenant.");
