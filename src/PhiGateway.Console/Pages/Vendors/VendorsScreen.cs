using System.Globalization;
using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Organizations;
using PhiGateway.Admin.Trail;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

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
        var counted = await CountedAsync(request, list.Items, now);
        var found = await alerts.OpenAboutAsync(request.Call, list.Items.SelectMany(SubjectsOf).ToHashSet(StringComparer.Ordinal));
        var next = (skip + list.Items.Count).ToString(CultureInfo.InvariantCulture);
        return new PageContent(
            "Vendors",
            "vendors",
            typeof(VendorsPage),
            new VendorsModel(
                [.. list.Items.Select(vendor => new VendorLine(vendor, TrafficOf(vendor, counted, now), FindingsOf(vendor, found)))],
                list.Total,
                text,
                skip + list.Items.Count < list.Total ? request.Words.Link("/console/vendors", ("q", text), ("skip", next)) : null,
                DateOnly.FromDateTime(now.UtcDateTime),
                request.Call.Caller.HasAny(AdminRoles.Closers),
                request.Call.Caller.HasAny(AdminRoles.OffboardingReaders),
                request.Session.FormToken
            )
        )
        {
            OnRecord = counted is null ? null : "that you counted the calls of these clients.",
        };
    }

    // Of those on the page only, however many there are.
    private async Task<ILookup<string, TrafficCount>?> CountedAsync(
        ConsoleRequest request,
        IReadOnlyList<Vendor> vendors,
        DateTimeOffset now
    )
    {
        if (vendors.Count == 0 || !request.Call.Caller.HasAny(ConsoleSections.TrailReaders))
        {
            return null;
        }

        var hour = HourOf(now);
        var query = new TrafficQuery(hour.AddDays(-Days), now, null, "organization,decision")
        {
            SettledBefore = hour,
            Organizations = [.. vendors.Select(static vendor => vendor.Organization.Id)],
        };
        var read = await request.TryCommandAsync("what their clients did", () => traffic.CountAsync(request.Call, query));
        return read
            ?.Value?.Items.Where(static item => item.Values[0] is not null)
            .ToLookup(static item => item.Values[0]!, StringComparer.Ordinal);
    }

    // From a whole hour on, so that who looks next finds what was counted of the days before; a count leads to the records from there on.
    private static DateTimeOffset HourOf(DateTimeOffset now) => new(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);

    private static VendorTraffic? TrafficOf(Vendor vendor, ILookup<string, TrafficCount>? counted, DateTimeOffset now) =>
        counted?[vendor.Organization.Id] is { } items
            ? new VendorTraffic(
                HourOf(now).AddDays(-Days),
                items.Where(static item => item.Values[1] == "permit").Sum(static item => item.Count),
                items.Where(static item => item.Values[1] == "deny").Sum(static item => item.Count)
            )
            : null;

    private static IEnumerable<string> SubjectsOf(Vendor vendor) =>
        vendor
            .Clients.Select(static client => KindWord.Of(RegistryKind.Client, client.Id))
            .Append(KindWord.Of(RegistryKind.Organization, vendor.Organization.Id))
            .Concat(vendor.Agreements.Select(static agreement => KindWord.Of(RegistryKind.Agreement, agreement.Id)));

    private static IReadOnlyList<Alert> FindingsOf(Vendor vendor, ILookup<string, Alert> found) =>
        [
            .. SubjectsOf(vendor)
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
                "/console/offboardings",
                $"{id} is stopped with its clients, as registry revision {Words.Number(outcome.Revision)}."
            );
    }

    private async Task<ScreenAnswer> PreviewAsync(ConsoleRequest request, AdminProblem? tried)
    {
        var (call, id) = (request.Call, request.Route("id"));
        if ((await directory.FindAsync(call, id)).Failed(out var problem, out var vendor))
        {
            return problem;
        }

        var now = time.GetUtcNow();
        var counted = await CountedAsync(request, [vendor], now);
        var dry = await verbs.OffboardAsync(
            call with
            {
                IsDryRun = true,
            },
            id,
            new OffboardBody("what stops with it", OffboardStage.Suspend)
        );
        return new PageContent(
            "Stop " + vendor.Organization.Id,
            "vendors",
            typeof(VendorStopPage),
            new VendorStopModel(
                vendor,
                TrafficOf(vendor, counted, now),
                dry.Value?.Running,
                TriedForms.Of(request, tried, "stop", string.Empty, "reason"),
                request.Session.FormToken
            )
        )
        {
            Status = tried?.Status ?? 200,
            OnRecord = counted is null ? null : "that you counted the calls of these clients.",
        };
    }
}
