namespace PhiGateway.Storage.Schema;

/// <summary>
/// Table <c>single_use</c>: what was used once and may not be used again, such as proofs of possession; written by gateway nodes.
/// </summary>
internal sealed class SingleUseRow
{
    /// <summary>A kind and a digest.</summary>
    public required string Use { get; set; }

    /// <summary>From when on it may be forgotten.</summary>
    public DateTimeOffset Until { get; set; }
}
