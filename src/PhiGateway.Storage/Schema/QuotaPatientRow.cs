namespace PhiGateway.Storage.Schema;

/// <summary>
/// Table <c>quota_patient</c>: whom each client with a quota met in the stretch of time that is running, on whichever node; written by gateway
/// nodes, each patient once, and dropped when the stretch has ended.
/// </summary>
internal sealed class QuotaPatientRow
{
    public required string Client { get; set; }

    /// <summary>Hours (or days, or stretches of 30 days, as the client's suffix says) since year 1, UTC.</summary>
    public long Hour { get; set; }

    /// <summary>The patient's keyed word.</summary>
    public required string Word { get; set; }

    public DateTimeOffset At { get; set; }

    /// <summary>When the stretch ends.</summary>
    public DateTimeOffset Until { get; set; }
}
