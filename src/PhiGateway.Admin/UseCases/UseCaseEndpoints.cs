using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Documents;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.UseCases;

/// <summary>Maps the verbs of use cases.</summary>
internal static class UseCaseEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost(
                "/use-cases/{id}:approve",
                (HttpContext context, string id, UseCaseVerbs verbs) =>
                    VerbAnswer.OfAsync<ReasonBody>(context, RegistryKind.UseCase, id, (call, body) => verbs.ApproveAsync(call, id, body))
            )
            .Verb(
                [AdminRoles.Approver],
                "Approves a use case",
                "If-Match is required; never by who last changed it.",
                answer: typeof(UseCase)
            );
        api.MapGet(
                "/use-cases/{id}/approval",
                (HttpContext context, string id, ApprovalBriefs briefs) =>
                    Answer.OfAsync(
                        context,
                        call => briefs.OfUseCaseAsync(call, id),
                        static seen => AdminResult.Json(seen.Brief) with { ETag = ETag.Of(seen.Version) }
                    )
            )
            .RequireRoles(AdminRoles.All)
            .Describe("Says in words what approving a use case would permit", "The ETag is the If-Match to approve it with.")
            .Returns(typeof(UseCaseBrief));
        api.MapPost(
                "/use-cases/{id}:retire",
                (HttpContext context, string id, UseCaseVerbs verbs) =>
                    VerbAnswer.OfAsync<ReasonBody>(context, RegistryKind.UseCase, id, (call, body) => verbs.RetireAsync(call, id, body))
            )
            .Verb(AdminRoles.Closers, "Retires a use case", "Closes the PHI path of all its clients.", answer: typeof(UseCase))
            .WithMetadata(new ClosingAct());
    }
}
