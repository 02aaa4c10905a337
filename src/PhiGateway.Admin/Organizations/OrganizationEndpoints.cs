using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Documents;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Organizations;

/// <summary>Maps the verbs of organizations and owners.</summary>
internal static class OrganizationEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost(
                "/organizations/{id}:offboard",
                (HttpContext context, string id, OrganizationVerbs verbs) =>
                    VerbAnswer.OfAsync<OffboardBody>(
                        context,
                        RegistryKind.Organization,
                        id,
                        (call, body) => verbs.OffboardAsync(call, id, body)
                    )
            )
            .Verb(
                AdminRoles.Closers,
                "Offboards an organization with all its clients",
                "In one transaction; ask with `?dry_run=true` for the blast radius first. A clock runs from the event.",
                typeof(OffboardBody),
                typeof(Organization)
            )
            .WithMetadata(new ClosingAct());
        api.MapPost(
                "/owners/{owner}:left",
                (HttpContext context, string owner, OwnerVerbs verbs) =>
                    Answer.OfAsync<LeftBody, EditOutcome>(
                        context,
                        (call, body) => verbs.LeftAsync(call, owner, body),
                        static outcome => AdminResult.Json(DryRunReport.Of(outcome))
                    )
            )
            .Verb(
                AdminRoles.Closers,
                "Records that an owner left",
                "All their clients lose the confirmation, which closes their PHI path; alerts are raised, and a clock runs from the event.",
                typeof(LeftBody),
                answer: typeof(DryRunReport)
            )
            .WithMetadata(new ClosingAct());
    }
}
