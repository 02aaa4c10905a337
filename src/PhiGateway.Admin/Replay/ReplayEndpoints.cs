using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Declarative;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Replay;

/// <summary>Maps replays of past decisions.</summary>
internal static class ReplayEndpoints
{
    private const int Default = 90;

    private static readonly string[] Askers = [AdminRoles.Auditor, AdminRoles.Operator, AdminRoles.Approver, AdminRoles.Admin];

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet(
                "/use-cases/{id}/right-size",
                (HttpContext context, string id, ReplayCommands commands) =>
                    Answer.OfAsync(context, call => commands.RightSizeAsync(call, id, Days(context)), Render)
            )
            .RequireRoles(Askers)
            .Describe(
                "Says what a use case is granted and did not use",
                "With narrower grants, proven by deciding the window's requests over them; write them by a PATCH of the use case."
            )
            .Returns(typeof(RightSizeReport))
            .Reads(CallParameter.Days);
        api.MapPost(
                "/policies:replay",
                (HttpContext context, ReplayCommands commands) =>
                    Answer.JsonAsync(
                        context,
                        async call =>
                            (await ConfigEndpoints.ReadAsync(context)).Failed(out var problem, out var file)
                                ? problem
                                : await commands.ReplayAsync(call, file, Days(context))
                    )
            )
            .RequireRoles(Askers)
            .Describe(
                "Decides past requests again over a candidate registry",
                "The file holds the documents that would differ; changes nothing, and lists whose answers would change."
            )
            .Takes(typeof(RegistryFileBody), ConfigEndpoints.Yaml)
            .Returns(typeof(ReplayReport))
            .Reads(CallParameter.Days);
    }

    // Grants are part of a registry document: in the form in which they are written back.
    private static IResult Render(RightSizeReport report)
    {
        var json = JsonSerializer.SerializeToNode(report, AdminJson.Options)!;
        if (report.Grants is { } grants)
        {
            json["grants"] = JsonSerializer.SerializeToNode(grants, RegistryJson.Options);
        }

        return new AdminResult(StatusCodes.Status200OK, JsonSerializer.SerializeToUtf8Bytes(json)) { ContentType = "application/json" };
    }

    // What is no number is out of range.
    private static int Days(HttpContext context) =>
        context.Request.Query["days"] switch
        {
            [] => Default,
            [var text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) => days,
            _ => 0,
        };
}
