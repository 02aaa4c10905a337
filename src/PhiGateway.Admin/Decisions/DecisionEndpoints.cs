using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;

namespace PhiGateway.Admin.Decisions;

/// <summary>Maps the endpoints that explain decisions, made or imagined.</summary>
internal static class DecisionEndpoints
{
    // Whether a patient is on a roster can be asked this way: the same roles as for reading rosters.
    private static readonly string[] Askers = [AdminRoles.Auditor, AdminRoles.Operator, AdminRoles.Admin];

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet(
                "/decisions/{id}",
                (HttpContext context, string id, DecisionExplainer explainer) =>
                    Answer.JsonAsync(context, call => explainer.ExplainAsync(call, id))
            )
            .RequireRoles([AdminRoles.Auditor])
            .Describe(
                "Explains one decision",
                "From its record in the trail, beside the registry as it stands now; each look is itself recorded."
            )
            .Returns(typeof(DecisionExplanation));
        api.MapPost(
                "/decisions:explain",
                (HttpContext context, RequestExplainer explainer) =>
                    Answer.JsonAsync<ExplainRequest, DecisionExplanation>(context, explainer.ExplainAsync)
            )
            .RequireRoles(Askers)
            .Describe(
                "Explains what would be decided about a request",
                "Nothing is forwarded; asked of the registry that this node enforces."
            )
            .Takes(typeof(ExplainRequest))
            .Returns(typeof(DecisionExplanation));
    }
}
