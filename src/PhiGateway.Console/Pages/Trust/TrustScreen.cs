using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Controls;
using PhiGateway.Admin.Http;
using PhiGateway.Admin.Keeping;
using PhiGateway.Admin.Status;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Shipping;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Console.Work;

namespace PhiGateway.Console.Pages.Trust;

/// <summary>Shows why the trail can be believed: the log's newest checkpoint and keys, the journal, and what every node enforces.</summary>
internal sealed class TrustScreen(
    TrailProofs proofs,
    StatusReports reports,
    ControlReports controls,
    FleetReports fleet,
    KeepingCommands keeping,
    GoneReports gone,
    LongWork work,
    TimeProvider time
)
{
    // It is made of everything: shown as of a moment, and made anew behind the page.
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    /// <summary>Controls and scores.</summary>
    public async Task<ScreenAnswer> PostureAsync(ConsoleRequest request)
    {
        var mayRead = request.Call.Caller.HasAny(ConsoleSections.TrailReaders);
        var view = await work.FindAsync(
            WorkKey.OfAll("posture", mayRead ? "with findings of the trail" : "without"),
            Fresh,
            stopping => controls.BothAsync(request.Call with { Cancelled = stopping })
        );
        if (view is null)
        {
            return WaitAnswer.Of(
                "trust",
                new WaitModel("Trust and posture", "Every control and every client is being looked at.", "/console/posture")
            );
        }

        // On record before it is shown, and once: the page that asks again by itself until it is there is no look.
        await controls.LookAsync(request.Call);
        var state = request.Asked("state") is { } asked and ("met" or "partly" or "not-met" or "outside") ? asked : null;
        return new PageContent("Posture", "trust", typeof(PosturePage), new PostureModel(view, state))
        {
            OnRecord = mayRead ? "that you counted requests." : null,
        };
    }

    /// <summary>The screen.</summary>
    public async Task<ScreenAnswer> ShowAsync(ConsoleRequest request)
    {
        if ((await reports.NodesAsync(request.Call)).Failed(out var problem, out var nodes))
        {
            return problem;
        }

        var keeps = await KeepingAsync(request);
        var failed = (await proofs.ReportAsync(request.Call)).Failed(out var without, out var log);
        return new PageContent(
            "Trust",
            "trust",
            typeof(TrustPage),
            new TrustModel(
                failed ? null : log,
                failed ? without!.Detail ?? without.Title : null,
                await reports.HereAsync(request.Call),
                nodes,
                reports.Trust(),
                time.GetUtcNow(),
                await FleetAsync(request),
                keeps?.Model,
                request.Call.Caller.HasAny(AdminRoles.UseReaders)
            )
        )
        {
            OnRecord = keeps is { IsOnRecord: true } ? "that you looked at holds and deletions of the trail." : null,
        };
    }

    private async Task<FleetModel?> FleetAsync(ConsoleRequest request)
    {
        if (!request.Call.Caller.HasAny([AdminRoles.Auditor]))
        {
            return null;
        }

        if (!(await fleet.ReportAsync(request.Call)).Failed(out var without, out var report))
        {
            return new FleetModel(report, null);
        }

        return new FleetModel(null, without.Status == 404 ? null : without.Detail ?? without.Title);
    }

    private async Task<ReadKeeping?> KeepingAsync(ConsoleRequest request)
    {
        if (!request.Call.Caller.HasAny([AdminRoles.Auditor, AdminRoles.PrivacyOfficer]))
        {
            return null;
        }

        try
        {
            return (await keeping.HoldsAsync(request.Call)).Failed(out var problem, out var holds)
                ? new ReadKeeping(new KeepingModel([], [], problem.Detail ?? problem.Title), true)
                : new ReadKeeping(new KeepingModel(holds.Items, await gone.ListAsync(request.Call)), true);
        }
        catch (Exception fault)
            when (AdminBoundary.IsDatabase(fault)
                || fault is TimeoutException or InvalidDataException or ContentDestroyedException or JournalUnavailableException
            )
        {
            // The rest of the page is what one looks at when the store is away.
            return new ReadKeeping(new KeepingModel([], [], "The trail's store cannot be read now."), false);
        }
    }

    private sealed record ReadKeeping(KeepingModel Model, bool IsOnRecord);
}
