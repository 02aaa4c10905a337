using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Cases;
using PhiGateway.Admin.Clients;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Console.Work;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Alerts;

/// <summary>
/// Shows one alert, in whatever lane and state: what shows it, what it stands for, what happened to it, and the steps. Every link to an alert
/// leads here.
/// </summary>
internal sealed class AlertScreen(
    AlertInbox inbox,
    AlertHistory history,
    EmergencyReports emergencies,
    CaseReports cases,
    ClientDirectory clients,
    LongWork work,
    TimeProvider time
)
{
    /// <summary>The page.</summary>
    public Task<ScreenAnswer> ShowAsync(ConsoleRequest request) => ShowAsync(request, null, null);

    /// <summary>The same after a step that was refused.</summary>
    public async Task<ScreenAnswer> ShowAsync(ConsoleRequest request, TriedForm? tried, AdminProblem? refused)
    {
        var (call, id) = (request.Call, request.Route("id"));
        if ((await inbox.FindAsync(call, id)).Failed(out var problem, out var found))
        {
            return problem;
        }

        var alert = found.Alert;
        var use = await UseAsync(request, alert);

        // What asks again by itself is no further look: what happened to the alert is read for the page that stays.
        var isAsked = use is { IsBeingRead: true } && tried is null;
        var isHistory = call.Caller.HasAny(AdminRoles.UseReaders) && !isAsked;
        var past = isHistory ? await request.TryAsync("what happened to it", () => history.ReadAsync(Apart(call), alert)) : null;
        var now = time.GetUtcNow();
        return new PageContent(
            "Alert",
            alert.Kind == EmergencyUses.Kind ? "break-glass" : "alerts",
            typeof(AlertPage),
            new AlertPageModel(
                found,
                AlertLanes.Of(alert, now),
                AlertRights.Of(request, tried, AlertBack.Page),
                await cases.CaseOfAsync(call, id),
                past,
                use?.Report,
                use is { IsBeingRead: true },
                await IsStoppableAsync(call, alert),
                now
            )
        )
        {
            Status = refused?.Status ?? 200,
            OnRecord = OnRecordOf(past is not null, use is { IsOnRecord: true }),
            Again = isAsked ? WaitAnswer.Soon(Links.Alert(id)) : null,
        };
    }

    // Up to thousands of records, each of which is opened: read behind the page, and kept by nobody once it was shown. Null: not for the viewer.
    private async Task<ReadUse?> UseAsync(ConsoleRequest request, Alert alert)
    {
        if (alert.Kind != EmergencyUses.Kind || !request.Call.Caller.HasAny(AdminRoles.EmergencyDeciders))
        {
            return null;
        }

        return await request.TryAsync(
            "what was said at its use",
            async () =>
            {
                if ((await emergencies.MayReadAsync(request.Call, alert.Id)).Failed(out _, out _))
                {
                    return new ReadUse(false, false, null);
                }

                // One look for one opening, put on record before anything is read: the page asks again every two seconds meanwhile.
                var key = WorkKey.Of(request, "emergency of alert", alert.Id);
                var made = await work.BehindAsync(request, key, call => emergencies.ReadAsync(call, alert.Id));
                return new ReadUse(made is not null, made is null, made?.Outcome.Value);
            }
        );
    }

    private sealed record ReadUse(bool IsOnRecord, bool IsBeingRead, EmergencyReport? Report);

    // Each look is on record by itself.
    private static AdminCall Apart(AdminCall call) => call with { RequestId = Guid.CreateVersion7() };

    private static string? OnRecordOf(bool isPast, bool isUse) =>
        (isPast, isUse) switch
        {
            (true, true) => "that you read what happened to this alert, and what was said at the emergency use.",
            (true, false) => "that you read what happened to this alert.",
            (false, true) => "that you read what was said at the emergency use.",
            _ => null,
        };

    private async Task<bool> IsStoppableAsync(AdminCall call, Alert alert) =>
        call.Caller.HasAny(AdminRoles.Closers)
        && alert.Subject.Split('/', 2) is ["client", var client]
        && (await clients.StoppableAsync(call, [client])).Count > 0;
}
