using PhiGateway.Admin.Accounting;
using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Campaigns;
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
    ClientDirectory directory,
    CampaignReports campaigns,
    DisclosureRegister register,
    TimeProvider time
)
{
    private const int LiveSeconds = 15;
    private const int MostAlerts = 6;

    /// <summary>The screen.</summary>
    public async Task<ScreenAnswer> ShowAsync(ConsoleRequest request)
    {
        var call = request.Call;
        var range = NowRange.Of(request.Asked("range"));
        var now = time.GetUtcNow();
        NowTraffic? counted = null;
        var mayRead = call.Caller.HasAny(ConsoleSections.TrailReaders);
        AdminProblem? problem = null;
        if (
            mayRead
            && await request.TryCommandAsync("counts of the trail", () => traffic.ReadAsync(call, range, now)) is { } read
            && read.Failed(out problem, out counted)
        )
        {
            return problem;
        }

        if (
            (await reports.NodesAsync(call)).Failed(out problem, out var nodes)
            || (await clients.QueueAsync(call, new PageRequest(PageRequest.Most, null), null)).Failed(out problem, out var queue)
        )
        {
            return problem;
        }

        var lanes = await alerts.ListAsync(call, AlertLanes.Open, take: MostAlerts);
        var isLive = request.Asked("live") == "1";
        return new PageContent(
            "Now",
            "now",
            typeof(NowPage),
            new NowModel(
                range.Name,
                now,
                counted,
                lanes,
                await StoppableAsync(call, lanes),
                nodes,
                await reports.HereAsync(call),
                queue.Items.Count,
                queue.NextCursor is not null,
                call.Caller.HasAny(AdminRoles.UseReaders)
                    ? await campaigns.OverdueAsync(call, DateOnly.FromDateTime(now.UtcDateTime))
                    : null,
                await RequestsAsync(request, now),
                isLive,
                call.Caller.HasAny(AdminRoles.Closers)
            )
        )
        {
            OnRecord = mayRead ? "that you counted the requests of this time." : null,
            Again = isLive
                ? new AgainLater(LiveSeconds, Links.With("/console/now", ("range", range.Name), ("live", "1"), (NotAClick.Parameter, "1")))
                : null,
        };
    }

    private async Task<NowRequests?> RequestsAsync(ConsoleRequest request, DateTimeOffset now)
    {
        if (!request.Call.Caller.HasAny([AdminRoles.PrivacyOfficer]))
        {
            return null;
        }

        var read = await request.TryAsync("patients' requests", () => register.RequestsAsync(request.Call.Cancelled));
        var open = read?.Items.Where(static one => one.Answered is null).ToList();
        return open is null ? null : new NowRequests(open.Count, open.Count(one => one.Due <= now));
    }

    // Whoever has to stop a client has it from the first screen, whether counts of the trail stand there or not.
    private async Task<IReadOnlyCollection<string>> StoppableAsync(AdminCall call, IReadOnlyList<AlertLanePage> lanes)
    {
        if (!call.Caller.HasAny(AdminRoles.Closers))
        {
            return [];
        }

        return await directory.StoppableAsync(
            call,
            lanes
                .SelectMany(static lane => lane.Items)
                .Select(static listed => listed.Alert.Subject.Split('/', 2) is ["client", var id] ? id : null)
                .OfType<string>()
        );
    }
}
