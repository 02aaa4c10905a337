using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Documents;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;
using PhiGateway.Admin.Trail;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Campaigns;

/// <summary>Maps the verbs and reports of access review campaigns; campaigns and their items are listed and read like every document.</summary>
internal static class CampaignEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost(
                "/campaigns:start",
                (HttpContext context, CampaignStart start) =>
                    Answer.OfAsync<StartCampaignBody, EditOutcome>(
                        context,
                        (call, body) => start.StartAsync(call, body),
                        static outcome => DocumentAnswer.Of(RegistryRoute.Of(RegistryKind.Campaign), outcome)
                    )
            )
            .Verb(
                AdminRoles.Keepers,
                "Starts an access review of many clients",
                "Writes down what is known of each client and waits for the reviewers; from the due day on silence suspends. "
                    + "`?dry_run=true` says which clients it would be of.",
                typeof(StartCampaignBody),
                typeof(Campaign),
                StatusCodes.Status201Created
            );
        api.MapPost(
                "/campaigns/{id}:decide",
                (HttpContext context, string id, CampaignDecisions decisions, CampaignReports reports) =>
                    Answer.JsonAsync<DecideManyBody, CampaignReport>(
                        context,
                        async (call, body) =>
                            (await decisions.DecideManyAsync(call, id, body)).Failed(out var problem, out _)
                                ? problem
                                : await reports.ReportAsync(call, id)
                    )
            )
            .Verb(
                AdminRoles.Keepers,
                "Decides about several clients of an access review",
                "By one of its reviewers; clients of high risk are kept one by one (409 one-by-one).",
                typeof(DecideManyBody),
                typeof(CampaignReport)
            );
        api.MapPost(
                "/campaigns/{id}:apply",
                (HttpContext context, string id, CampaignApply apply) =>
                    Answer.JsonAsync<ReasonBody, AppliedReport>(context, (call, _) => apply.ApplyAsync(call, id))
            )
            .Verb(
                [AdminRoles.Approver],
                "Applies what was decided in an access review",
                "Each client by itself: what is refused stands as decided and says why. A narrowing carries the approval.",
                answer: typeof(AppliedReport)
            );
        api.MapPost(
                "/campaigns/{id}:cancel",
                (HttpContext context, string id, CampaignCancel cancel) =>
                    VerbAnswer.OfAsync<ReasonBody>(context, RegistryKind.Campaign, id, (call, body) => cancel.CancelAsync(call, id, body))
            )
            .Verb(
                [AdminRoles.Approver],
                "Ends an access review before its end",
                "The first approver asks for it, another does it, each with a reason; nothing follows from silence then.",
                answer: typeof(Campaign)
            );
        api.MapPost(
                "/campaigns/{id}:withdraw-cancel",
                (HttpContext context, string id, CampaignCancel cancel) =>
                    VerbAnswer.OfAsync<ReasonBody>(context, RegistryKind.Campaign, id, (call, body) => cancel.WithdrawAsync(call, id, body))
            )
            .Verb(
                AdminRoles.Keepers,
                "Takes back that an approver asked to end an access review",
                "By one person, whoever asked: after it nobody cancels the review alone.",
                answer: typeof(Campaign)
            );
        api.MapPost(
                "/campaign-items/{id}:decide",
                (HttpContext context, string id, CampaignDecisions decisions) =>
                    VerbAnswer.OfAsync<DecideBody>(
                        context,
                        RegistryKind.CampaignItem,
                        id,
                        (call, body) => decisions.DecideAsync(call, id, body)
                    )
            )
            .Verb(
                AdminRoles.Keepers,
                "Decides about one client of an access review",
                "By one of its reviewers; never to keep what the reviewer answers for. Can be decided otherwise until it is applied.",
                typeof(DecideBody),
                typeof(CampaignItem)
            );
        api.MapPost(
                "/campaign-items/{id}:undo",
                (HttpContext context, string id, CampaignDecisions decisions) =>
                    VerbAnswer.OfAsync<ReasonBody>(
                        context,
                        RegistryKind.CampaignItem,
                        id,
                        (call, body) => decisions.UndoAsync(call, id, body)
                    )
            )
            .Verb(AdminRoles.Keepers, "Takes a decision back that is not applied", answer: typeof(CampaignItem));
        api.MapGet(
                "/campaigns/{id}/progress",
                (HttpContext context, string id, CampaignReports reports) =>
                    Answer.JsonAsync(context, call => reports.ReportAsync(call, id))
            )
            .RequireRoles(AdminRoles.UseReaders)
            .Describe("Says how far an access review has come")
            .Returns(typeof(CampaignReport));
        api.MapGet(
                "/campaigns/{id}/evidence",
                (HttpContext context, string id, CampaignProofs proofs) => Answer.JsonAsync(context, call => proofs.EvidenceAsync(call, id))
            )
            .RequireRoles([AdminRoles.Auditor])
            .Describe(
                "Makes the evidence of an access review",
                "Its documents, and the records of their last steps with proofs under a signed checkpoint and a script that verifies them."
            )
            .Returns(typeof(EvidenceReport));
    }
}
