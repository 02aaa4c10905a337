using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;

namespace PhiGateway.Admin.Controls;

/// <summary>Maps the reports of controls and scores.</summary>
internal static class ControlEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/posture/controls", (HttpContext context, ControlReports reports) => Answer.JsonAsync(context, reports.ReportAsync))
            .RequireRoles(AdminRoles.All)
            .Describe(
                "Holds controls against live evidence",
                "OWASP NHI Top 10 2025, NIST CSF 2.0 and HIPAA's technical safeguards; each line names the query behind it, and what is not "
                    + "met is said. Counts of the trail are in it for auditors only."
            )
            .Returns(typeof(ControlReport));
        api.MapGet("/posture/scores", (HttpContext context, ControlReports reports) => Answer.JsonAsync(context, reports.ScoresAsync))
            .RequireRoles(AdminRoles.All)
            .Describe(
                "Scores every client that can call",
                "100 less points, each with its reason; the worst first, and the mean by organization with what it lost by each risk."
            )
            .Returns(typeof(ScoreReport));
        api.MapGet(
                "/clients/{id}/score",
                (HttpContext context, string id, ControlReports reports) => Answer.JsonAsync(context, call => reports.ScoreAsync(call, id))
            )
            .RequireRoles(AdminRoles.All)
            .Describe("Scores one client", "100 less points, each with its reason.")
            .Returns(typeof(ClientScore));
    }
}
