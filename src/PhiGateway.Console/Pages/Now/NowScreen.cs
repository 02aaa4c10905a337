using PhiGateway.Admin.Accounting;
using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Campaigns;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Status;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Console.Work;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Now;

/// <summary>Gathers what the first screen shows, each part by the command that the viewer's roles may call.</summary>
internal sealed class NowScreen(
    NowTrafficReader traffic,
    AlertInbox alerts,
    StatusReports reports,
    ClientReports clients,
    ClientDirectory directory,
    LongWork work,
    CampaignReports campaigns,
    DisclosureRegister register,
    TimeProvider time
)
{
    // For so long counts are those of this moment; older ones are made anew, and shown with their own moment where that takes long.
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Registered = TimeSpan.FromMinutes(1);

    // A page that asks once more for what its click began is shown that, however long its browser let it wait.
    private static readonly TimeSpan Begun = TimeSpan.FromMinutes(5);

    // For so long what a live page counts by itself is one look on record; without a click few sessions last longer.
    private static readonly TimeSpan Sitting = TimeSpan.FromMinutes(15);

    private const int LiveSeconds = 15;
    private const int MostAlerts = 6;

    /// <summary>The screen.</summary>
    public async Task<ScreenAnswer> ShowAsync(ConsoleRequest request)
    {
        var call = request.Call;
        var range = NowRange.Of(request.Asked("range"));
        var now = time.GetUtcNow();
        var isLive = request.Asked("live") == "1";
        var fresh = request.IsAgain && !isLive ? Begun : Fresh;

        // Each asks a store: together they take as long as the slowest of them, and what is counted has its patience meanwhile.
        var counting = CountedAsync(request, range, isLive, fresh);
        var asking = RequestsAsync(request, now);
        var (finding, looking) = (reports.NodesAsync(call), reports.HereAsync(call));
        var (listing, waiting, reviewing) = (LanesAsync(call), clients.WaitingAsync(call, 0, 0), OverdueAsync(call, now));
        await Task.WhenAll(counting, asking, finding, looking, listing, waiting, reviewing);

        var (made, isMaking) = await counting;
        var newest = isMaking ? Fresh : fresh;
        NowTraffic? counted = null;
        if (made is { Value.Outcome: var read } && read.Failed(out var problem, out counted))
        {
            return problem;
        }

        if ((await finding).Failed(out problem, out var nodes))
        {
            return problem;
        }

        var (lanes, stoppable) = await listing;
        var asked = await asking;
        var (isCounting, isOld) = (made is { Value: null }, counted is not null && now - counted.At >= newest);
        return new PageContent(
            "Now",
            "now",
            typeof(NowPage),
            new NowModel(
                range.Name,
                now,
                counted,
                lanes,
                stoppable,
                nodes,
                await looking,
                (await waiting).Total,
                await reviewing,
                asked?.Value,
                isLive,
                call.Caller.HasAny(AdminRoles.Closers)
            )
            {
                IsCounting = isCounting,
                IsOld = isOld,
            }
        )
        {
            OnRecord = OnRecordOf(made is not null, asked is not null),
            Again = AgainOf(range, isLive, isCounting || isOld),
        };
    }

    // Until what was begun is there, counts of before are none of this moment, however young; it may have come just now.
    private async Task<(Looked<Made<NowTraffic>>? Made, bool IsMaking)> CountedAsync(
        ConsoleRequest request,
        NowRange range,
        bool isLive,
        TimeSpan fresh
    )
    {
        if (!request.Call.Caller.HasAny(ConsoleSections.TrailReaders))
        {
            return (null, false);
        }

        var key = WorkKey.OfNow(request, "now", range.Name);
        var wasMaking = work.IsMaking(key);
        var made = await CountAsync(request, key, range, isLive, fresh);
        var isMaking = work.IsMaking(key);
        return wasMaking && !isMaking && made is not null
            ? (await CountAsync(request, key, range, isLive, fresh), false)
            : (made, isMaking);
    }

    private async Task<(IReadOnlyList<AlertLanePage> Lanes, IReadOnlyCollection<string> Stoppable)> LanesAsync(AdminCall call)
    {
        var lanes = await alerts.ListAsync(call, AlertLanes.Open, take: MostAlerts);
        return (lanes, await StoppableAsync(call, lanes));
    }

    private async Task<OverdueCampaigns?> OverdueAsync(AdminCall call, DateTimeOffset now) =>
        call.Caller.HasAny(AdminRoles.UseReaders) ? await campaigns.OverdueAsync(call, DateOnly.FromDateTime(now.UtcDateTime)) : null;

    // Null: they cannot be had, which the page says; without a value: they are being counted still.
    private Task<Looked<Made<NowTraffic>>?> CountAsync(ConsoleRequest request, WorkKey key, NowRange range, bool isLive, TimeSpan fresh)
    {
        // The request may be over when it is counted.
        var isByItself = isLive && request.IsAgain;

        async Task<Made<NowTraffic>> MakeAsync(CancellationToken stopping)
        {
            var now = time.GetUtcNow();
            var isGoingOn = isByItself && request.Session.IsLooking(range.Name, now - Sitting);
            var read = await traffic.ReadAsync(request.Behind(stopping), range, now, isLive ? Sitting : null, isGoingOn);
            if (isLive && !isGoingOn && read.Value is not null)
            {
                request.Session.Look(range.Name, now);
            }

            return new Made<NowTraffic>(read);
        }

        return request.TryAsync(
            "counts of the trail",
            async () => new Looked<Made<NowTraffic>>(await work.FindAsync(key, fresh, MakeAsync))
        );
    }

    private static string? OnRecordOf(bool isCounted, bool isAsked) =>
        (isCounted, isAsked) switch
        {
            (true, true) => "that you counted the requests of this time, and looked at patients' requests for an accounting.",
            (true, false) => "that you counted the requests of this time.",
            (false, true) => "that you looked at patients' requests for an accounting.",
            _ => null,
        };

    private static AgainLater? AgainOf(NowRange range, bool isLive, bool isMaking)
    {
        var here = Links.With("/console/now", ("range", range.Name), ("live", isLive ? "1" : null));
        if (isMaking)
        {
            return WaitAnswer.Soon(here);
        }

        return isLive ? WaitAnswer.Soon(here) with { Seconds = LiveSeconds } : null;
    }

    // What the store could be asked for; null: it is being made still.
    private sealed record Looked<T>(T? Value)
        where T : class;

    // Null: they are not for the viewer, or cannot be had.
    private async Task<Looked<NowRequests>?> RequestsAsync(ConsoleRequest request, DateTimeOffset now)
    {
        if (!request.Call.Caller.HasAny([AdminRoles.PrivacyOfficer]))
        {
            return null;
        }

        // They name no patient. Each reading is on record for who looks; a screen that asks again by itself shows what was read.
        var read = await request.TryAsync(
            "patients' requests",
            async () =>
                new Looked<RequestList>(
                    await work.FindAsync(
                        WorkKey.OfNow(request, "requests of patients"),
                        Registered,
                        async stopping =>
                        {
                            await register.LookAsync(request.Behind(stopping), "audit.requests");
                            return await work.FindAsync(WorkKey.OfAll("requests of all patients"), Registered, register.RequestsAsync)
                                ?? await register.RequestsAsync(stopping);
                        }
                    )
                )
        );
        if (read is null)
        {
            return null;
        }

        var open = read.Value?.Items.Where(static one => one.Answered is null).ToList();
        return new Looked<NowRequests>(open is null ? null : new NowRequests(open.Count, open.Count(one => one.Due <= now)));
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
