using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Documents;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Clients;

/// <summary>The life of a client: every step guarded, with a reason, on record.</summary>
internal sealed class ClientVerbs(RegistryEditor editor, IRegistryRules rules, TimeProvider time)
{
    public Task<IResult> SubmitAsync(HttpContext context, string id) =>
        RunAsync(
            context,
            id,
            "submit",
            reasonRequired: false,
            (view, _) =>
            {
                var actor = AdminCaller.Of(context).Person;

                // An active client is submitted again to ask for the approval of what has changed.
                var next = view.Client with
                {
                    RequestedBy = actor,
                };
                if (string.IsNullOrWhiteSpace(view.Client.Owner))
                {
                    return AdminProblem.Invalid("/owner", "required", "A client needs an accountable owner before it is submitted.");
                }

                return view.Client.Status == ClientStatus.Active ? next : Move(next, ClientStatus.Submitted, null);
            }
        );

    public Task<IResult> SuspendAsync(HttpContext context, string id) =>
        RunAsync(context, id, "suspend", reasonRequired: true, (view, reason) => Move(view.Client, ClientStatus.Suspended, reason));

    public Task<IResult> QuarantineAsync(HttpContext context, string id) =>
        RunAsync(context, id, "quarantine", reasonRequired: true, (view, reason) => Move(view.Client, ClientStatus.Quarantined, reason));

    public Task<IResult> ResumeAsync(HttpContext context, string id) =>
        RunAsync(
            context,
            id,
            "resume",
            reasonRequired: false,
            (view, _) =>
                view.Client.Status is ClientStatus.Suspended or ClientStatus.Quarantined
                    ? Move(view.Client, ClientStatus.Active, null)
                    : AdminProblem.Conflict("not-suspended", "Only suspended and quarantined clients can be resumed.")
        );

    public Task<IResult> RevokeAsync(HttpContext context, string id)
    {
        var row = RevocationRow(context, id);
        return RunAsync(
            context,
            id,
            "revoke",
            reasonRequired: true,
            (view, reason) => Move(view.Client, ClientStatus.Revoked, reason),
            row
        );
    }

    public Task<IResult> ArchiveAsync(HttpContext context, string id) =>
        RunAsync(
            context,
            id,
            "archive",
            reasonRequired: false,
            (view, reason) => Move(view.Client, ClientStatus.Archived, reason ?? view.Client.StatusReason)
        );

    public Task<IResult> AttestAsync(HttpContext context, string id) =>
        RunAsync(
            context,
            id,
            "attest",
            reasonRequired: false,
            (view, _) =>
                view.Client.Status is ClientStatus.Revoked or ClientStatus.Archived
                    ? AdminProblem.Conflict("client-ended", "A revoked or archived client has no owner to confirm.")
                    : view.Client with
                    {
                        OwnerConfirmed = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime),
                    }
        );

    private Func<string, Revocation> RevocationRow(HttpContext context, string id) =>
        reason =>
        {
            var now = time.GetUtcNow();
            return new Revocation(
                Guid.CreateVersion7(now).ToString(),
                RevocationTarget.Client,
                id,
                null,
                null,
                reason,
                AdminCaller.Of(context).Person,
                now
            );
        };

    private Outcome<Client> Move(Client client, ClientStatus to, string? reason) =>
        rules.RefuseTransition(client.Status, to) is { } why
            ? AdminProblem.Conflict("transition-refused", why)
            : client with
            {
                Status = to,
                StatusReason = reason,
            };

    private async Task<IResult> RunAsync(
        HttpContext context,
        string id,
        string verb,
        bool reasonRequired,
        Func<ApprovedClient, string?, Outcome<Client>> step,
        Func<string, Revocation>? revocation = null
    )
    {
        if ((await VerbBody.ReadAsync<ReasonBody>(context)).Failed(out var problem, out var body))
        {
            return problem;
        }

        if (reasonRequired && VerbBody.RequireReason(body.Reason) is { } missing)
        {
            return missing;
        }

        var edit = new Edit(
            "client." + verb,
            "client/" + id,
            set =>
            {
                if (ApprovedClient.Find(set, id, rules) is not { } view)
                {
                    return AdminProblem.NotFound("client");
                }

                if (ETag.Optional(context, view.Item.Version) is { } stale)
                {
                    return stale;
                }

                if (step(view, body.Reason).Failed(out var refused, out var next))
                {
                    return refused;
                }

                return new EditPlan([new RegistryWrite(RegistryKind.Client, id, RegistryJson.Serialize(next), view.Item.Version)])
                {
                    Note = body.Reason,
                    Revocations = revocation is null ? [] : [revocation(body.Reason!)],
                };
            }
        );
        return VerbAnswer.Of(await editor.WriteAsync(context, edit), RegistryKind.Client, id, rules);
    }
}
