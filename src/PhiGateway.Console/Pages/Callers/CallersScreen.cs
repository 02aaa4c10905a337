using System.Globalization;
using PhiGateway.Admin.Callers;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Console.Work;

namespace PhiGateway.Console.Pages.Callers;

/// <summary>Shows callers that nobody registered; out of thousands of refusals, so that it may take longer than a page.</summary>
internal sealed class CallersScreen(UnknownCallers callers, LongWork work)
{
    private const int Default = 30;

    /// <summary>The inventory.</summary>
    public async Task<ScreenAnswer> ShowAsync(ConsoleRequest request)
    {
        var asked = request.Asked("days");
        var days = int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var many) ? many : 0;
        days = asked is null ? Default : days;
        var key = WorkKey.Of(request, "callers of days", days.ToString(CultureInfo.InvariantCulture));
        var made = await work.BehindAsync(request, key, call => callers.ListAsync(call, days));
        if (made is null)
        {
            return WaitAnswer.Of(
                "clients",
                new WaitModel(
                    "Unknown callers",
                    "The refusals of these days are being read.",
                    Links.With("/console/callers", ("days", asked))
                )
            );
        }

        return made.Outcome.Failed(out var problem, out var report)
            ? problem
            : new PageContent("Unknown callers", "clients", typeof(CallersPage), new CallersModel(report, days))
            {
                OnRecord = "that you looked for unknown callers.",
            };
    }
}
