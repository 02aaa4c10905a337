using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Compiling;

/// <summary>Compiles the doors of one client's path; the one place that says what they are and in which order they are asked.</summary>
internal static class PathDoors
{
    private const string EarlierForm =
        "It was approved before credentials were part of what is approved: look at them and have it approved anew.";

    internal static PathDoor[] Of(
        Client client,
        UseCaseEntry? useCase,
        Approval? approval,
        Review? review,
        ApprovalForms forms,
        string? contradiction,
        bool notUnderstood
    )
    {
        var rule = "client/" + client.Id;
        var doors = new List<PathDoor>(14)
        {
            notUnderstood
                ? PathDoor.Shut(
                    "registration",
                    DenyReason.RegistryNotUnderstood,
                    contradiction ?? rule,
                    "Upgrade this node: a newer version wrote what it does not know."
                )
                : PathDoor.Standing(
                    "registration",
                    DenyReason.RegistryContradiction,
                    contradiction ?? rule,
                    contradiction is null && useCase is not null,
                    "Correct the registry where it contradicts itself."
                ),
            PathDoor.Standing("client", DenyReason.ClientNotActive, rule, client.Status == ClientStatus.Active, "Activate the client."),
            new(
                "client-term",
                DenyReason.ClientExpired,
                rule,
                0,
                Days.Until(client.Expires),
                "Extend the client and have it approved anew."
            ),
        };
        AddApproval(doors, client, approval, review, forms);
        AddCharter(doors, client, rule);
        doors.AddRange(useCase?.Doors ?? []);
        AddOwner(doors, client, rule);
        AddReview(doors, useCase?.UseCase, approval, review, rule);
        return [.. doors];
    }

    /// <summary>Whether two persons stood behind an approval.</summary>
    internal static bool HasFourEyes(string requestedBy, string approvedBy) =>
        !string.IsNullOrWhiteSpace(requestedBy)
        && !string.IsNullOrWhiteSpace(approvedBy)
        && !string.Equals(requestedBy.Trim(), approvedBy.Trim(), StringComparison.OrdinalIgnoreCase);

    private static void AddApproval(List<PathDoor> doors, Client client, Approval? approval, Review? review, ApprovalForms forms)
    {
        if (approval is null)
        {
            doors.Add(
                PathDoor.Shut("approval", DenyReason.NotApproved, "client/" + client.Id, "Have the client approved by a second person.")
            );
            return;
        }

        var rule = "approval/" + approval.Id;
        var removed =
            review is { Decision: ReviewDecision.Remove }
            && Days.Start(review.On) >= Days.Start(DateOnly.FromDateTime(approval.ApprovedAt.UtcDateTime));
        if (removed || !HasFourEyes(approval.RequestedBy, approval.ApprovedBy))
        {
            doors.Add(
                PathDoor.Shut(
                    "approval",
                    DenyReason.NotApproved,
                    removed ? "review/" + review!.Id : rule,
                    "Have the client approved anew by a second person."
                )
            );
            return;
        }

        doors.Add(PathDoor.Standing("approval", DenyReason.NotApproved, rule, true, string.Empty));
        var fits = Is(approval, forms.Current);
        doors.Add(
            PathDoor.Standing(
                "approval-fingerprint",
                DenyReason.ApprovalStale,
                rule,
                fits,
                !fits && Is(approval, forms.Earlier) ? EarlierForm : "What was approved has changed: have it approved anew."
            )
        );
        doors.Add(
            new PathDoor("approval-term", DenyReason.ApprovalExpired, rule, 0, Days.Until(approval.Until), "Have the client approved anew.")
        );
    }

    private static bool Is(Approval approval, string fingerprint) =>
        fingerprint.Length > 0 && string.Equals(approval.Fingerprint, fingerprint, StringComparison.OrdinalIgnoreCase);

    private static void AddCharter(List<PathDoor> doors, Client client, string rule)
    {
        const string toOpen = "Name in the charter who answers for the agent now, and have it approved anew.";
        if (client.Charter is { } charter)
        {
            doors.Add(
                string.IsNullOrWhiteSpace(charter.Accountable)
                    ? PathDoor.Shut("charter", DenyReason.AgentUnaccountable, rule, toOpen)
                    : new PathDoor("charter", DenyReason.AgentUnaccountable, rule, 0, Days.Until(charter.AccountableUntil), toOpen)
            );
        }
    }

    private static void AddOwner(List<PathDoor> doors, Client client, string rule)
    {
        const string toOpen = "Have the owner confirm that the client is still theirs, or name another owner.";
        doors.Add(
            string.IsNullOrWhiteSpace(client.Owner) || client.OwnerConfirmed is not { } confirmed
                ? PathDoor.Shut("owner", DenyReason.OwnerMissing, rule, toOpen)
                : new PathDoor(
                    "owner",
                    DenyReason.OwnerMissing,
                    rule,
                    0,
                    Days.StartAfter(confirmed, 1 + DoorDefaults.OwnerConfirmationDays),
                    toOpen
                )
        );
    }

    private static void AddReview(List<PathDoor> doors, UseCase? useCase, Approval? approval, Review? review, string rule)
    {
        const string toOpen = "Review what the client is granted against what it uses.";
        if (useCase is null || approval is null)
        {
            doors.Add(PathDoor.Shut("review", DenyReason.ReviewOverdue, rule, toOpen));
            return;
        }

        var since = DateOnly.FromDateTime(approval.ApprovedAt.UtcDateTime);
        if (review is { Decision: ReviewDecision.Keep or ReviewDecision.Narrow } && review.On > since)
        {
            since = review.On;
        }

        var days = Math.Clamp(useCase.ReviewEveryDays, 0, 366) + DoorDefaults.ReviewGraceDays + 1;
        doors.Add(new PathDoor("review", DenyReason.ReviewOverdue, rule, 0, Days.StartAfter(since, days), toOpen));
    }
}

/// <summary>
/// The fingerprint of what would be approved now, in each form that there has been, to compare with a stored approval; empty without a use
/// case.
/// </summary>
/// <param name="Current">The form that counts.</param>
/// <param name="Earlier">The form without credentials; only recognised, so that people are told why it no longer counts.</param>
internal readonly record struct ApprovalForms(string Current, string Earlier);
