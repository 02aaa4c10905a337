namespace PhiGateway.Policy.Decisions;

/// <summary>What one step from one state of the registry to another does to one client; made by <see cref="Openings"/>.</summary>
/// <param name="Client">Client id.</param>
/// <param name="PathBefore">Whether every door was open before, at the moment asked about.</param>
/// <param name="PathAfter">Whether every door is open afterwards.</param>
/// <param name="Changes">Each door and each right that the step touches; empty when it touches none.</param>
public sealed record AccessStep(string Client, bool PathBefore, bool PathAfter, IReadOnlyList<StepChange> Changes)
{
    /// <summary>The step makes a client that was refused a client that is served.</summary>
    public bool OpensPath => !PathBefore && PathAfter;

    /// <summary>The step makes a client that was served a client that is refused.</summary>
    public bool ClosesPath => PathBefore && !PathAfter;

    /// <summary>
    /// Security: the step lets through what was shut: a door opens or stays open longer, or more is permitted on a path that is open
    /// afterwards. Such a step takes an approver who did not make it. A door that opens counts also while another is still shut: one person
    /// could open them one after the other.
    /// </summary>
    public bool GivesMore =>
        Changes.Any(change => change.Kind is StepKind.Opens or StepKind.Extends || (change.Kind == StepKind.Widens && PathAfter));

    /// <summary>The step takes something away: a door closes or will close sooner, or less is permitted.</summary>
    public bool GivesLess => Changes.Any(static change => change.Kind is StepKind.Closes or StepKind.Shortens or StepKind.Narrows);
}

/// <summary>One door or right that a step changes, which way, and words for people.</summary>
/// <param name="Kind">Which way it goes.</param>
/// <param name="Subject">The door, such as <c>agreement</c> or <c>credential/acme-oidc</c>; or the path of what is permitted, such as
/// <c>useCases/lab/grants</c>.</param>
/// <param name="Words">What happens, for people, without PHI.</param>
public sealed record StepChange(StepKind Kind, string Subject, string Words)
{
    /// <summary>The entity whose dates or state a door has, such as <c>agreement/baa-1</c>; null where none stands behind it.</summary>
    public string? Rule { get; init; }

    /// <summary>When the door closes by itself afterwards, UTC; null: never, or it is no door.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>Which way a step changes one door or right: opens, extends or widens it, closes, shortens or narrows it, or neither.</summary>
public enum StepKind : byte
{
    /// <summary>Neither more nor less, but not what was approved.</summary>
    Changes,

    /// <summary>A door that was shut is open.</summary>
    Opens,

    /// <summary>A door that was open stays open longer.</summary>
    Extends,

    /// <summary>Something is permitted that was not.</summary>
    Widens,

    /// <summary>A door that was open is shut.</summary>
    Closes,

    /// <summary>A door that was open will close sooner.</summary>
    Shortens,

    /// <summary>Something is no longer permitted.</summary>
    Narrows,
}

/// <summary>
/// Tells <see cref="Openings"/> what a write does to the members of one roster; the writer knows it, and nobody compares a million members.
/// </summary>
/// <param name="Roster">Roster id.</param>
/// <param name="Added">Memberships that begin, or last longer.</param>
/// <param name="Removed">Memberships that end, or end sooner.</param>
public sealed record RosterStep(string Roster, long Added, long Removed);
