using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Trail;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>Finds clients, and shows one with its reach, its use and its doors.</summary>
internal sealed class ClientsScreen(ClientDirectory directory, ClientReports reports, TrafficReports traffic, TimeProvider time)
{
    private const int OnePage = 50;
    private const int UseDays = 90;

    /// <summary>The list.</summary>
    public async Task<ScreenAnswer> ListAsync(ConsoleRequest request)
    {
        var text = request.Asked("q");
        var status =
            Enum.TryParse<ClientStatus>(request.Asked("status"), ignoreCase: true, out var known) && Enum.IsDefined(known)
                ? known
                : (ClientStatus?)null;
        return (await directory.SearchAsync(request.Call, text, status, request.Asked("after"), OnePage)).Failed(
            out var problem,
            out var page
        )
            ? problem
            : new PageContent("Clients", "clients", typeof(ClientsPage), new ClientsModel(text, status, page));
    }

    /// <summary>One client.</summary>
    public async Task<ScreenAnswer> ShowAsync(ConsoleRequest request)
    {
        var (call, id) = (request.Call, request.Route("id"));
        if (
            (await directory.FindAsync(call, id)).Failed(out var problem, out var profile)
            || (await reports.PostureAsync(call, id)).Failed(out problem, out var posture)
            || (await reports.BlastRadiusAsync(call, id)).Failed(out problem, out var blast)
        )
        {
            return problem;
        }

        UseMatrix? use = null;
        var now = time.GetUtcNow();
        if (call.Caller.HasAny(ConsoleSections.TrailReaders))
        {
            var query = new TrafficQuery(now.AddDays(-UseDays), now, null, "resource-type,interaction,decision", id);
            if ((await traffic.CountAsync(call, query)).Failed(out problem, out var counted))
            {
                return problem;
            }

            use = UseMatrix.Of(profile.UseCase, counted.Items);
        }

        return new PageContent(
            profile.Client.Id,
            "clients",
            typeof(ClientPageView),
            new ClientModel(
                profile,
                posture,
                blast,
                use,
                DateOnly.FromDateTime(now.UtcDateTime),
                call.Caller.HasAny(AdminRoles.Closers),
                call.Caller.HasAny([AdminRoles.Approver]),
                request.Session.FormToken
            )
        )
        {
            OnRecord = use is null ? null : "that you counted this client's requests.",
        };
    }

    /// <summary>One search box for all: a decision by its id, a client by its name, else the clients that the words fit.</summary>
    public async Task<ScreenAnswer> FindAsync(ConsoleRequest request)
    {
        if (request.Asked("q") is not { } text)
        {
            return new ScreenAnswer.Go("/console/clients");
        }

        if (Guid.TryParse(text, out var id) && request.Call.Caller.HasAny(ConsoleSections.TrailReaders))
        {
            return new ScreenAnswer.Go(Links.Access(id));
        }

        if (DenyReason.Find(text) is not null && request.Call.Caller.HasAny(ConsoleSections.TrailReaders))
        {
            return new ScreenAnswer.Go(Links.Audit(reason: text));
        }

        return (await directory.FindAsync(request.Call, text)).Value is { } exact
            ? new ScreenAnswer.Go(Links.Client(exact.Client.Id))
            : new ScreenAnswer.Go(Links.With("/console/clients", ("q", text)));
    }
}
