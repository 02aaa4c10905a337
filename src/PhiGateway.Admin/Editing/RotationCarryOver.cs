using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>Lets an approval go along with a rotation of keys, which changes neither who comes nor what may be done.</summary>
/// <remarks>
/// Security: only where credentials alone differ and the policy calls the difference a rotation. Who approved and since when stay as they
/// were; the approval says who rotated.
/// </remarks>
internal static class RotationCarryOver
{
    /// <summary>The plan with the approvals that go along; the plan itself when it rotates nothing.</summary>
    public static EditPlan Extend(WorkingSet before, EditPlan plan, string person, string? tokenService, DateTimeOffset now)
    {
        if (!plan.Writes.Any(static write => write.Kind == RegistryKind.Credential))
        {
            return plan;
        }

        var after = before.After(plan.Writes, now, person);
        var carried = new List<RegistryWrite>();
        foreach (var id in AffectedClients.Of(before, after, plan.Writes))
        {
            if (
                ApprovedClient.Find(before, id) is { IsApproved: true, Approval: { } approval, Fingerprint: { } from } old
                && ApprovedClient.Find(after, id) is { IsApproved: false, Fingerprint: { } to } next
                && next.Approval?.Id == approval.Id
                && IsRotation(old, next, tokenService, now)
            )
            {
                var carry = approval with { Fingerprint = to, CarriedOver = new CarriedOver(person, now, from) };
                carried.Add(
                    new RegistryWrite(
                        RegistryKind.Approval,
                        approval.Id,
                        RegistryJson.Serialize(carry),
                        before.Find(RegistryKind.Approval, approval.Id)!.Item.Version
                    )
                );
            }
        }

        return carried.Count == 0 ? plan : plan with { Writes = [.. plan.Writes, .. carried] };
    }

    // With the old credentials the new state would still be approved: nothing but credentials changed.
    private static bool IsRotation(ApprovedClient old, ApprovedClient next, string? tokenService, DateTimeOffset now) =>
        next.UseCase is { } useCase
        && string.Equals(
            old.Fingerprint,
            ApprovalFingerprint.Of(next.Client, useCase, next.Agreement, next.Organization, old.Credentials),
            StringComparison.Ordinal
        )
        && CredentialSuccession.KeepsApproval(old.Credentials, next.Credentials, now, tokenService);
}
