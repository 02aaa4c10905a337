using System.Globalization;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Editing;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Clients;

/// <summary>Slows a client down from its page, and lifts that again by a second person, each on exactly the version that was seen.</summary>
internal sealed class ThrottleScreen(ClientThrottling throttling, ClientsScreen clients)
{
    /// <summary>Slows it down.</summary>
    public Task<ScreenAnswer> SlowAsync(ConsoleRequest request)
    {
        var rate = int.TryParse(request.Typed("rate"), NumberStyles.None, CultureInfo.InvariantCulture, out var many) ? many : (int?)null;
        return StepAsync(
            request,
            "slow",
            "slowed down",
            (call, id) => throttling.ThrottleAsync(call, id, new ThrottleBody(rate, request.Typed("reason")))
        );
    }

    /// <summary>Lifts that.</summary>
    public Task<ScreenAnswer> LiftAsync(ConsoleRequest request) =>
        StepAsync(
            request,
            "lift",
            "as fast as it was",
            (call, id) => throttling.LiftAsync(call, id, new ReasonBody(request.Typed("reason")))
        );

    private async Task<ScreenAnswer> StepAsync(
        ConsoleRequest request,
        string name,
        string done,
        Func<AdminCall, string, Task<Outcome<EditOutcome>>> step
    )
    {
        var id = request.Route("id");
        return (await step(request.CallOn(ETag.Of(request.SeenVersion)), id)).Failed(out var problem, out var outcome)
            ? await clients.ShowAsync(
                request,
                TriedForms.Of(request, problem, name, string.Empty, "rate=requests_per_second", "reason"),
                problem
            )
            : new ScreenAnswer.Go(Links.Client(id), $"{id} is {done}, as registry revision {Words.Number(outcome.Revision)}.");
    }
}
