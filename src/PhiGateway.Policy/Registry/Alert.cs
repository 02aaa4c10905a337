namespace PhiGateway.Policy.Registry;

/// <summary>A detection or warning for people: what it is about, its evidence, and whether somebody has dealt with it.</summary>
public sealed record Alert : IRegistryEntity
{
    public required string Id { get; init; }

    /// <summary>What was seen, such as <c>door-closing</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The entity it is about, as <c>client/id</c>.</summary>
    public required string Subject { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Words without PHI.</summary>
    public required string Evidence { get; init; }

    /// <summary>Risk of the OWASP Non-Human Identities Top 10 that it stands for, by number and title; null: none.</summary>
    public string? Risk { get; init; }

    /// <summary>Technique of MITRE ATT&amp;CK, by id and name; null: none.</summary>
    public string? Technique { get; init; }

    /// <summary>Ids of the records in the trail that show it, the oldest first.</summary>
    public IReadOnlyList<string> Records { get; init; } = [];

    /// <summary>Who is told.</summary>
    public string? Notify { get; init; }

    public AlertState State { get; init; } = AlertState.Open;

    /// <summary>How soon somebody must act; default warning.</summary>
    public AlertSeverity Severity { get; init; }

    /// <summary>Lane of the inbox; default look.</summary>
    public AlertLane Lane { get; init; }

    /// <summary>Who deals with it; null: nobody yet.</summary>
    public string? AssignedTo { get; init; }

    /// <summary>When it is due again, UTC; null: it does not wait.</summary>
    public DateTimeOffset? SnoozedUntil { get; init; }

    /// <summary>How often it was escalated because nobody took it; null: never.</summary>
    public int? Escalations { get; init; }

    /// <summary>When it last was, UTC.</summary>
    public DateTimeOffset? EscalatedAt { get; init; }

    /// <summary>Which door it is about, such as <c>agreement</c>; null: none.</summary>
    public string? Door { get; init; }

    /// <summary>When it happens if nobody acts, UTC; null: it has no date.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>Who last acknowledged or closed it; <c>system</c>: the gateway, because its cause is gone.</summary>
    public string? HandledBy { get; init; }

    public DateTimeOffset? HandledAt { get; init; }

    /// <summary>Why it was closed, in words without PHI.</summary>
    public string? Resolution { get; init; }
}

/// <summary>How soon somebody must act on an alert.</summary>
public enum AlertSeverity : byte
{
    Warning,
    Urgent,
}

/// <summary>State of an alert.</summary>
public enum AlertState : byte
{
    Open,
    Acknowledged,
    Closed,
}
