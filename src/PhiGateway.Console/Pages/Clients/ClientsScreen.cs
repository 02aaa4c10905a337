using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Trail;
using PhiGateway.Console.Http;
using PhiGateway.Console.Pages.Lab;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>Finds clients, and shows one with its reach, its use and its doors.</summary>
internal sealed class ClientsScreen(
    ClientDirectory directory,
    ClientReports reports,
    TrafficReports traffic,
    UsageReports usage,
    AlertInbox alerts,
    TimeProvider time
)
{
    private const int OnePage = 50;
    private const int UseDays = 90;

    /// <summary>The list.</summary>
    public async Task<ScreenAnswer> ListAsync(ConsoleRequest request)
    {
        var text = request.Asked("q");
        if (
            Choice<ClientStatus>(request, "status").Failed(out var problem, out var status)
            || Choice<ClientKind>(request, "kind").Failed(out problem, out var kind)
            || (await directory.SearchAsync(request.Call, text, status.Value, kind.Value, request.Asked("after"), OnePage)).Failed(
                out problem,
                out var page
            )
        )
        {
            return problem;
        }

        var next = page.NextCursor is { } after
            ? request.Words.Link(
                "/console/clients",
                ("q", text),
                ("status", request.Asked("status")),
                ("kind", request.Asked("kind")),
                ("after", after)
            )
            : null;
        return new PageContent(
            "Clients",
            "clients",
            typeof(ClientsPage),
            new ClientsModel(text, status.Value, kind.Value, page, next, request.Session.FormToken)
        );
    }

    // What is no word of the list is told: a list that passes over it would show what was not asked for.
    private static Outcome<Chosen<T>> Choice<T>(ConsoleRequest request, string name)
        where T : struct, Enum
    {
        if (request.Asked(name) is not { } asked)
        {
            return new Chosen<T>(null);
        }

        if (Words.ValueOf<T>(asked) is { } chosen)
        {
            return new Chosen<T>(chosen);
        }

        var known = string.Join(", ", Enum.GetValues<T>().Select(static value => Words.Kebab(value)));
        return AdminProblem.BadParameter(name, $"one of {known} is expected.");
    }

    /// <summary>One client.</summary>
    public Task<ScreenAnswer> ShowAsync(ConsoleRequest request) => ShowAsync(request, null, null);

    /// <summary>The same after a step that was refused.</summary>
    public async Task<ScreenAnswer> ShowAsync(ConsoleRequest request, TriedForm? form, AdminProblem? tried)
    {
        var (call, id) = (request.Call, request.Route("id"));
        if (
            (await directory.FindAsync(call, id)).Failed(out var problem, out var profile)
            || (await reports.PostureAsync(call, id)).Failed(out problem, out var posture)
            || (await reports.BlastRadiusAsync(call, id)).Failed(out problem, out var blast)
            || (await reports.HoldersAsync(call, id)).Failed(out problem, out var holders)
        )
        {
            return problem;
        }

        UseMatrix? use = null;
        var now = time.GetUtcNow();
        if (call.Caller.HasAny(ConsoleSections.TrailReaders))
        {
            var query = new TrafficQuery(now.AddDays(-UseDays), now, null, "resource-type,interaction,decision", id);
            var read = await request.TryCommandAsync("what it used", () => traffic.CountAsync(call, query));
            TrafficReport? counted = null;
            if (read is { } outcome && outcome.Failed(out problem, out counted))
            {
                return problem;
            }

            use = counted is null ? null : UseMatrix.Of(profile.UseCase, counted.Items);
        }

        var about = "client/" + id;
        var found = await alerts.OpenAboutAsync(call, new HashSet<string>(StringComparer.Ordinal) { about });
        var isLedger = call.Caller.HasAny(AdminRoles.UseReaders);
        return new PageContent(
            profile.Client.Id,
            "clients",
            typeof(ClientPageView),
            new ClientModel(
                profile,
                posture,
                blast,
                holders,
                [.. found[about]],
                use,
                isLedger ? (await usage.OfAsync(call, id)).Value : null,
                DateOnly.FromDateTime(now.UtcDateTime),
                now.AddDays(-UseDays),
                call.Caller.HasAny(AdminRoles.Closers),
                call.Caller.HasAny([AdminRoles.Approver]),
                call.Caller.HasAny(AdminRoles.Keepers),
                call.Caller.HasAny(LabScreen.Replayers),
                form,
                request.Session.FormToken
            )
        )
        {
            Status = tried?.Status ?? 200,
            OnRecord = use is null ? null : "that you counted this client's requests.",
        };
    }

    private sealed record Chosen<T>(T? Value)
        where T : struct, Enum;
}
