using PhiGateway.Admin.Registrations;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Strangers;

/// <summary>What the strangers' queue shows.</summary>
/// <param name="Items">Who asked to be registered, undecided ones first, the oldest first.</param>
/// <param name="Place">Which part of the queue is asked for.</param>
/// <param name="Part">Which part of that this is.</param>
/// <param name="At">Now.</param>
/// <param name="MayDecline">Whether the viewer declines.</param>
/// <param name="Tried">The form that was refused; null: none was.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record StrangersModel(
    IReadOnlyList<RegistrationEntry> Items,
    StrangerPlace Place,
    ListPart Part,
    DateTimeOffset At,
    bool MayDecline,
    TriedForm? Tried,
    string FormToken
)
{
    /// <summary>Whether all that is shown can be declined at once: somebody has said whose.</summary>
    internal bool IsSweepable => MayDecline && Place is { State: StrangerPlace.Pending, IsNarrowed: true } && Part.Total > 0;
}

/// <summary>What one stranger's request shows.</summary>
/// <param name="Entry">The request.</param>
/// <param name="At">Now.</param>
/// <param name="MayTake">Whether the viewer makes a client of it.</param>
/// <param name="MayDecline">Whether the viewer declines it.</param>
/// <param name="Tried">The form that was refused; null: none was.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record StrangerModel(
    RegistrationEntry Entry,
    DateTimeOffset At,
    bool MayTake,
    bool MayDecline,
    TriedForm? Tried,
    string FormToken
)
{
    /// <summary>Whether nobody has decided about it.</summary>
    internal bool IsPending => Entry.State == StrangerPlace.Pending;

    /// <summary>What is shown, to be told apart from what is there later.</summary>
    internal string Seen => SeenState.Of(("state", Entry.State), ("client", Entry.Client), ("decided by", Entry.DecidedBy));
}
