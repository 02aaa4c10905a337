using PhiGateway.Admin.Controls;
using PhiGateway.Admin.Status;
using PhiGateway.Admin.Trail;
using PhiGateway.Console.Http;
using PhiGateway.Console.Rendering;

namespace PhiGateway.Console.Pages.Trust;

/// <summary>Shows why the trail can be believed: the log's newest checkpoint and keys, the journal, and what every node enforces.</summary>
internal sealed class TrustScreen(TrailProofs proofs, StatusReports reports, ControlReports controls, TimeProvider time)
{
    /// <summary>Controls and scores.</summary>
    public async Task<ScreenAnswer> PostureAsync(ConsoleRequest request)
    {
        var (report, scores) = await controls.BothAsync(request.Call);
        var state = request.Asked("state") is { } asked and ("met" or "partly" or "not-met" or "outside") ? asked : null;
        return new PageContent("Posture", "trust", typeof(PosturePage), new PostureModel(report, scores, state))
        {
            OnRecord = request.Call.Caller.HasAny(ConsoleSections.TrailReaders) ? "that you counted requests." : null,
        };
    }

    /// <summary>The screen.</summary>
    public async Task<ScreenAnswer> ShowAsync(ConsoleRequest request)
    {
        if (
            (await reports.StatusAsync(request.Call)).Failed(out var problem, out var status)
            || (await reports.NodesAsync(request.Call)).Failed(out problem, out var nodes)
        )
        {
            return problem;
        }

        var failed = (await proofs.ReportAsync(request.Call)).Failed(out var without, out var log);
        return new PageContent(
            "Trust",
            "trust",
            typeof(TrustPage),
            new TrustModel(
                failed ? null : log,
                failed ? without!.Detail ?? without.Title : null,
                status,
                nodes,
                reports.Trust(),
                time.GetUtcNow()
            )
        );
    }
}
