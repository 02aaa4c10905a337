using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Trail;
using PhiGateway.Console.Http;
using PhiGateway.Console.Pages.Lab;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Console.Work;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>Finds clients, and shows one with its reach, its use and its doors.</summary>
internal sealed class ClientsScreen(
    ClientDirectory directory,
    ClientReports reports,
    CountsBehind counts,
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
        if ((await directory.FindAsync(call, id)).Failed(out var problem, out var profile))
        {
            return problem;
        }

        // Begun first: it has its patience while the registry is asked.
        var now = time.GetUtcNow();
        var counting = CountAsync(request, id, now);
        if (
            (await reports.PostureAsync(call, id)).Failed(out problem, out var posture)
            || (await reports.BlastRadiusAsync(call, id)).Failed(out problem, out var blast)
            || (await reports.HoldersAsync(call, id)).Failed(out problem, out var holders)
        )
        {
            return problem;
        }

        var about = "client/" + id;
        var found = await alerts.OpenAboutAsync(call, new HashSet<string>(StringComparer.Ordinal) { about });
        var isLedger = call.Caller.HasAny(AdminRoles.UseReaders);
        var used = await counting;
        if (used.Problem is { } refused)
        {
            return refused;
        }

        var counted = used.Value;
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
                counted?.Report is { } use ? UseMatrix.Of(profile.UseCase, use.Items) : null,
                isLedger ? (await usage.OfAsync(call, id)).Value : null,
                DateOnly.FromDateTime(now.UtcDateTime),
                counted?.Report?.From ?? now.AddDays(-UseDays),
                call.Caller.HasAny(AdminRoles.Closers),
                call.Caller.HasAny([AdminRoles.Approver]),
                call.Caller.HasAny(AdminRoles.Keepers),
                call.Caller.HasAny(LabScreen.Replayers),
                form,
                request.Session.FormToken
            )
            {
                MayRead = call.Caller.HasAny(ConsoleSections.TrailReaders),
                MayReadTokens = call.Caller.HasAny(AdminRoles.TokenReaders),
                UseTo = counted?.Report?.To,
                Counting = counted?.Later,
            }
        )
        {
            Status = tried?.Status ?? 200,
            OnRecord = counted is { IsOnRecord: true } ? "that you counted this client's requests." : null,
        };
    }

    // Without a value: the viewer does not read the trail.
    private async Task<Outcome<Counts>> CountAsync(ConsoleRequest request, string id, DateTimeOffset now)
    {
        if (!request.Call.Caller.HasAny(ConsoleSections.TrailReaders))
        {
            return default;
        }

        var query = new TrafficQuery(now.AddDays(-UseDays), now, null, "resource-type,interaction,decision", id);
        var later = Links.With(Links.Client(id), (CountsBehind.Begun, "1")) + "#use";
        var key = WorkKey.Of(request, "use of client", id);
        return await counts.CountAsync(request, key, "what it used", later, query);
    }

    private sealed record Chosen<T>(T? Value)
        where T : struct, Enum;
}
