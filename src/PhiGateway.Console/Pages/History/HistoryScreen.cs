using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Declarative;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Trail;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Console.Work;

namespace PhiGateway.Console.Pages.History;

/// <summary>Shows what was changed in the registry, and takes it back to a moment: first what that would change, then exactly that.</summary>
internal sealed class HistoryScreen(RegistryHistory history, RegistryRevert revert, LongWork work)
{
    private const string Path = "/console/history";

    /// <summary>One page of changes.</summary>
    public async Task<ScreenAnswer> ListAsync(ConsoleRequest request)
    {
        var (document, from, to) = (request.Asked("document"), request.Asked("from"), request.Asked("to"));
        if (Moment("from", from).Failed(out var problem, out var since) || Moment("to", to).Failed(out problem, out var until))
        {
            return problem;
        }

        var query = new HistoryQuery(document, since.At, until.At, request.Asked("cursor"));
        var here = request.Words.Link(Path, ("document", document), ("from", from), ("to", to), ("cursor", query.Cursor));
        var made = await work.BehindAsync(request, WorkKey.Of(request, "history", here), call => history.ListAsync(call, query));
        if (made is null)
        {
            return WaitAnswer.Of("lab", new WaitModel("History", "The changes are being looked up in the trail.", here));
        }

        if (made.Outcome.Failed(out problem, out var page))
        {
            return problem;
        }

        var next = page.NextCursor is { } cursor
            ? request.Words.Link(Path, ("document", document), ("from", from), ("to", to), ("cursor", cursor))
            : null;
        var mayProve = request.Call.Caller.HasAny(ConsoleSections.TrailReaders);
        var model = new HistoryModel(page, document, from, to, next, mayProve, request.Session.FormToken);
        return new PageContent("History", "lab", typeof(HistoryList), model) { OnRecord = "that you read the history of the registry." };
    }

    /// <summary>What taking it back would change.</summary>
    public Task<ScreenAnswer> PlanAsync(ConsoleRequest request) =>
        PlanAsync(request, request.Asked("at"), request.Asked("document"), request.Asked("prune") == "1", null);

    /// <summary>Takes it back, as exactly what was shown.</summary>
    public async Task<ScreenAnswer> WriteAsync(ConsoleRequest request)
    {
        var (at, document, isPruned) = (request.Typed("at"), request.Typed("document"), request.Typed("prune") == "1");
        var call = request.CallOn(request.Typed("plan") ?? string.Empty);
        return (await revert.WriteAsync(call, new RevertBody(at, document, isPruned))).Failed(out var problem, out var change)
            ? await PlanAsync(request, at, document, isPruned, problem)
            : new ScreenAnswer.Go(
                Links.With(Path, ("document", document)),
                $"{Words.Count(change.Edit.Plan.Writes.Count, "document is", "documents are")} taken back, "
                    + $"as registry revision {Words.Number(change.Edit.Revision)}."
            );
    }

    private static Outcome<Asked> Moment(string name, string? text)
    {
        if (text is null)
        {
            return new Asked(null);
        }

        return TrailQueryReader.Moment(text) is { } at ? new Asked(at) : AdminProblem.BadParameter(name, "one moment is expected.");
    }

    private async Task<ScreenAnswer> PlanAsync(ConsoleRequest request, string? at, string? document, bool isPruned, AdminProblem? tried)
    {
        // Every change since then is read out of the trail, and every client's path is looked at before and after.
        var here = request.Words.Link(Path + "/revert", ("at", at), ("document", document), ("prune", isPruned ? "1" : null));
        var key = WorkKey.Of(request, "revert", here);
        var made = await work.BehindAsync(request, key, call => PlanAsync(call, new RevertBody(at, document, isPruned)));
        if (made is null)
        {
            const string Said = "What taking it back would change is being worked out.";
            return WaitAnswer.Of("lab", new WaitModel("Take the registry back", Said, here), tried);
        }

        var failed = made.Outcome.Failed(out var problem, out var planned);
        if (failed && problem!.Status is not (409 or 422))
        {
            return problem;
        }

        return new PageContent(
            "Take the registry back",
            "lab",
            typeof(RevertPage),
            new RevertModel(
                at ?? string.Empty,
                document,
                isPruned,
                planned?.Report,
                planned?.ETag,
                failed ? WordsOf(problem!) : null,
                request.Call.Caller.HasAny(AdminRoles.Writers),
                TriedForms.Of(request, tried, "revert", string.Empty),
                request.Session.FormToken
            )
        )
        {
            Status = tried?.Status ?? (problem is { Status: 422 } ? 422 : 200),
            OnRecord = IsUnasked(problem) ? null : "that you looked at the registry as it was.",
        };
    }

    private async Task<Outcome<Planned>> PlanAsync(AdminCall call, RevertBody body) =>
        (await revert.PlanAsync(call, body)).Failed(out var problem, out var change)
            ? problem
            : new Planned(DryRunReport.Of(change.Edit), change.ETag);

    // What was filled in is no moment or no document: nothing was looked at.
    private static bool IsUnasked(AdminProblem? problem) =>
        problem?.Errors is { Count: > 0 } errors && errors.All(static error => error.Pointer is "/at" or "/document");

    private static string WordsOf(AdminProblem problem) =>
        problem.Errors is { Count: > 0 } errors
            ? string.Join(" ", errors.Take(5).Select(static error => error.Detail))
            : problem.Detail ?? problem.Title;

    private sealed record Asked(DateTimeOffset? At);

    private sealed record Planned(DryRunReport Report, string? ETag);
}
