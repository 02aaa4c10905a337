namespace PhiGateway.Audit.Shipping;

/// <summary>Asks how many requests the trail has (decisions, disclosures, intents), by time and by columns; null members do not narrow it.</summary>
public sealed record AuditCounts
{
    /// <summary>Most columns to count by.</summary>
    public const int MostColumns = 3;

    /// <summary>Most organizations that one count is narrowed to.</summary>
    public const int MostOrganizations = 100;

    /// <summary>Most rows of one answer.</summary>
    public const int MostRows = 20_000;

    /// <summary>From this moment on, UTC.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Before this moment, UTC.</summary>
    public required DateTimeOffset To { get; init; }

    /// <summary>Length of one step of time, in whole seconds; null: the whole of it is one.</summary>
    public TimeSpan? Step { get; init; }

    /// <summary>Columns whose values are counted apart.</summary>
    public IReadOnlyList<AuditColumn> By { get; init; } = [];

    /// <summary>Id of the registered client.</summary>
    public string? Client { get; init; }

    /// <summary>Tenant of the route.</summary>
    public string? Tenant { get; init; }

    /// <summary><c>permit</c>, <c>deny</c> or <c>error</c>.</summary>
    public string? Decision { get; init; }

    /// <summary>Code of the deny reason.</summary>
    public string? Reason { get; init; }

    /// <summary>Only of these organizations, at most <see cref="MostOrganizations"/>; empty: of all.</summary>
    public IReadOnlyList<string> Organizations { get; init; } = [];

    /// <summary>Most rows, those with the highest counts; 1 to <see cref="MostRows"/>.</summary>
    public int Limit { get; init; } = MostRows;
}

/// <summary>The columns by which requests can be counted.</summary>
public enum AuditColumn : byte
{
    /// <summary>permit, deny, error.</summary>
    Decision,

    /// <summary>Code of the deny reason.</summary>
    Reason,

    /// <summary>Registered client.</summary>
    Client,

    /// <summary>Tenant of the route.</summary>
    Tenant,

    /// <summary>FHIR resource type asked for.</summary>
    ResourceType,

    /// <summary>FHIR interaction asked for.</summary>
    Interaction,

    /// <summary>Who runs the client.</summary>
    Organization,
}

/// <summary>How many requests have one combination of values.</summary>
/// <param name="At">Begin of the step of time.</param>
/// <param name="Values">Values of the columns, in the order asked for; null where a record has none.</param>
/// <param name="Count">How many.</param>
public sealed record AuditCount(DateTimeOffset At, IReadOnlyList<string?> Values, long Count);
