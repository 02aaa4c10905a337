using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.UseCases;

/// <summary>Maps the verbs of use cases.</summary>
internal static class UseCaseEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/use-cases/{id}:approve", (HttpContext context, string id, UseCaseVerbs verbs) => verbs.ApproveAsync(context, id))
            .Verb(
                [AdminRoles.Approver],
                "Approves a use case",
                "If-Match is required; never by who last changed it.",
                answer: typeof(UseCase)
            );
        api.MapPost("/use-cases/{id}:retire", (HttpContext context, string id, UseCaseVerbs verbs) => verbs.RetireAsync(context, id))
            .Verb(AdminRoles.Closers, "Retires a use case", "Closes the PHI path of all its clients.", answer: typeof(UseCase));
    }
}
