using System.Text.Json;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Clients;

/// <summary>Approves a client for a second person, bound to the fingerprint of exactly what that person saw.</summary>
internal sealed class ClientApproval(RegistryEditor editor, TimeProvider time)
{
    /// <summary>The act's name in the trail.</summary>
    public const string Event = "client.approve";

    /// <summary>Approves what the caller saw; never what the caller made.</summary>
    public Task<Outcome<EditOutcome>> ApproveAsync(AdminCall call, string id, ApproveBody body) =>
        editor.WriteAsync(call, new Edit(Event, "client/" + id, set => Plan(call, set, id, body)) { IsSecondPerson = true });

    private Outcome<EditPlan> Plan(AdminCall call, WorkingSet set, string id, ApproveBody body)
    {
        if (ApprovedClient.Find(set, id) is not { } view)
        {
            return AdminProblem.NotFound("client");
        }

        if (view is not { UseCase: { } useCase, Fingerprint: { } fingerprint })
        {
            return AdminProblem.Conflict("use-case-missing", "The client's use case does not exist.");
        }

        // 1. One approves what one saw.
        if ((Seen(call, view, body) ?? StateOf(view, useCase)) is { } refused)
        {
            return refused;
        }

        // 2. Four eyes.
        var actor = call.Person;
        if (FourEyes.Refuse(set, view, call) is { } same)
        {
            return same;
        }

        // 3. The approval and the state go together, and what was approved before ends.
        var now = time.GetUtcNow();
        if (body.Until is { } until && until <= DateOnly.FromDateTime(now.UtcDateTime))
        {
            return AdminProblem.Invalid("/until", "past", "An approval ends in the future.");
        }

        var approval = new Approval
        {
            Id = "a-" + Guid.CreateVersion7(now).ToString("N"),
            Client = id,
            RequestedBy = view.Client.RequestedBy ?? view.Client.ChangedBy ?? view.Item.UpdatedBy,
            ApprovedBy = actor,
            ApprovedAt = EarlierApprovals.MomentAfter(set, id, now),
            Reason = body.Reason,
            Fingerprint = fingerprint,
            Until = body.Until,
        };
        var client =
            view.Client.Status == ClientStatus.Submitted
                ? view.Client with
                {
                    Status = ClientStatus.Active,
                    StatusReason = null,
                }
                : view.Client;
        return new EditPlan([
            new RegistryWrite(
                RegistryKind.Approval,
                approval.Id,
                AuthorNote.Given(
                    RegistryJson.Serialize(approval),
                    set.Revision,
                    new ApprovedInput(view.Client, useCase, view.Agreement, view.Organization, view.Credentials)
                ),
                0
            ),
            new RegistryWrite(RegistryKind.Client, id, RegistryJson.Serialize(client), view.Item.Version),
            .. EarlierApprovals.End(set, id, now),
        ])
        {
            Note = body.Reason,
        };
    }

    // The client's ETag alone says nothing of its use case, agreement and organization: only the fingerprint does.
    private static AdminProblem? Seen(AdminCall call, ApprovedClient view, ApproveBody body)
    {
        if (body.Fingerprint is null)
        {
            return AdminProblem.PreconditionRequired with
            {
                Detail =
                    "Send the fingerprint you saw (GET …/posture or approvals/queue): it stands for everything that would be approved.",
            };
        }

        return string.Equals(body.Fingerprint, view.Fingerprint, StringComparison.Ordinal)
            ? ETag.Optional(call, view.Item)
            : new AdminProblem(
                412,
                "fingerprint-changed",
                "It has changed since you saw it",
                "What would be approved now is not what you saw; read it again."
            );
    }

    private static AdminProblem? StateOf(ApprovedClient view, UseCase useCase)
    {
        if (view.Client.Status is not (ClientStatus.Submitted or ClientStatus.Active or ClientStatus.Suspended))
        {
            return AdminProblem.Conflict(
                "not-submitted",
                $"A client that is {JsonNamingPolicy.KebabCaseLower.ConvertName(view.Client.Status.ToString())} cannot be approved; submit it first."
            );
        }

        return useCase.Status == UseCaseStatus.Approved
            ? null
            : AdminProblem.Conflict("use-case-not-approved", $"Approve use case '{useCase.Id}' first.");
    }
}

/// <summary>Body of an approval.</summary>
/// <param name="Fingerprint">The fingerprint seen; required.</param>
/// <param name="Reason">Why, in words without patient data.</param>
/// <param name="Until">First day no longer valid, UTC; absent: as long as the use case.</param>
public sealed record ApproveBody(string? Fingerprint = null, string? Reason = null, DateOnly? Until = null);
