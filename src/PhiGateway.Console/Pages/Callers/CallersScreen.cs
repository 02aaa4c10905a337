using System.Globalization;
using PhiGateway.Admin.Callers;
using PhiGateway.Console.Http;
using PhiGateway.Console.Rendering;

namespace PhiGateway.Console.Pages.Callers;

/// <summary>Shows callers that nobody registered.</summary>
internal sealed class CallersScreen(UnknownCallers callers)
{
    private const int Default = 30;

    /// <summary>The inventory.</summary>
    public async Task<ScreenAnswer> ShowAsync(ConsoleRequest request)
    {
        var asked = request.Asked("days");
        var days = int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var many) ? many : 0;
        days = asked is null ? Default : days;
        return (await callers.ListAsync(request.Call, days)).Failed(out var problem, out var report)
            ? problem
            : new PageContent("Unknown callers", "clients", typeof(CallersPage), new CallersModel(report, days))
            {
                OnRecord = "that you looked for unknown callers.",
            };
    }
}
