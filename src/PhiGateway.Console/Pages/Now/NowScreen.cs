using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Status;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Now;

/// <summary>Gathers what the first screen shows, each part by the command that the viewer's roles may call.</summary>
internal sealed class NowScreen(
    NowTrafficReader traffic,
    AlertInbox alerts,
    StatusReports reports,
    ClientReports clients,
    TimeProvider time
)
{
    private const int LiveSeconds = 15;

    /// <summary>The screen.</summary>
    public async Task<ScreenAnswer> ShowAsync(ConsoleRequest request)
    {
        var call = request.Call;
        var range = NowRange.Of(request.Asked("range"));
        var now = time.GetUtcNow();
        NowTraffic? counted = null;
        var mayRead = call.Caller.HasAny(ConsoleSections.TrailReaders);
        if (mayRead && (await traffic.ReadAsync(call, range, now)).Failed(out var problem, out counted))
        {
            return problem;
        }

        if (
            (await alerts.ListAsync(call, [AlertState.Open, AlertState.Acknowledged], null)).Failed(out problem, out var open)
            || (await reports.NodesAsync(call)).Failed(out problem, out var nodes)
            || (await reports.StatusAsync(call)).Failed(out problem, out var status)
            || (await clients.QueueAsync(call, new PageRequest(PageRequest.Most, null), null)).Failed(out problem, out var queue)
        )
        {
            return problem;
        }

        var isLive = request.Asked("live") == "1";
        return new PageContent(
            "Now",
            "now",
            typeof(NowPage),
            new NowModel(range.Name, now, counted, open, nodes, status, queue.Items.Count, isLive, call.Caller.HasAny(AdminRoles.Closers))
        )
        {
            OnRecord = mayRead ? "that you counted the requests of this time." : null,
            Again = isLive
                ? new AgainLater(LiveSeconds, Links.With("/console/now", ("range", range.Name), ("live", "1"), (NotAClick.Parameter, "1")))
                : null,
        };
    }
}
