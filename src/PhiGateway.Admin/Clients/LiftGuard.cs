using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Clients;

/// <summary>
/// Asks for two persons where the gateway closed or slowed a client by itself: one who asks for it (<c>:request-lift</c>), and an approver
/// who lifts it, says why, and does not stand behind the client. Asked by <see cref="ClientVerbs"/> and <see cref="ClientThrottling"/>.
/// </summary>
/// <remarks>Security: what opens needs two, and a machine is none. What a person closed has that person for the first.</remarks>
internal static class LiftGuard
{
    private const string Title = "A second person must approve";

    /// <summary>What the gateway did by itself and still stands; null: nothing.</summary>
    public static LiftState? StateOf(ApprovedClient view)
    {
        var isClosed =
            view.Client.Status is ClientStatus.Suspended or ClientStatus.Quarantined && IsByGateway(AuthorNote.ClosedBy(view.Item));
        return isClosed || (view.Client.Throttle is { } throttle && IsByGateway(throttle.By))
            ? new LiftState(isClosed, AuthorNote.AskedToLift(view.Item))
            : null;
    }

    /// <summary>The client as it is asked for, or why there is nothing to ask.</summary>
    public static Outcome<Client> Ask(ApprovedClient view) =>
        StateOf(view) is null
            ? AdminProblem.Conflict("nothing-to-lift", "The gateway has neither closed nor slowed this client by itself.")
            : view.Client;

    /// <summary>Why a call does not lift what these have done; null: it may.</summary>
    public static AdminProblem? Check(AdminCall call, ApprovedClient view, IReadOnlyList<string> doers, string? reason)
    {
        if (!IsByGateway(doers))
        {
            return null;
        }

        if (ReasonBody.Require(reason) is { } missing)
        {
            return missing;
        }

        string?[] behind = [.. ClientStanding.Of(view.Client), view.Client.RequestedBy, .. AuthorNote.StoodSince(view.Item, default)];
        if (call.MayBeAny(behind.OfType<string>()))
        {
            return new AdminProblem(403, "four-eyes", Title, "You stand behind this client; somebody else must lift what the gateway did.");
        }

        return AuthorNote.AskedToLift(view.Item).All(asked => call.Persons.Any(person => PersonName.Names(asked, person)))
            ? new AdminProblem(
                403,
                "four-eyes",
                Title,
                "The gateway did this by itself; somebody else must have asked that it be lifted (:request-lift)."
            )
            : null;
    }

    // The gateway itself, and transmitters of signals in whose name it acts.
    private static bool IsByGateway(IReadOnlyList<string> doers) => doers.Any(AdminKeyRules.IsMachine);
}
