namespace PhiGateway.Storage.Schema;

/// <summary>
/// Table <c>quota_use</c>: what each client with a quota took on each node in the hour and on the day that are running; written by gateway
/// nodes, each its own rows.
/// </summary>
internal sealed class QuotaUseRow
{
    public required string Client { get; set; }

    public required string Node { get; set; }

    /// <summary>Hours since year 1, UTC.</summary>
    public long Hour { get; set; }

    /// <summary>What is leased, one a line; from a node of a version before also keyed words of the patients of that hour.</summary>
    public required string Patients { get; set; }

    /// <summary>Days since year 1, UTC.</summary>
    public long Day { get; set; }

    public long Records { get; set; }

    public DateTimeOffset At { get; set; }

    /// <summary>When hour and day have ended; null: written by a version before.</summary>
    public DateTimeOffset? Until { get; set; }
}
