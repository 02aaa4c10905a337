namespace PhiGateway.Policy.Registry;

/// <summary>One client in a campaign: what was known when it began, what somebody decided, and what came of it.</summary>
public sealed record CampaignItem : IRegistryEntity
{
    public required string Id { get; init; }

    public required string Campaign { get; init; }

    public required string Client { get; init; }

    public required CampaignEvidence Evidence { get; init; }

    /// <summary>What the evidence suggests; nobody has decided it.</summary>
    public ReviewDecision Recommendation { get; init; }

    /// <summary>Why, in one sentence.</summary>
    public required string Because { get; init; }

    /// <summary>What a reviewer decided; null: nothing yet. Can be taken back until it is applied.</summary>
    public ReviewDecision? Decision { get; init; }

    /// <summary>Why, in words without PHI.</summary>
    public string? Reason { get; init; }

    public string? DecidedBy { get; init; }

    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>What came of it; null: nothing was applied yet, and it can be decided otherwise.</summary>
    public CampaignOutcome? Outcome { get; init; }

    /// <summary>What was done, in words.</summary>
    public string? Done { get; init; }

    /// <summary>Who applied it; <c>system</c>: the gateway, because nobody answered.</summary>
    public string? AppliedBy { get; init; }

    public DateTimeOffset? AppliedAt { get; init; }

    /// <summary>Id of the record of its last step.</summary>
    public string? Record { get; init; }
}

/// <summary>What is known of a client when its review begins: words and numbers without PHI.</summary>
public sealed record CampaignEvidence
{
    public required string UseCase { get; init; }

    public string? Organization { get; init; }

    public RiskTier Risk { get; init; } = RiskTier.High;

    public string? Owner { get; init; }

    public string? Deputy { get; init; }

    public DateOnly? OwnerConfirmed { get; init; }

    public string? Agreement { get; init; }

    /// <summary>First day without it.</summary>
    public DateOnly? AgreementExpires { get; init; }

    public DateTimeOffset? ApprovedAt { get; init; }

    public string? ApprovedBy { get; init; }

    /// <summary>Last call that was permitted; null: none is known.</summary>
    public DateTimeOffset? LastUsed { get; init; }

    /// <summary>Permitted calls within the days of evidence.</summary>
    public long Permitted { get; init; }

    /// <summary>Refused calls within the days of evidence.</summary>
    public long Refused { get; init; }

    /// <summary>What it may, such as <c>Observation search</c>.</summary>
    public IReadOnlyList<string> Granted { get; init; } = [];

    /// <summary>What of that it did not use.</summary>
    public IReadOnlyList<string> Unused { get; init; } = [];

    /// <summary>Alerts about it within the days of evidence, as <c>kind (state)</c>.</summary>
    public IReadOnlyList<string> Findings { get; init; } = [];

    /// <summary>Other clients of the same use case, whom a narrowing concerns too.</summary>
    public IReadOnlyList<string> Siblings { get; init; } = [];
}

/// <summary>What came of an item.</summary>
public enum CampaignOutcome : byte
{
    Kept,
    Narrowed,
    Removed,

    /// <summary>Nobody answered, and the gateway closed its path.</summary>
    Suspended,

    /// <summary>Nobody answered; its path stays open for emergencies, and somebody is told.</summary>
    Spared,

    /// <summary>It had ended before anybody decided.</summary>
    Ended,
}
