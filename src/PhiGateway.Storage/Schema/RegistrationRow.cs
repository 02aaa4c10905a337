namespace PhiGateway.Storage.Schema;

/// <summary>
/// Table <c>registration_request</c>: who asked to be registered as a client; added by gateway nodes, decided by the control plane.
/// </summary>
internal sealed class RegistrationRow
{
    /// <summary>A digest of what was asked for.</summary>
    public required string Id { get; set; }

    /// <summary>When it came.</summary>
    public DateTimeOffset ReceivedAt { get; set; }

    /// <summary>From when on it is over.</summary>
    public DateTimeOffset Until { get; set; }

    /// <summary>The network that it came from.</summary>
    public required string Peer { get; set; }

    /// <summary>What the applicant says of itself, as JSON.</summary>
    public required string Words { get; set; }

    /// <summary>Undecided, taken, declined.</summary>
    public short State { get; set; }

    /// <summary>The client that was made of it.</summary>
    public string? Client { get; set; }

    /// <summary>Who decided.</summary>
    public string? DecidedBy { get; set; }

    /// <summary>When.</summary>
    public DateTimeOffset? DecidedAt { get; set; }

    /// <summary>Why.</summary>
    public string? Reason { get; set; }
}
