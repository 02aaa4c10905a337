namespace PhiGateway.Policy.Registry;

/// <summary>
/// The root of every permission: one documented use of PHI, from which identities, scopes, logging and revocation follow.
/// </summary>
public sealed record UseCase : IRegistryEntity
{
    public required string Id { get; init; }

    public required string Title { get; init; }

    public string? Description { get; init; }

    /// <summary>Why the law allows it, in words a privacy officer signs.</summary>
    public string? LegalBasis { get; init; }

    /// <summary>The accountable person.</summary>
    public required string Owner { get; init; }

    /// <summary>The agreement's id; null only for an internal unit's own use.</summary>
    public string? Agreement { get; init; }

    /// <summary>Organization whose clients serve this use case; must be the agreement's when there is one.</summary>
    public required string Organization { get; init; }

    /// <summary>HL7 purpose-of-use codes; at least one.</summary>
    public required IReadOnlyList<string> Purposes { get; init; }

    /// <summary>The one environment, such as <c>production</c>.</summary>
    public required string Environment { get; init; }

    /// <summary>Tenants served; at least one.</summary>
    public required IReadOnlyList<string> Tenants { get; init; }

    /// <summary>First day no longer valid, UTC.</summary>
    public required DateOnly Expires { get; init; }

    /// <summary>Longest time between access reviews, in days; default 90.</summary>
    public int ReviewEveryDays { get; init; } = 90;

    public RiskTier Risk { get; init; } = RiskTier.High;

    /// <summary>Default draft: only an approved use case opens a path.</summary>
    public UseCaseStatus Status { get; init; } = UseCaseStatus.Draft;

    /// <summary>Who last changed the content; set by the control plane so that nobody approves a change of their own.</summary>
    public string? ChangedBy { get; init; }

    /// <summary>Whether ETREAT or BTG may be asserted at all, with justification; the purposes must still name the code.</summary>
    public bool AllowsBreakGlass { get; init; }

    /// <summary>What is permitted; a use case without grants permits nothing.</summary>
    public IReadOnlyList<Grant> Grants { get; init; } = [];

    /// <summary>What is asked of the sign-in behind a token; null: nothing.</summary>
    public StepUp? StepUp { get; init; }

    /// <summary>How much all its clients together may take, beside what each of them may; null: no limit.</summary>
    public ClientLimits? Limits { get; init; }
}

/// <summary>How much harm a misuse could do.</summary>
public enum RiskTier : byte
{
    Low,
    Medium,
    High,
}

/// <summary>State of a use case.</summary>
public enum UseCaseStatus : byte
{
    Draft,
    Approved,
    Retired,
}
