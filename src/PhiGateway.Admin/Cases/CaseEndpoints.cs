using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Documents;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Cases;

/// <summary>Maps the verbs of cases; cases are listed and read like every document.</summary>
internal static class CaseEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost(
                "/cases:open",
                (HttpContext context, CaseVerbs verbs) =>
                    Answer.OfAsync<OpenCaseBody, EditOutcome>(
                        context,
                        (call, body) => verbs.OpenAsync(call, body),
                        static outcome => DocumentAnswer.Of(RegistryRoute.Of(RegistryKind.Case), outcome)
                    )
            )
            .Verb(
                AdminRoles.Closers,
                "Opens a case of alerts",
                "An alert is in one case at most (409 in-a-case).",
                typeof(OpenCaseBody),
                typeof(AlertCase),
                StatusCodes.Status201Created
            );
        api.MapPost(
                "/cases/{id}:add",
                (HttpContext context, string id, CaseVerbs verbs) =>
                    VerbAnswer.OfAsync<CaseAlertsBody>(context, RegistryKind.Case, id, (call, body) => verbs.AddAsync(call, id, body))
            )
            .Verb(AdminRoles.Closers, "Puts alerts into a case", null, typeof(CaseAlertsBody), typeof(AlertCase));
        api.MapPost(
                "/cases/{id}:remove",
                (HttpContext context, string id, CaseVerbs verbs) =>
                    VerbAnswer.OfAsync<CaseAlertsBody>(context, RegistryKind.Case, id, (call, body) => verbs.RemoveAsync(call, id, body))
            )
            .Verb(AdminRoles.Closers, "Takes alerts out of a case", null, typeof(CaseAlertsBody), typeof(AlertCase));
        api.MapPost(
                "/cases/{id}:note",
                (HttpContext context, string id, CaseVerbs verbs) =>
                    VerbAnswer.OfAsync<CaseNoteBody>(context, RegistryKind.Case, id, (call, body) => verbs.NoteAsync(call, id, body))
            )
            .Verb(AdminRoles.Closers, "Notes what was found out", null, typeof(CaseNoteBody), typeof(AlertCase));
        api.MapPost(
                "/cases/{id}:close",
                (HttpContext context, string id, CaseVerbs verbs) =>
                    VerbAnswer.OfAsync<ReasonBody>(context, RegistryKind.Case, id, (call, body) => verbs.CloseAsync(call, id, body))
            )
            .Verb(
                AdminRoles.Keepers,
                "Closes a case with its alerts",
                "A reason is required; an emergency use stays open, for it is decided by itself.",
                answer: typeof(AlertCase)
            );
        api.MapGet(
                "/cases/{id}/view",
                (HttpContext context, string id, CaseReports reports) => Answer.OfAsync(context, call => reports.ViewAsync(call, id), Shown)
            )
            .RequireRoles(AdminRoles.All)
            .Describe("Shows a case with its alerts, what looks like it, and what happened in order")
            .Returns(typeof(CaseView));
    }

    // Documents stand in it in the form in which they are read elsewhere.
    private static IResult Shown(CaseView view)
    {
        var json = JsonSerializer.SerializeToNode(view, AdminJson.Options)!;
        json["case"] = JsonSerializer.SerializeToNode(view.Case, RegistryJson.Options);
        json["alike"] = JsonSerializer.SerializeToNode(view.Alike, RegistryJson.Options);
        for (var place = 0; place < view.Alerts.Count; place++)
        {
            json["alerts"]![place]!["alert"] = JsonSerializer.SerializeToNode(view.Alerts[place].Alert, RegistryJson.Options);
        }

        return new AdminResult(StatusCodes.Status200OK, JsonSerializer.SerializeToUtf8Bytes(json));
    }
}
