namespace PhiGateway.Watch.Findings;

/// <summary>
/// What one rule saw in the trail of one subject: sentences that a person can check, and the records to check them by. Made by rules, turned
/// into an alert by the control plane. Holds no PHI.
/// </summary>
public sealed record Finding
{
    /// <summary>Name of the rule that tells of writes of which nobody knows whether they were applied.</summary>
    public const string UnknownOutcome = "unknown-outcome";

    /// <summary>Name of the rule, such as <c>volume-spike</c>.</summary>
    public required string Rule { get; init; }

    /// <summary>What the rule looks at; rules of one family see the same thing from several sides. Empty: it stands alone.</summary>
    public string Family { get; init; } = string.Empty;

    /// <summary>What it is about, as <c>client/id</c>, <c>person/name</c> or <c>rule/name</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>When the record that decided was written, UTC.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The incident that it makes worse; null: it begins one.</summary>
    public Incident? Incident { get; init; }

    /// <summary>
    /// Whether it is one more rule's view of what was told before and no worse: it raises nothing, and is told for what is to be done where
    /// its own rule speaks.
    /// </summary>
    public bool IsFurther { get; init; }

    /// <summary>
    /// Whether each day (UTC) is told of anew: what is to be done was done for the days before. False: once told, it is held back for two
    /// weeks.
    /// </summary>
    public bool IsOfItsDay => Rule == UnknownOutcome;

    /// <summary>How much harm it may stand for.</summary>
    public required FindingSeverity Severity { get; init; }

    /// <summary>The risk of OWASP's list; null: none fits.</summary>
    public NhiRisk? Risk { get; init; }

    /// <summary>Technique of MITRE ATT&amp;CK, as id and name; null: none fits.</summary>
    public string? Technique { get; init; }

    /// <summary>What was seen and what was usual before, in sentences without PHI.</summary>
    public required string Words { get; init; }

    /// <summary>Ids of records that show it, the oldest first; at most a dozen.</summary>
    public IReadOnlyList<Guid> Records { get; init; } = [];
}
