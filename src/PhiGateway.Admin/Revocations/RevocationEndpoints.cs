using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Documents;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Revocations;

/// <summary>Maps revocations.</summary>
internal static class RevocationEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/revocations", (HttpContext context, RevocationCommands commands) => commands.RevokeAsync(context))
            .Verb(
                AdminRoles.Closers,
                "Revokes a client, credential, token, organization, use case, tenant, issuer, or all issued before a moment",
                "In force on every node in under a second.",
                typeof(RevokeBody),
                typeof(Revocation),
                StatusCodes.Status201Created
            );
        api.MapPost(
                "/revocations/{id}:lift",
                (HttpContext context, string id, RevocationCommands commands) => commands.LiftAsync(context, id)
            )
            .Verb([AdminRoles.Approver], "Lifts a revocation", "Never by who wrote it.", answer: typeof(Revocation));
        api.MapGet("/revocations", (HttpContext context, RevocationCommands commands) => commands.ListAsync(context))
            .RequireRoles(AdminRoles.All)
            .Describe("Lists revocations, newest first")
            .Returns(typeof(DocumentPage<Revocation>))
            .Reads(CallParameter.Page);
    }
}
