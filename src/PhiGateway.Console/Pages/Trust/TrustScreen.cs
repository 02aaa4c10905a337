using PhiGateway.Admin.Status;
using PhiGateway.Admin.Trail;
using PhiGateway.Console.Http;
using PhiGateway.Console.Rendering;

namespace PhiGateway.Console.Pages.Trust;

/// <summary>Shows why the trail can be believed: the log's newest checkpoint and keys, the journal, and what every node enforces.</summary>
internal sealed class TrustScreen(TrailProofs proofs, StatusReports reports, TimeProvider time)
{
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
            new TrustModel(failed ? null : log, failed ? without!.Detail ?? without.Title : null, status, nodes, time.GetUtcNow())
        );
    }
}
