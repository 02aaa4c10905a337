namespace PhiGateway.Policy.Registry;

/// <summary>
/// Alerts that are looked at as one: what belongs together, what was noted, and why it was closed. Written by its own verbs; never deleted.
/// </summary>
public sealed record AlertCase : IRegistryEntity
{
    public required string Id { get; init; }

    public required string Title { get; init; }

    /// <summary>What it is about, as <c>client/id</c>: the subject of its first alert.</summary>
    public required string Subject { get; init; }

    /// <summary>Ids of the alerts that somebody put into it.</summary>
    public required IReadOnlyList<string> Alerts { get; init; }

    public CaseState State { get; init; } = CaseState.Open;

    public required string OpenedBy { get; init; }

    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>What was found out, in words without PHI, the oldest first.</summary>
    public IReadOnlyList<CaseNote> Notes { get; init; } = [];

    public string? ClosedBy { get; init; }

    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>Why it was closed, in words without PHI.</summary>
    public string? Resolution { get; init; }
}

/// <summary>Something that somebody found out.</summary>
/// <param name="At">When it was noted, UTC.</param>
/// <param name="By">Who.</param>
/// <param name="Text">In words without PHI.</param>
public sealed record CaseNote(DateTimeOffset At, string By, string Text);

/// <summary>Whether somebody is at it.</summary>
public enum CaseState : byte
{
    Open,
    Closed,
}
