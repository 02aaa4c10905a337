using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Replay;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Console.Work;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>
/// Proposes the grants that would have been enough for what a client's use case did, and shows what came of deciding its requests again over
/// them; on record by the command that it calls. It changes nothing.
/// </summary>
internal sealed class NarrowerScreen(ClientDirectory directory, ReplayCommands replay, LongWork work)
{
    private const int Days = 90;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The proposal.</summary>
    public async Task<ScreenAnswer> ShowAsync(ConsoleRequest request)
    {
        var (call, id) = (request.Call, request.Route("id"));
        if ((await directory.FindAsync(call, id)).Failed(out var problem, out var profile))
        {
            return problem;
        }

        if (profile.UseCase is not { } useCase)
        {
            return AdminProblem.Conflict("use-case-missing", "The client's use case does not exist: there is nothing to narrow.");
        }

        // Tens of thousands of records, each of which is decided again.
        var key = WorkKey.Of(request, "narrower grants of client", id);
        var made = await work.BehindAsync(request, key, behind => replay.RightSizeAsync(behind, useCase.Id, Days));
        if (made is null)
        {
            var said = $"The requests of {Days} days are being decided again.";
            return WaitAnswer.Of("clients", new WaitModel("Narrower grants", said, Links.Client(id) + "/narrower"));
        }

        if (made.Outcome.Failed(out problem, out var report))
        {
            return problem;
        }

        var grants = report.Grants is { } narrower
            ? new JsonObject { ["grants"] = JsonSerializer.SerializeToNode(narrower, RegistryJson.Options) }
            : null;
        return new PageContent(
            "Narrower grants",
            "clients",
            typeof(NarrowerPage),
            new NarrowerModel(
                profile.Client.Id,
                profile.Grants,
                report,
                [.. report.Grants?.Select(Admin.Clients.GrantWords.Of) ?? []],
                grants?.ToJsonString(Indented),
                call.Caller.HasAny(ConsoleSections.TrailReaders)
            )
        )
        {
            OnRecord = "that you asked what narrower grants would do.",
        };
    }
}
