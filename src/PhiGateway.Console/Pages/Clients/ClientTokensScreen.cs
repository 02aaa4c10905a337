using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Clients;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Console.Work;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>Shows whoever stops a client which tokens are out for it; read out of the trail behind the page, as one look.</summary>
internal sealed class ClientTokensScreen(ClientTokens tokens, LongWork work)
{
    /// <summary>Those of one client.</summary>
    public async Task<ScreenAnswer> ShowAsync(ConsoleRequest request)
    {
        var id = request.Route("id");
        var made = await work.BehindAsync(request, WorkKey.Of(request, "tokens of " + id), call => tokens.OfAsync(call, id));
        if (made is null)
        {
            return WaitAnswer.Of(
                "clients",
                new WaitModel("Tokens", "The records of the last minutes are being read.", Links.Client(id) + "/tokens")
            );
        }

        return made.Outcome.Failed(out var problem, out var report)
            ? problem
            : new PageContent(
                "Tokens of " + report.Client,
                "clients",
                typeof(ClientTokensPage),
                new ClientTokensModel(
                    report,
                    request.Call.Caller.HasAny(ConsoleSections.TrailReaders),
                    request.Call.Caller.HasAny(AdminRoles.Closers)
                )
            )
            {
                OnRecord = "that you looked which tokens are out for this client.",
            };
    }
}
