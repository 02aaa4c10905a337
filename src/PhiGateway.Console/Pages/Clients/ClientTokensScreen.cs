using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Revocations;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Console.Work;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>
/// Shows whoever stops a client which tokens are out for it, read out of the trail behind the page as one look, and revokes one of them.
/// </summary>
internal sealed class ClientTokensScreen(ClientTokens tokens, RevocationCommands commands, LongWork work)
{
    private const int OnePage = 50;

    /// <summary>Those of one client.</summary>
    public Task<ScreenAnswer> ShowAsync(ConsoleRequest request) => ShowAsync(request, null);

    /// <summary>Revokes one.</summary>
    public async Task<ScreenAnswer> RevokeAsync(ConsoleRequest request)
    {
        var body = new RevokeBody(RevocationTarget.Token, request.Typed("token"), Reason: request.Typed("reason"));
        if ((await commands.RevokeAsync(request.Call, body)).Failed(out var problem, out var outcome))
        {
            return await ShowAsync(request, problem);
        }

        work.Drop(KeyOf(request));
        return new ScreenAnswer.Go(
            PathOf(request.Route("id"), ListPart.AskedOf(request.Skipped)),
            $"The token {body.Value} is revoked, as registry revision {Words.Number(outcome.Edit.Revision)}."
        );
    }

    private async Task<ScreenAnswer> ShowAsync(ConsoleRequest request, AdminProblem? tried)
    {
        var (caller, client, skip) = (request.Call.Caller, request.Route("id"), request.Skipped);
        var made = await work.BehindAsync(request, KeyOf(request), call => tokens.OfAsync(call, client));
        if (made is null)
        {
            return WaitAnswer.Of(
                "clients",
                new WaitModel("Tokens", "The records of the last minutes are being read.", PathOf(client, ListPart.AskedOf(skip))),
                tried
            );
        }

        if (made.Outcome.Failed(out var problem, out var report))
        {
            return problem;
        }

        var shown = ListSlice<LiveToken>.Of(report.Tokens, skip, OnePage);
        return new PageContent(
            "Tokens of " + report.Client,
            "clients",
            typeof(ClientTokensPage),
            new ClientTokensModel(
                report,
                shown.Items,
                ListPart.Of(shown, skipped => PathOf(client, skipped)),
                caller.HasAny(ConsoleSections.TrailReaders),
                caller.HasAny(AdminRoles.Closers),
                TriedForms.Of(request, tried, "revoke", string.Empty, "token", "reason"),
                request.Session.FormToken
            )
        )
        {
            Status = tried?.Status ?? 200,
            OnRecord = "that you looked which tokens are out for this client.",
        };
    }

    private static string PathOf(string client, string? skip) => Links.With(Links.Client(client) + "/tokens", ("skip", skip));

    // Of whichever page of them: what a step has changed is read anew for each.
    private static WorkKey KeyOf(ConsoleRequest request) => WorkKey.Of(request, "tokens of client", request.Route("id"));
}
