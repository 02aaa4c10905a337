namespace PhiGateway.Policy.Registry;

/// <summary>
/// An access review over many clients: which of them, who decides, and until when. Written by its own verbs; the decisions stand in its
/// items (<see cref="CampaignItem"/>).
/// </summary>
public sealed record Campaign : IRegistryEntity
{
    public required string Id { get; init; }

    public required string Title { get; init; }

    public CampaignScope Scope { get; init; } = new();

    /// <summary>Persons who decide; anybody of them decides on each item.</summary>
    public required IReadOnlyList<string> Reviewers { get; init; }

    /// <summary>First day on which silence suspends, UTC.</summary>
    public required DateOnly Due { get; init; }

    public CampaignState State { get; init; } = CampaignState.Open;

    public required string StartedBy { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How many days of use the evidence covers.</summary>
    public int EvidenceDays { get; init; } = 90;

    /// <summary>Who asked that it be cancelled, which another approver does; null: nobody.</summary>
    public string? CancelAskedBy { get; init; }

    public DateTimeOffset? CancelAskedAt { get; init; }

    /// <summary>Why they asked, in words without PHI.</summary>
    public string? CancelReason { get; init; }

    /// <summary>Who ended it before its end; null: nobody. <c>system</c>: all is decided and applied.</summary>
    public string? EndedBy { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Why it was ended, in words without PHI.</summary>
    public string? EndReason { get; init; }

    /// <summary>Id of the record of its last step.</summary>
    public string? Record { get; init; }
}

/// <summary>Which clients a campaign is about: those that fit everything that is named; what is empty fits all.</summary>
public sealed record CampaignScope
{
    public IReadOnlyList<string> Organizations { get; init; } = [];

    /// <summary>Kinds of organization, such as vendor.</summary>
    public IReadOnlyList<OrganizationKind> Kinds { get; init; } = [];

    public IReadOnlyList<RiskTier> Risks { get; init; } = [];

    /// <summary>Purposes of the use case; one of them is enough.</summary>
    public IReadOnlyList<string> Purposes { get; init; } = [];
}
