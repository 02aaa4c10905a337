using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Clients;

/// <summary>Maps the verbs and reports of clients.</summary>
internal static class ClientEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/clients/{id}:submit", (HttpContext context, string id, ClientVerbs verbs) => verbs.SubmitAsync(context, id))
            .Verb(
                AdminRoles.Writers,
                "Asks for the approval of a client",
                "draft → submitted; an active client is submitted again after a change."
            );
        api.MapPost(
                "/clients/{id}:approve",
                (HttpContext context, string id, ClientApproval approval) => approval.ApproveAsync(context, id)
            )
            .Verb(
                [AdminRoles.Approver],
                "Approves a client",
                "Needs the fingerprint seen, or If-Match; never by who asked or last changed it.",
                typeof(ApproveBody)
            );
        api.MapPost("/clients/{id}:suspend", (HttpContext context, string id, ClientVerbs verbs) => verbs.SuspendAsync(context, id))
            .Verb(AdminRoles.Closers, "Suspends a client", "Closes its PHI path; a reason is required.");
        api.MapPost("/clients/{id}:resume", (HttpContext context, string id, ClientVerbs verbs) => verbs.ResumeAsync(context, id))
            .Verb([AdminRoles.Approver], "Resumes a client", "suspended | quarantined → active; opening a path always takes an approver.");
        api.MapPost("/clients/{id}:quarantine", (HttpContext context, string id, ClientVerbs verbs) => verbs.QuarantineAsync(context, id))
            .Verb(AdminRoles.Closers, "Quarantines a client", "Closes its PHI path on suspicion; a reason is required.");
        api.MapPost("/clients/{id}:revoke", (HttpContext context, string id, ClientVerbs verbs) => verbs.RevokeAsync(context, id))
            .Verb(AdminRoles.Closers, "Revokes a client", "Final; in force on every node in under a second; a reason is required.");
        api.MapPost("/clients/{id}:archive", (HttpContext context, string id, ClientVerbs verbs) => verbs.ArchiveAsync(context, id))
            .Verb(AdminRoles.Writers, "Archives a revoked client");
        api.MapPost("/clients/{id}:attest", (HttpContext context, string id, ClientVerbs verbs) => verbs.AttestAsync(context, id))
            .Verb(AdminRoles.Closers, "Records that the owner still stands behind a client");
        api.MapPost(
                "/clients/{id}:rotate",
                (HttpContext context, string id, CredentialRotation rotation) => rotation.RotateAsync(context, id)
            )
            .Verb(AdminRoles.Writers, "Rotates a credential with overlap", null, typeof(RotateBody), typeof(Credential));
        api.MapGet("/clients/{id}/posture", (HttpContext context, string id, ClientReports reports) => reports.PostureAsync(context, id))
            .RequireRoles(AdminRoles.All)
            .Describe("Lists every door of a client's PHI path", "With the date on which each closes by itself.")
            .Returns(typeof(PostureReport));
        api.MapGet(
                "/clients/{id}/blast-radius",
                (HttpContext context, string id, ClientReports reports) => reports.BlastRadiusAsync(context, id)
            )
            .RequireRoles(AdminRoles.All)
            .Describe("Shows what stops when a client is stopped")
            .Returns(typeof(BlastRadius));
        api.MapGet("/approvals/queue", (HttpContext context, ClientReports reports) => reports.QueueAsync(context))
            .RequireRoles(AdminRoles.All)
            .Describe(
                "Lists the clients that wait for an approver",
                "Never approved, changed since, or expired (`?why=`): since when, and which inputs of the approval were written."
            )
            .Returns(typeof(QueuePage))
            .Reads([.. CallParameter.Page, CallParameter.Why]);
    }

    /// <summary>What all verbs share: a role, a small body, a document as answer, repeatable by Idempotency-Key.</summary>
    internal static RouteHandlerBuilder Verb(
        this RouteHandlerBuilder builder,
        IReadOnlyList<string> roles,
        string summary,
        string? description = null,
        Type? body = null,
        Type? answer = null,
        int status = StatusCodes.Status200OK
    ) =>
        builder
            .RequireRoles(roles)
            .Describe(summary, description)
            .Takes(body ?? typeof(ReasonBody), optional: true)
            .Returns(answer ?? typeof(Client), status)
            .Repeatable()
            .Reads(CallParameter.IfMatch);
}
