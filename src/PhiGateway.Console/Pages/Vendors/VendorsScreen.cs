using System.Globalization;
using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Organizations;
using PhiGateway.Admin.Revocations;
using PhiGateway.Admin.Trail;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Console.Work;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Console.Pages.Vendors;

/// <summary>Shows what each organization holds and under which agreement, and stops one with all its clients in one step.</summary>
internal sealed class VendorsScreen(
    VendorDirectory directory,
    OrganizationVerbs verbs,
    CountsBehind counts,
    StopPreviews previews,
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
        var later = request.Words.Link("/console/vendors", ("q", text), ("skip", request.Asked("skip")), (CountsBehind.Begun, "1"));
        var counted = await CountedAsync(request, list.Items, later, now);
        var found = await alerts.OpenAboutAsync(request.Call, list.Items.SelectMany(SubjectsOf).ToHashSet(StringComparer.Ordinal));
        var next = (skip + list.Items.Count).ToString(CultureInfo.InvariantCulture);
        return new PageContent(
            "Vendors",
            "vendors",
            typeof(VendorsPage),
            new VendorsModel(
                [.. list.Items.Select(vendor => new VendorLine(vendor, TrafficOf(vendor, counted), FindingsOf(vendor, found)))],
                list.Total,
                text,
                skip + list.Items.Count < list.Total ? request.Words.Link("/console/vendors", ("q", text), ("skip", next)) : null,
                DateOnly.FromDateTime(now.UtcDateTime),
                request.Call.Caller.HasAny(AdminRoles.Closers),
                request.Call.Caller.HasAny(AdminRoles.OffboardingReaders),
                request.Session.FormToken
            )
            {
                MayRead = request.Call.Caller.HasAny(ConsoleSections.TrailReaders),
                Counting = counted?.Later,
            }
        )
        {
            OnRecord = OnRecordOf(counted),
        };
    }

    private static string? OnRecordOf(Counts? counted) =>
        counted is { IsOnRecord: true } ? "that you counted the calls of these clients." : null;

    // Of those on the page only, however many there are.
    private async Task<Counts?> CountedAsync(ConsoleRequest request, IReadOnlyList<Vendor> vendors, string later, DateTimeOffset now)
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
        var key = WorkKey.Of(request, "calls of organizations", [.. query.Organizations]);
        return (await counts.CountAsync(request, key, "what their clients did", later, query)).Value;
    }

    // From a whole hour on, so that who looks next finds what was counted of the days before; a count leads to the records from there on.
    private static DateTimeOffset HourOf(DateTimeOffset now) => new(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);

    private static VendorTraffic? TrafficOf(Vendor vendor, Counts? counted) =>
        counted is { Report: { } report }
            ? new VendorTraffic(report.From, SumOf(report, vendor.Organization.Id, "permit"), SumOf(report, vendor.Organization.Id, "deny"))
            : null;

    private static long SumOf(TrafficReport report, string organization, string decision) =>
        report.Items.Where(item => item.Values[0] == organization && item.Values[1] == decision).Sum(static item => item.Count);

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

        var later = Links.With($"/console/vendors/{Uri.EscapeDataString(id)}/stop", (CountsBehind.Begun, "1"));
        var counted = await CountedAsync(request, [vendor], later, time.GetUtcNow());
        return new PageContent(
            "Stop " + vendor.Organization.Id,
            "vendors",
            typeof(VendorStopPage),
            new VendorStopModel(
                vendor,
                TrafficOf(vendor, counted),
                vendor.Organization.Status == OrganizationStatus.Active ? previews.RunningOf(vendor.Clients) : null,
                TriedForms.Of(request, tried, "stop", string.Empty, "reason"),
                request.Session.FormToken
            )
            {
                MayRead = request.Call.Caller.HasAny(ConsoleSections.TrailReaders),
                Counting = counted?.Later,
            }
        )
        {
            Status = tried?.Status ?? 200,
            OnRecord = OnRecordOf(counted),
        };
    }
}
