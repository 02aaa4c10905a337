using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Registry;

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
    public const string Parameter = "carry_approval";

    /// <summary>The plan with the approvals that go along; the plan itself when nobody asked.</summary>
    public static Outcome<EditPlan> Extend(HttpContext context, WorkingSet before, EditPlan plan, IRegistryRules rules, DateTimeOffset now)
    {
        plan = RotationCarryOver.Extend(before, plan, rules, AdminCaller.Of(context).Person, now);
        var asked = context.Request.Query[Parameter];
        if (asked.Count == 0 || asked is ["false"])
        {
            return plan;
        }

        if (asked is not ["true"])
        {
            return AdminProblem.BadParameter(Parameter, "true or false is expected.");
        }

        var caller = AdminCaller.Of(context);
        if (!caller.HasAny([AdminRoles.Approver]))
        {
            return AdminProblem.Forbidden("An approval is carried over by an approver.");
        }

        var after = before.After(plan.Writes, now, caller.Person);
        var findings = new List<ProblemPointer>();
        var writes = new List<RegistryWrite>();
        foreach (var id in AffectedClients.Of(before, after, plan.Writes))
        {
            if (Lapsing(before, after, id, rules, now) is not ({ } old, { } next))
            {
                continue;
            }

            var changes = AccessDiff.Compare(Input(old), Input(next));
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
    private static (ApprovedClient Old, ApprovedClient Next)? Lapsing(
        WorkingSet before,
        WorkingSet after,
        string id,
        IRegistryRules rules,
        DateTimeOffset now
    ) =>
        ApprovedClient.Find(before, id, rules) is { IsApproved: true, UseCase: not null } old
        && ApprovedClient.Find(after, id, rules) is { IsApproved: false, UseCase: not null, Approval: not null } next
        && !(old.Approval!.Until <= DateOnly.FromDateTime(now.UtcDateTime))
        && next.Approval.Id == old.Approval.Id
            ? (old, next)
            : null;

    private static ApprovedInput Input(ApprovedClient view) =>
        new(view.Client, view.UseCase!, view.Agreement, view.Organization, view.Credentials);
}
