namespace PhiGateway.Watch.Feed;

/// <summary>
/// What detection needs of one record of the trail; made by <see cref="WatchEventReader"/>, read by baselines and rules. Patients stand in
/// it as hashes of their pseudonyms.
/// </summary>
internal sealed record WatchEvent
{
    public required Guid Id { get; init; }

    public required WatchKind Kind { get; init; }

    public required DateTimeOffset Time { get; init; }

    /// <summary>Registered client; empty for changes of rosters.</summary>
    public string Client { get; init; } = string.Empty;

    /// <summary>Interaction and type, such as <c>search-type Observation</c>.</summary>
    public string Operation { get; init; } = string.Empty;

    /// <summary>Code of the deny reason; null for accesses.</summary>
    public string? Reason { get; init; }

    public int Status { get; init; }

    public IReadOnlyList<ulong> Patients { get; init; } = [];

    /// <summary>What was asked for, hashed: the patients, else the target; 0: nothing in particular.</summary>
    public ulong AskedKey { get; init; }

    /// <summary>
    /// The number at the end of the one patient's id that was asked for; -1: none. PHI for a moment: neither kept on disk nor told.
    /// </summary>
    public long AskedNumber { get; init; } = -1;

    public int Records { get; init; }

    /// <summary>Whether it searched for patients.</summary>
    public bool IsForPatients { get; init; }

    /// <summary>What else of its grants an access used: <c>include Observation:subject</c>, <c>label R</c>, <c>element Patient.name</c>.</summary>
    public IReadOnlyList<string> Parts { get; init; } = [];

    /// <summary>Network of the caller: a /24, of IPv6 a /48; empty when not known.</summary>
    public string Network { get; init; } = string.Empty;

    /// <summary>Address of the caller.</summary>
    public string Peer { get; init; } = string.Empty;

    public string Subject { get; init; } = string.Empty;

    public string TokenHash { get; init; } = string.Empty;

    /// <summary>The program that called, without its version, as a hash of its name; empty: it did not say.</summary>
    public string Program { get; init; } = string.Empty;

    /// <summary>Whether it is one that people use by hand: a browser, a command line tool.</summary>
    public bool IsByHand { get; init; }

    /// <summary>When the token was issued; null: nobody says.</summary>
    public DateTimeOffset? TokenIssuedAt { get; init; }

    /// <summary>The bounds of a search by ranges, of each parameter that has any. PHI for a moment: neither kept on disk nor told.</summary>
    public IReadOnlyList<SearchRange> Ranges { get; init; } = [];

    /// <summary>
    /// Which parameters a search names, as a hash behind <c>plain</c> or <c>chained</c> (it walks to other records); empty: it is none.
    /// </summary>
    public string Shape { get; init; } = string.Empty;

    /// <summary>What a search by POST names in its body, in the same way; empty: it is none, or its record does not say.</summary>
    public string Form { get; init; } = string.Empty;

    /// <summary>
    /// Through whom the client calls: how many actors, and a hash of them in their order; <c>alone</c>: through nobody; empty: nobody says.
    /// </summary>
    public string Chain { get; init; } = string.Empty;

    public string Purpose { get; init; } = string.Empty;

    public string Tenant { get; init; } = string.Empty;

    public string Environment { get; init; } = string.Empty;

    /// <summary>Whether an emergency was among the purposes that were asserted.</summary>
    public bool IsEmergency { get; init; }

    /// <summary>Who changed a roster.</summary>
    public string Actor { get; init; } = string.Empty;

    /// <summary>Which roster was changed.</summary>
    public string Roster { get; init; } = string.Empty;

    /// <summary>How many memberships were added.</summary>
    public int Added { get; init; }
}
