using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Revocations;
using PhiGateway.Admin.Trail;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Console.Work;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>Stops a client in two clicks: first what stops with it, then the step, on exactly the version that was seen.</summary>
internal sealed class StopScreen(
    ClientDirectory directory,
    ClientReports reports,
    ClientVerbs verbs,
    CountsBehind counts,
    StopPreviews previews,
    ApprovalBriefs briefs,
    AlertInbox alerts,
    ClientsScreen clients,
    TimeProvider time
)
{
    private const int Days = 7;

    /// <summary>What stops.</summary>
    public Task<ScreenAnswer> ShowAsync(ConsoleRequest request) => PreviewAsync(request, null);

    /// <summary>Stops it.</summary>
    public async Task<ScreenAnswer> StopAsync(ConsoleRequest request)
    {
        var id = request.Route("id");
        var call = request.CallOn(ETag.Of(request.SeenVersion));
        var body = new ReasonBody(request.Typed("reason"));
        var done = request.Typed("step") switch
        {
            "suspend" => await verbs.SuspendAsync(call, id, body),
            "quarantine" => await verbs.QuarantineAsync(call, id, body),
            "revoke" => await verbs.RevokeAsync(call, id, body),
            _ => AdminProblem.Invalid("/step", "required", "Choose what to do: suspend, quarantine or revoke."),
        };
        return done.Failed(out var problem, out var outcome)
            ? await PreviewAsync(request, problem)
            : new ScreenAnswer.Go(
                Links.Client(id),
                $"{id} is stopped ({request.Typed("step")}), as registry revision {Words.Number(outcome.Revision)}, in force on every node in under a second."
            );
    }

    /// <summary>Asks that what the gateway did by itself be lifted.</summary>
    public async Task<ScreenAnswer> RequestLiftAsync(ConsoleRequest request)
    {
        var id = request.Route("id");
        var call = request.CallOn(ETag.Of(request.SeenVersion));
        return (await verbs.RequestLiftAsync(call, id, new ReasonBody(request.Typed("reason")))).Failed(out var problem, out _)
            ? await clients.ShowAsync(request, TriedForms.Of(request, problem, "request-lift", string.Empty, "reason"), problem)
            : new ScreenAnswer.Go(Links.Client(id), "It is on record that you ask for it; an approver who is somebody else decides.");
    }

    /// <summary>Opens a suspended client again.</summary>
    public async Task<ScreenAnswer> ResumeAsync(ConsoleRequest request)
    {
        var id = request.Route("id");
        var call = request.CallOn(ETag.Of(request.SeenVersion));
        return (await verbs.ResumeAsync(call, id, new ReasonBody(request.Typed("reason")))).Failed(out var problem, out var outcome)
            ? await clients.ShowAsync(request, TriedForms.Of(request, problem, "resume", string.Empty, "reason"), problem)
            : new ScreenAnswer.Go(Links.Client(id), $"{id} is active again, as registry revision {Words.Number(outcome.Revision)}.");
    }

    private async Task<ScreenAnswer> PreviewAsync(ConsoleRequest request, AdminProblem? tried)
    {
        var (call, id) = (request.Call, request.Route("id"));
        if ((await directory.FindAsync(call, id)).Failed(out var problem, out var profile))
        {
            return problem;
        }

        // Begun first: it has its patience while the registry is asked.
        var now = time.GetUtcNow();
        var mayRead = call.Caller.HasAny(ConsoleSections.TrailReaders);
        var counting = mayRead ? CountAsync(request, id, now) : Task.FromResult<Counts?>(null);
        if ((await reports.BlastRadiusAsync(call, id)).Failed(out problem, out var blast))
        {
            return problem;
        }

        var brief = await request.TryCommandAsync("how many patients it can reach", () => briefs.OfClientAsync(call, id));
        var known = await alerts.CountAsync(call, new AlertFilter(EmergencyUses.Kind, "client/" + id));
        var counted = await counting;
        return new PageContent(
            "Stop " + id,
            "clients",
            typeof(StopPage),
            new StopModel(
                profile,
                blast,
                brief?.Value?.Reach ?? [],
                counted?.Report?.Items.Sum(static item => item.Count),
                counted?.Report?.From ?? now.AddDays(-Days),
                known,
                previews.RunningOf([profile.Client]),
                request.Typed("step"),
                TriedForms.Of(request, tried, "stop", string.Empty, "reason"),
                request.Session.FormToken
            )
            {
                MayRead = mayRead,
                Counting = counted?.Later,
            }
        )
        {
            Status = tried?.Status ?? 200,
            OnRecord = counted is { IsOnRecord: true } ? "that you counted what this client was permitted." : null,
        };
    }

    private async Task<Counts?> CountAsync(ConsoleRequest request, string id, DateTimeOffset now)
    {
        var query = new TrafficQuery(now.AddDays(-Days), now, null, "decision", id, Decision: "permit");
        var later = Links.With(Links.Client(id) + "/stop", (CountsBehind.Begun, "1"));
        var key = WorkKey.Of(request, "calls of client", id);
        return (await counts.CountAsync(request, key, "how much it calls", later, query)).Value;
    }
}
