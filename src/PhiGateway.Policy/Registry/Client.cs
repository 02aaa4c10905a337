namespace PhiGateway.Policy.Registry;

/// <summary>One non-human identity: exactly one use case, one environment, a named owner.</summary>
public sealed record Client : IRegistryEntity
{
    public required string Id { get; init; }

    public required string UseCase { get; init; }

    public ClientKind Kind { get; init; } = ClientKind.Service;

    public string? Description { get; init; }

    /// <summary>The accountable person; an empty owner closes the path.</summary>
    public required string Owner { get; init; }

    public string? Deputy { get; init; }

    /// <summary>Last time the owner said "still mine", UTC; null: never, and the path is closed.</summary>
    public DateOnly? OwnerConfirmed { get; init; }

    /// <summary>Subset of the use case's tenants; empty means all of them.</summary>
    public IReadOnlyList<string> Tenants { get; init; } = [];

    /// <summary>Must equal the use case's environment.</summary>
    public required string Environment { get; init; }

    public ClientStatus Status { get; init; } = ClientStatus.Draft;

    /// <summary>Why the status is what it is.</summary>
    public string? StatusReason { get; init; }

    /// <summary>
    /// A lower rate for as long as something is looked into; set by verbs and by the watch alone, never part of what is approved. Null: none.
    /// </summary>
    public ClientThrottle? Throttle { get; init; }

    /// <summary>Who last asked for the approval; set by the control plane, never part of what is approved.</summary>
    public string? RequestedBy { get; init; }

    /// <summary>Who last changed the content; set by the control plane so that nobody approves a change of their own.</summary>
    public string? ChangedBy { get; init; }

    /// <summary>First day no longer valid, UTC; null: the use case's.</summary>
    public DateOnly? Expires { get; init; }

    /// <summary>Networks in CIDR form the client may call from; empty means any.</summary>
    public IReadOnlyList<string> Networks { get; init; } = [];

    /// <summary>Hours of the day in UTC, as <c>HH:mm-HH:mm</c>; empty means any.</summary>
    public IReadOnlyList<string> Hours { get; init; } = [];

    /// <summary>Bindings of which one must be proven: <c>mtls</c>, <c>dpop</c>; empty means a bearer token is enough.</summary>
    public IReadOnlyList<string> Requires { get; init; } = [];

    /// <summary>
    /// SMART scopes that it is registered for at the gateway's own token service (RFC 7591 <c>scope</c>), such as <c>system/Observation.rs</c>:
    /// its tokens are cut to them besides what is approved. Empty means all that is approved.
    /// </summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>Longest accepted token lifetime in seconds; null: the issuer's.</summary>
    public int? MaxTokenLifetimeSeconds { get; init; }

    /// <summary>How many actors may stand between the caller and the subject; default 0: no delegation.</summary>
    public int DelegationDepth { get; init; }

    /// <summary>
    /// Ids of the clients that may act through it, from the outermost of a chain on: an actor that stands here earlier may act for those that
    /// stand here later, never the other way round, and any of them may be missing. Null: every registered one may, in any order. The client
    /// itself, which may be the outermost, is not listed.
    /// </summary>
    /// <remarks>Null and not an empty list: what nobody wrote is written nowhere, so that a node of a version before it closes no client for it.</remarks>
    public IReadOnlyList<string>? Actors { get; init; }

    public ClientLimits Limits { get; init; } = new();

    /// <summary>Of an AI agent: what acts, who answers for it, and what it may do of what it is granted; null: it has none.</summary>
    public AgentCharter? Charter { get; init; }
}

/// <summary>What sort of machine a client is.</summary>
public enum ClientKind : byte
{
    Service,
    InteractiveApp,
    Device,
    AiAgent,
}

/// <summary>Life of a client: draft → submitted → active → suspended | quarantined → active … → revoked → archived.</summary>
public enum ClientStatus : byte
{
    Draft,
    Submitted,
    Active,
    Suspended,
    Quarantined,
    Revoked,
    Archived,
}

/// <summary>A lower rate than a client's own, and who set it.</summary>
public sealed record ClientThrottle
{
    /// <summary>Requests per second; a limit that is lower still counts. Requests in an emergency are not slowed.</summary>
    public required int RequestsPerSecond { get; init; }

    /// <summary>Everybody whose act it may have been; none of them lifts it.</summary>
    public required IReadOnlyList<string> By { get; init; }

    /// <summary>When, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Why, in words without PHI.</summary>
    public string? Reason { get; init; }
}

/// <summary>
/// How much a client may take, where null means the gateway's default; or all clients of a use case or of an organization together, where
/// null means no limit.
/// </summary>
public sealed record ClientLimits
{
    /// <summary>Requests per second, sustained.</summary>
    public int? RequestsPerSecond { get; init; }

    /// <summary>Requests in flight at once.</summary>
    public int? Concurrency { get; init; }

    /// <summary>Distinct patients per hour.</summary>
    public int? DistinctPatientsPerHour { get; init; }

    /// <summary>Distinct patients per day, UTC.</summary>
    public int? DistinctPatientsPerDay { get; init; }

    /// <summary>
    /// Distinct patients in 30 days: what drips slowly adds up. Stretches of 30 days follow one another, the same for everybody; at most
    /// <see cref="MostPatientsPer30Days"/>.
    /// </summary>
    public int? DistinctPatientsPer30Days { get; init; }

    /// <summary>Records per day.</summary>
    public int? RecordsPerDay { get; init; }

    /// <summary>Bytes of answers per day, UTC.</summary>
    public long? BytesPerDay { get; init; }

    /// <summary>Bulk exports begun per day, UTC.</summary>
    public int? ExportsPerDay { get; init; }

    /// <summary>
    /// Creates, updates, patches, deletes and operations that write, per day, UTC; those of a bundle count one by one.
    /// </summary>
    public int? WritesPerDay { get; init; }

    /// <summary>
    /// Requests for an emergency purpose (ETREAT, ERTREAT, BTG) per day, UTC. Safety: beyond it an emergency is refused; no limit is the
    /// default, and every such request is reviewed anyway.
    /// </summary>
    public int? BreakGlassPerDay { get; init; }

    /// <summary>How many patients can be told apart over 30 days: nodes tell each other of each.</summary>
    public const int MostPatientsPer30Days = 20_000;
}
