using PhiGateway.Admin.Calls;
using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>
/// Marks a change as not needing approval anew (<c>?carry_approval=true</c>): an approver may, and only while the change narrows everything
/// it touches.
/// </summary>
/// <remarks>
/// Security: one difference that widens, or is neither wider nor narrower, refuses the whole change. Who approved and since when stay as
/// they were, so reviews fall due as before.
/// </remarks>
internal static class ApprovalCarryOver
{
    /// <summary>The plan with the approvals that go along; the plan itself when nobody asked.</summary>
    /// <param name="call">Who asks.</param>
    /// <param name="before">The set that the plan was made on.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="node">What the node's configuration adds.</param>
    /// <param name="now">The moment.</param>
    public static Outcome<EditPlan> Extend(AdminCall call, WorkingSet before, EditPlan plan, NodeTerms node, DateTimeOffset now)
    {
        plan = RotationCarryOver.Extend(before, plan, call.Caller.Person, node.TokenService, now);
        if (!call.CarryApproval)
        {
            return plan;
        }

        var caller = call.Caller;
        if (!caller.HasAny([AdminRoles.Approver]))
        {
            return AdminProblem.Forbidden("An approval is carried over by an approver.");
        }

        var after = before.After(plan.Writes, now, caller.Person);
        var findings = new List<ProblemPointer>();
        var writes = new List<RegistryWrite>();
        foreach (var id in AffectedClients.Of(before, after, plan.Writes))
        {
            if (Lapsing(before, after, id, now) is not ({ } old, { } next))
            {
                continue;
            }

            var changes = AccessDiff.Compare(old.Input(node.Limits), next.Input(node.Limits), node.TokenService);
            findings.AddRange(
                changes
                    .Where(static change => change.Kind != ChangeKind.Narrowing)
                    .Select(change => new ProblemPointer(
                        string.Empty,
                        "not-narrowing",
                        $"client/{id}: {change.Kind.ToString().ToLowerInvariant()} {change.Path}: {change.Words}"
                    ))
            );
            var approval = old.Approval! with
            {
                Fingerprint = next.Fingerprint!,
                CarriedOver = new CarriedOver(caller.Person, now, old.Fingerprint!),
            };
            writes.Add(
                new RegistryWrite(
                    RegistryKind.Approval,
                    approval.Id,
                    RegistryJson.Serialize(approval),
                    before.Find(RegistryKind.Approval, approval.Id)!.Item.Version
                )
            );
        }

        return findings.Count > 0
            ? AdminProblem.Conflict(
                "not-narrowing",
                "Only a change that narrows everything it touches keeps its approval; this one must be approved anew."
            ) with
            {
                Errors = findings,
            }
            : plan with
            {
                Writes = [.. plan.Writes, .. writes],
            };
    }

    // Only what is approved and would no longer be: an approval that does not fit now is not mended this way.
    private static (ApprovedClient Old, ApprovedClient Next)? Lapsing(WorkingSet before, WorkingSet after, string id, DateTimeOffset now) =>
        ApprovedClient.Find(before, id) is { IsApproved: true, UseCase: not null } old
        && ApprovedClient.Find(after, id) is { IsApproved: false, UseCase: not null, Approval: not null } next
        && !(old.Approval!.Until <= DateOnly.FromDateTime(now.UtcDateTime))
        && next.Approval.Id == old.Approval.Id
            ? (old, next)
            : null;
}
