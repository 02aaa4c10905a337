using System.Globalization;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Registrations;
using PhiGateway.Admin.Trail;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;

namespace PhiGateway.Console.Pages.Strangers;

/// <summary>
/// Shows who asked to be registered and is no client: the queue, and one request with the two steps that people take on it. Who takes a request
/// has asked for the client, so that another person approves it.
/// </summary>
internal sealed class StrangersScreen(RegistrationCommands commands, RegistrationSweep sweep, TimeProvider time)
{
    private const int OnePage = 50;
    private const char Comma = ',';

    /// <summary>The queue.</summary>
    public Task<ScreenAnswer> ListAsync(ConsoleRequest request) =>
        StrangerPlace.Of(request.Asked, request.Words).Failed(out var problem, out var place)
            ? Task.FromResult<ScreenAnswer>(problem)
            : ListAsync(request, place, null);

    /// <summary>One request.</summary>
    public Task<ScreenAnswer> ShowAsync(ConsoleRequest request) => ShowAsync(request, null, null);

    /// <summary>Makes a submitted client of one.</summary>
    public async Task<ScreenAnswer> TakeAsync(ConsoleRequest request)
    {
        var typed = request.Typed("rotate_by");
        DateOnly? rotateBy = null;
        if (typed is not null)
        {
            if (!DateOnly.TryParseExact(typed, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            {
                return await TriedAsync(request, AdminProblem.Invalid("/rotate_by", "malformed", "Write the day as 2027-06-30."));
            }

            rotateBy = day;
        }

        var client = request.Typed("client");
        var body = new TakeBody(
            client,
            request.Typed("use_case"),
            request.Typed("owner"),
            Several(request.Typed("tenants")),
            Several(request.Typed("networks")),
            rotateBy,
            request.Typed("reason")
        );
        return (await commands.TakeAsync(request.Call, request.Route("id"), body)).Failed(out var problem, out _)
            ? await TriedAsync(request, problem)
            : new ScreenAnswer.Go(Links.Approval(client!), $"Client {client} is made of it, and waits for somebody else's approval.");
    }

    /// <summary>Declines one.</summary>
    public async Task<ScreenAnswer> DeclineAsync(ConsoleRequest request)
    {
        var id = request.Route("id");
        return (await commands.DeclineAsync(request.Call, id, new ReasonBody(request.Typed("reason")))).Failed(out var problem, out _)
            ? await ShowAsync(request, TriedForms.Of(request, problem, "decline", string.Empty, "reason"), problem)
            : new ScreenAnswer.Go(StrangerPlace.Path, $"{id} is declined.");
    }

    /// <summary>Declines all that the list showed when it was opened, and none that came later.</summary>
    public async Task<ScreenAnswer> DeclineManyAsync(ConsoleRequest request)
    {
        var (asked, words) = request.Read(request.Typed("back") ?? string.Empty);
        if (StrangerPlace.Of(asked, words).Failed(out var problem, out var place) || place.Filter().Failed(out problem, out var filter))
        {
            return problem;
        }

        if (!place.IsNarrowed)
        {
            return await ListAsync(request, place, AdminProblem.Invalid("/reason", "required", "Narrow the list first: say whose."));
        }

        var seenAt = TrailQueryReader.Moment(request.Typed("seen_at") ?? string.Empty);
        if (
            seenAt is not { } opened
            || !int.TryParse(request.Typed("at_most"), NumberStyles.None, CultureInfo.InvariantCulture, out var most)
        )
        {
            return await ListAsync(request, place, AdminProblem.Conflict("not-seen", "The form does not say what was seen; look again."));
        }

        var body = new DeclineManyBody(
            place.Network,
            place.Signer,
            place.Form,
            filter.ReceivedBefore < opened ? filter.ReceivedBefore : opened,
            most,
            request.Typed("reason")
        );
        if ((await sweep.DeclineAsync(request.Call, body)).Failed(out problem, out var done))
        {
            return await ListAsync(request, place, problem);
        }

        var count = Words.Count(done.Declined, "request is declined", "requests are declined");
        return new ScreenAnswer.Go(
            place.At(null),
            done.Left == 0 ? $"{count}." : $"{count}; {Words.Number(done.Left)} are left, since one step takes so many at most."
        );
    }

    private static string[]? Several(string? typed) =>
        typed?.Split(Comma, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private Task<ScreenAnswer> TriedAsync(ConsoleRequest request, AdminProblem problem) =>
        ShowAsync(
            request,
            TriedForms.Of(
                request,
                problem,
                "take",
                string.Empty,
                "client",
                "use_case",
                "owner",
                "tenants",
                "networks",
                "rotate_by",
                "reason"
            ),
            problem
        );

    private async Task<ScreenAnswer> ListAsync(ConsoleRequest request, StrangerPlace place, AdminProblem? tried)
    {
        if (
            place.Filter().Failed(out var problem, out var filter)
            || (await commands.ListAsync(request.Call, filter, place.Skip, OnePage)).Failed(out problem, out var list)
        )
        {
            return problem;
        }

        return new PageContent(
            "Asked to be registered",
            "approvals",
            typeof(StrangersPage),
            new StrangersModel(
                list.Items,
                place,
                ListPart.Of(new ListSlice<RegistrationEntry>(list.Items, list.Total, place.Skip), place.At),
                time.GetUtcNow(),
                request.Call.Caller.HasAny(AdminRoles.Keepers),
                TriedForms.Of(request, tried, "sweep", string.Empty, "reason"),
                request.Session.FormToken
            )
        )
        {
            Status = tried?.Status ?? 200,
        };
    }

    private async Task<ScreenAnswer> ShowAsync(ConsoleRequest request, TriedForm? form, AdminProblem? tried) =>
        (await commands.ShowAsync(request.Call, request.Route("id"))).Failed(out var problem, out var entry)
            ? problem
            : new PageContent(
                "Asked to be registered",
                "approvals",
                typeof(StrangerPage),
                new StrangerModel(
                    entry,
                    time.GetUtcNow(),
                    request.Call.Caller.HasAny(AdminRoles.Writers),
                    request.Call.Caller.HasAny(AdminRoles.Keepers),
                    form,
                    request.Session.FormToken
                )
            )
            {
                Status = tried?.Status ?? 200,
            };
}
