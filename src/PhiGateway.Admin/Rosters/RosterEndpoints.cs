using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Http;

namespace PhiGateway.Admin.Rosters;

/// <summary>Maps memberships. They are PHI: viewers see the roster, not who is on it.</summary>
internal static class RosterEndpoints
{
    private static readonly string[] Readers = [AdminRoles.Auditor, AdminRoles.Operator, AdminRoles.Admin];

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/rosters/{id}/members", (HttpContext context, string id, MemberCommands commands) => commands.ListAsync(context, id))
            .RequireRoles(Readers)
            .Describe("Lists the members of a roster", "In order of patient id; each call is recorded.")
            .Returns(typeof(MemberPage))
            .Reads(CallParameter.Page);
        api.MapPut(
                "/rosters/{id}/members/{patient}",
                (HttpContext context, string id, string patient, MemberCommands commands) => commands.PutAsync(context, id, patient)
            )
            .RequireRoles(AdminRoles.Writers)
            .Describe("Adds or changes one membership")
            .Takes(typeof(MemberLine), optional: true)
            .Returns(null, StatusCodes.Status204NoContent)
            .Returns(typeof(MemberDryRun))
            .Reads(CallParameter.DryRun);
        api.MapDelete(
                "/rosters/{id}/members/{patient}",
                (HttpContext context, string id, string patient, MemberCommands commands) => commands.RemoveAsync(context, id, patient)
            )
            .RequireRoles(AdminRoles.Writers)
            .Describe("Removes one membership")
            .Returns(null, StatusCodes.Status204NoContent)
            .Returns(typeof(MemberDryRun))
            .Reads(CallParameter.DryRun);
        api.MapPost(
                "/rosters/{id}/members:import",
                (HttpContext context, string id, MemberImport import) => import.ImportAsync(context, id)
            )
            .RequireRoles(AdminRoles.Writers)
            .Describe(
                "Imports memberships as NDJSON",
                "One `{\"patient\":\"…\",\"from\":\"…\",\"until\":\"…\",\"source\":\"…\"}` a line; bad lines are reported by number "
                    + "and passed over; resume with `?from_line=`. With an Idempotency-Key the Content-Digest (RFC 9530) stands for the body."
            )
            .Takes(typeof(MemberLine), "application/x-ndjson")
            .Returns(typeof(ImportResult), contentType: "application/x-ndjson")
            .Repeatable(IdempotencyScope.Stream)
            .Reads(CallParameter.FromLine);
    }
}
