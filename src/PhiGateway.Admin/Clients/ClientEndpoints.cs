using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Documents;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Clients;

/// <summary>Maps the verbs and reports of clients.</summary>
internal static class ClientEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet(
                "/clients/{id}/usage",
                (HttpContext context, string id, UsageReports reports) => Answer.JsonAsync(context, call => reports.OfAsync(call, id))
            )
            .RequireRoles(AdminRoles.UseReaders)
            .Describe(
                "Says what a client used of what it may",
                "By operation, purpose and tenant, and by each element of its grants, with last use, a count and how many patients; known to "
                    + "nodes that watch the trail."
            )
            .Returns(typeof(UsageReport));
        api.MapPost(
                "/clients/{id}:submit",
                (HttpContext context, string id, ClientVerbs verbs) =>
                    VerbAnswer.OfAsync<ReasonBody>(context, RegistryKind.Client, id, (call, body) => verbs.SubmitAsync(call, id, body))
            )
            .Verb(
                AdminRoles.Writers,
                "Asks for the approval of a client",
                "draft → submitted; an active client is submitted again after a change."
            );
        api.MapPost(
                "/clients/{id}:approve",
                (HttpContext context, string id, ClientApproval approval) =>
                    VerbAnswer.OfAsync<ApproveBody>(context, RegistryKind.Client, id, (call, body) => approval.ApproveAsync(call, id, body))
            )
            .Verb(
                [AdminRoles.Approver],
                "Approves a client",
                "Needs the fingerprint seen; never by who asked, or changed anything of it since it was last approved.",
                typeof(ApproveBody)
            );
        api.MapPost(
                "/clients/{id}:suspend",
                (HttpContext context, string id, ClientVerbs verbs) =>
                    VerbAnswer.OfAsync<ReasonBody>(context, RegistryKind.Client, id, (call, body) => verbs.SuspendAsync(call, id, body))
            )
            .Verb(AdminRoles.Closers, "Suspends a client", "Closes its PHI path; a reason is required.")
            .WithMetadata(new ClosingAct());
        api.MapPost(
                "/clients/{id}:resume",
                (HttpContext context, string id, ClientVerbs verbs) =>
                    VerbAnswer.OfAsync<ReasonBody>(context, RegistryKind.Client, id, (call, body) => verbs.ResumeAsync(call, id, body))
            )
            .Verb([AdminRoles.Approver], "Resumes a client", "suspended | quarantined → active; opening a path always takes an approver.");
        api.MapPost(
                "/clients/{id}:quarantine",
                (HttpContext context, string id, ClientVerbs verbs) =>
                    VerbAnswer.OfAsync<ReasonBody>(context, RegistryKind.Client, id, (call, body) => verbs.QuarantineAsync(call, id, body))
            )
            .Verb(AdminRoles.Closers, "Quarantines a client", "Closes its PHI path on suspicion; a reason is required.")
            .WithMetadata(new ClosingAct());
        api.MapPost(
                "/clients/{id}:request-lift",
                (HttpContext context, string id, ClientVerbs verbs) =>
                    VerbAnswer.OfAsync<ReasonBody>(context, RegistryKind.Client, id, (call, body) => verbs.RequestLiftAsync(call, id, body))
            )
            .Verb(
                AdminRoles.Keepers,
                "Asks that what the gateway did to a client by itself be lifted",
                "Where it closed or slowed the client without a person; an approver who is somebody else lifts it. A reason is required."
            );
        api.MapPost(
                "/clients/{id}:throttle",
                (HttpContext context, string id, ClientThrottling throttling) =>
                    VerbAnswer.OfAsync<ThrottleBody>(
                        context,
                        RegistryKind.Client,
                        id,
                        (call, body) => throttling.ThrottleAsync(call, id, body)
                    )
            )
            .Verb(
                AdminRoles.Closers,
                "Slows a client down",
                "Fewer requests a second while something is looked into; its approval stays, emergencies are not slowed.",
                typeof(ThrottleBody)
            )
            .WithMetadata(new ClosingAct());
        api.MapPost(
                "/clients/{id}:unthrottle",
                (HttpContext context, string id, ClientThrottling throttling) =>
                    VerbAnswer.OfAsync<ReasonBody>(context, RegistryKind.Client, id, (call, body) => throttling.LiftAsync(call, id, body))
            )
            .Verb([AdminRoles.Approver], "Lets a client go at its own rate again", "Never by who slowed it down.");
        api.MapPost(
                "/clients/{id}:revoke",
                (HttpContext context, string id, ClientVerbs verbs) =>
                    VerbAnswer.OfAsync<ReasonBody>(context, RegistryKind.Client, id, (call, body) => verbs.RevokeAsync(call, id, body))
            )
            .Verb(AdminRoles.Closers, "Revokes a client", "Final; in force on every node in under a second; a reason is required.")
            .WithMetadata(new ClosingAct());
        api.MapPost(
                "/clients/{id}:archive",
                (HttpContext context, string id, ClientVerbs verbs) =>
                    VerbAnswer.OfAsync<ReasonBody>(context, RegistryKind.Client, id, (call, body) => verbs.ArchiveAsync(call, id, body))
            )
            .Verb(AdminRoles.Writers, "Archives a revoked client");
        api.MapPost(
                "/clients/{id}:attest",
                (HttpContext context, string id, ClientVerbs verbs) =>
                    VerbAnswer.OfAsync<ReasonBody>(context, RegistryKind.Client, id, (call, body) => verbs.AttestAsync(call, id, body))
            )
            .Verb(AdminRoles.Keepers, "Records that the owner still stands behind a client");
        api.MapPost(
                "/clients/{id}:rotate",
                (HttpContext context, string id, CredentialRotation rotation) =>
                    Answer.OfAsync<RotateInput, Rotation>(
                        context,
                        (call, body) => rotation.RotateAsync(call, id, body),
                        static made => VerbAnswer.Of(made.Edit, RegistryKind.Credential, made.Credential)
                    )
            )
            .Verb(AdminRoles.Writers, "Rotates a credential with overlap", null, typeof(RotateBody), typeof(Credential));
        api.MapPost(
                "/clients/{id}:issue-key",
                (HttpContext context, string id, ApiKeyIssue keys) =>
                    Answer.OfAsync<IssueKeyBody, KeyIssued>(
                        context,
                        (call, body) => keys.IssueAsync(call, id, body),
                        static made => ApiKeyAnswer.Of(made)
                    )
            )
            .Verb(
                AdminRoles.Writers,
                "Makes an API key for a client",
                "Shows the key once; its hash is registered, and approved like any other credential. With `replaces` the old one overlaps.",
                typeof(IssueKeyBody),
                typeof(IssuedKey),
                StatusCodes.Status201Created
            );
        api.MapGet(
                "/clients/{id}/posture",
                (HttpContext context, string id, ClientReports reports) => Answer.JsonAsync(context, call => reports.PostureAsync(call, id))
            )
            .RequireRoles(AdminRoles.All)
            .Describe("Lists every door of a client's PHI path", "With the date on which each closes by itself.")
            .Returns(typeof(PostureReport));
        api.MapGet(
                "/clients/{id}/credential-uses",
                (HttpContext context, string id, CredentialUses uses) => Answer.JsonAsync(context, call => uses.OfAsync(call, id))
            )
            .RequireRoles([AdminRoles.Auditor])
            .Describe(
                "Says when each credential of a client was last used",
                "From its newest records: during an overlap, whether the new one has taken over. Itself recorded."
            )
            .Returns(typeof(CredentialUseReport));
        api.MapGet(
                "/clients/{id}/tokens",
                (HttpContext context, string id, ClientTokens tokens) => Answer.JsonAsync(context, call => tokens.OfAsync(call, id))
            )
            .RequireRoles(AdminRoles.TokenReaders)
            .Describe(
                "Says which tokens are out for a client",
                "Those that the token service of this gateway issued and that are not past their end: by id and hash, with scope, purpose, task, "
                    + "and whether they are revoked. From the trail; itself recorded."
            )
            .Returns(typeof(TokenReport));
        api.MapGet(
                "/clients/{id}/blast-radius",
                (HttpContext context, string id, ClientReports reports) =>
                    Answer.JsonAsync(context, call => reports.BlastRadiusAsync(call, id))
            )
            .RequireRoles(AdminRoles.All)
            .Describe("Shows what stops when a client is stopped")
            .Returns(typeof(BlastRadius));
        api.MapGet(
                "/clients/{id}/approval",
                (HttpContext context, string id, ApprovalBriefs briefs) => Answer.JsonAsync(context, call => briefs.OfClientAsync(call, id))
            )
            .RequireRoles(AdminRoles.All)
            .Describe(
                "Says in words what approving a client would permit",
                "Who, what, of whom, for what, until when; what changed since the last approval, by whom; which doors it opens; who may not."
            )
            .Returns(typeof(ApprovalBrief));
        api.MapGet("/approvals/queue", (HttpContext context, ClientReports reports) => QueueAsync(context, reports))
            .RequireRoles(AdminRoles.All)
            .Describe(
                "Lists the clients that wait for an approver",
                "Never approved, changed since, or expired (`?why=`): since when, and which inputs of the approval were written."
            )
            .Returns(typeof(QueuePage))
            .Reads([.. CallParameter.Page, CallParameter.Why]);
    }

    private static Task<IResult> QueueAsync(HttpContext context, ClientReports reports) =>
        Answer.OfAsync(
            context,
            async call =>
            {
                if (PageQuery.Read(context).Failed(out var problem, out var page))
                {
                    return problem;
                }

                var why = context.Request.Query.TryGetValue("why", out var given) ? given.ToString() : null;
                return await reports.QueueAsync(call, page, why);
            },
            page =>
            {
                PageLink.Write(context, page.NextCursor);
                return AdminResult.Json(page);
            }
        );
}
