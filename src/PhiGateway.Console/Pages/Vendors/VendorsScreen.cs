using System.Globalization;
using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Organizations;
using PhiGateway.Admin.Trail;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Vendors;

/// <summary>Shows what each organization holds and under which agreement, and stops one with all its clients in one step.</summary>
internal sealed class VendorsScreen(
    VendorDirectory directory,
    OrganizationVerbs verbs,
    TrafficReports traffic,
    AlertInbox alerts,
    TimeProvider time
)
{
    private const int OnePage = 25;
    private const int Days = 7;

    /// <summary>One page of them.</summary>
    public async Task<ScreenAnswer> ListAsync(ConsoleRequest request)
    {
        var text = request.Asked("q");
        var skip = request.Skipped;
        if ((await directory.ListAsync(request.Call, text, skip, OnePage)).Failed(out var problem, out var list))
        {
            return problem;
        }

        var now = time.GetUtcNow();
        var counted = await CountedAsync(request, now);
        var found = (await alerts.ListAsync(request.Call, AlertLanes.Open, take: int.MaxValue))
            .SelectMany(static lane => lane.Items)
            .ToLookup(static listed => listed.Alert.Subject, static listed => listed.Alert, StringComparer.Ordinal);
        var next = (skip + list.Items.Count).ToString(CultureInfo.InvariantCulture);
        return new PageContent(
            "Vendors",
            "vendors",
            typeof(VendorsPage),
            new VendorsModel(
                [.. list.Items.Select(vendor => new VendorLine(vendor, TrafficOf(vendor, counted, now), FindingsOf(vendor, found)))],
                list.Total,
                text,
                skip + list.Items.Count < list.Total ? Links.With("/console/vendors", ("q", text), ("skip", next)) : null,
                DateOnly.FromDateTime(now.UtcDateTime),
                request.Call.Caller.HasAny(AdminRoles.Closers)
            )
        )
        {
            OnRecord = counted is null ? null : "that you counted the calls of these clients.",
        };
    }

    private async Task<ILookup<string, TrafficCount>?> CountedAsync(ConsoleRequest request, DateTimeOffset now)
    {
        if (!request.Call.Caller.HasAny(ConsoleSections.TrailReaders))
        {
            return null;
        }

        var query = new TrafficQuery(now.AddDays(-Days), now, null, "client,decision");
        var read = await request.TryCommandAsync("what their clients did", () => traffic.CountAsync(request.Call, query));
        return read
            ?.Value?.Items.Where(static item => item.Values[0] is not null)
            .ToLookup(static item => item.Values[0]!, StringComparer.Ordinal);
    }

    private static VendorTraffic? TrafficOf(Vendor vendor, ILookup<string, TrafficCount>? counted, DateTimeOffset now)
    {
        if (counted is null)
        {
            return null;
        }

        var items = vendor.Clients.SelectMany(client => counted[client.Id]).ToList();
        return new VendorTraffic(
            now.AddDays(-Days),
            items.Where(static item => item.Values[1] == "permit").Sum(static item => item.Count),
            items.Where(static item => item.Values[1] == "deny").Sum(static item => item.Count)
        );
    }

    private static IReadOnlyList<Alert> FindingsOf(Vendor vendor, ILookup<string, Alert> found) =>
        [
            .. vendor
                .Clients.Select(static client => "client/" + client.Id)
                .Append("organization/" + vendor.Organization.Id)
                .Concat(vendor.Agreements.Select(static agreement => "agreement/" + agreement.Id))
                .SelectMany(subject => found[subject])
                .OrderByDescending(static alert => alert.Severity)
                .ThenByDescending(static alert => alert.At),
        ];

    /// <summary>What stops with one.</summary>
    public Task<ScreenAnswer> PreviewAsync(ConsoleRequest request) => PreviewAsync(request, null);

    /// <summary>Stops it.</summary>
    public async Task<ScreenAnswer> StopAsync(ConsoleRequest request)
    {
        var id = request.Route("id");
        var version = request.SeenVersion;
        var stage = request.Typed("step") switch
        {
            "suspend" => OffboardStage.Suspend,
            "offboard" => OffboardStage.Revoke,
            _ => (OffboardStage?)null,
        };
        if (stage is null)
        {
            return await PreviewAsync(request, AdminProblem.Invalid("/step", "required", "Choose what to do: suspend or end."));
        }

        var body = new OffboardBody(request.Typed("reason"), stage.Value);
        return (await verbs.OffboardAsync(request.CallOn(ETag.Of(version)), id, body)).Failed(out var problem, out var outcome)
            ? await PreviewAsync(request, problem)
            : new ScreenAnswer.Go(
                "/console/vendors",
                $"{id} is stopped with its clients, as registry revision {Words.Number(outcome.Revision)}."
            );
    }

    private async Task<ScreenAnswer> PreviewAsync(ConsoleRequest request, AdminProblem? tried)
    {
        return (await directory.FindAsync(request.Call, request.Route("id"))).Failed(out var problem, out var vendor)
            ? problem
            : new PageContent(
                "Stop " + vendor.Organization.Id,
                "vendors",
                typeof(VendorStopPage),
                new VendorStopModel(vendor, TriedForms.Of(request, tried, "stop", string.Empty, "reason"), request.Session.FormToken)
            )
            {
                Status = tried?.Status ?? 200,
            };
    }
}
