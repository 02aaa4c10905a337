using System.Globalization;
using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Cases;
using PhiGateway.Admin.Editing;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Alerts;

/// <summary>Lists alerts by lane and emergency uses by decision, and takes the steps that people take on them.</summary>
internal sealed class AlertsScreen(
    AlertInbox inbox,
    AlertVerbs verbs,
    AlertHandling handling,
    CaseReports cases,
    AlertScreen page,
    TimeProvider time
)
{
    private const string BreakGlass = "/console/break-glass";
    private const string Review = "review";

    // Of each lane beside the others; of one lane by itself.
    private const int OnePage = 50;
    private const int OneLane = 20;

    /// <summary>The lanes.</summary>
    public Task<ScreenAnswer> ListAsync(ConsoleRequest request) => ListAsync(request, false);

    /// <summary>The queue of emergency uses.</summary>
    public Task<ScreenAnswer> EmergenciesAsync(ConsoleRequest request) => ListAsync(request, true);

    /// <summary>Somebody is at it.</summary>
    public Task<ScreenAnswer> TakeAsync(ConsoleRequest request) =>
        StepAsync(
            request,
            "take",
            ["reason"],
            "taken",
            (call, id) => handling.TakeAsync(call, id, new ReasonBody(request.Typed("reason")))
        );

    /// <summary>Somebody else is to deal with it.</summary>
    public Task<ScreenAnswer> AssignAsync(ConsoleRequest request) =>
        StepAsync(
            request,
            "assign",
            ["person"],
            "assigned",
            (call, id) => handling.AssignAsync(call, id, new AssignBody(request.Typed("person"), request.Typed("reason")))
        );

    /// <summary>It may wait, with an end.</summary>
    public Task<ScreenAnswer> SnoozeAsync(ConsoleRequest request)
    {
        var hours =
            request.Typed("hours") is { } text && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var many)
                ? many
                : 0;
        DateTimeOffset? until = hours is > 0 and <= 720 ? time.GetUtcNow().AddHours(hours) : null;
        return StepAsync(
            request,
            "snooze",
            ["hours=until", "reason"],
            "waiting",
            (call, id) => handling.SnoozeAsync(call, id, new SnoozeBody(until, request.Typed("reason")))
        );
    }

    /// <summary>It is dealt with.</summary>
    public Task<ScreenAnswer> CloseAsync(ConsoleRequest request) =>
        StepAsync(
            request,
            "close",
            ["reason"],
            "closed",
            (call, id) => verbs.CloseAsync(call, id, new ReasonBody(request.Typed("reason")))
        );

    /// <summary>An emergency use was one, or was none.</summary>
    public Task<ScreenAnswer> ReviewAsync(ConsoleRequest request) =>
        StepAsync(
            request,
            Review,
            ["reason"],
            "decided",
            (call, id) =>
                verbs.ReviewAsync(
                    call,
                    id,
                    new ReviewBody(
                        request.Typed("decision") switch
                        {
                            "justified" => EmergencyDecision.Justified,
                            "unjustified" => EmergencyDecision.Unjustified,
                            _ => null,
                        },
                        request.Typed("reason")
                    )
                )
        );

    private async Task<ScreenAnswer> ListAsync(ConsoleRequest request, bool isEmergency) =>
        AlertPlace.Of(request.Asked, request.Words).Failed(out var problem, out var place)
            ? problem
            : await PageAsync(request, place, isEmergency, null, null);

    private async Task<ScreenAnswer> StepAsync(
        ConsoleRequest request,
        string name,
        string[] fields,
        string done,
        Func<AdminCall, string, Task<Outcome<EditOutcome>>> step
    )
    {
        var (id, isEmergency, back) = (request.Route("id"), name == Review, AlertBack.Of(request));
        if ((await step(request.CallOn(ETag.Of(request.SeenVersion)), id)).Failed(out var problem, out _))
        {
            var tried = TriedForms.Of(request, problem, name, id, fields);
            return back.IsPage
                ? await page.ShowAsync(request, tried, problem)
                : await PageAsync(request, back.Place, isEmergency, tried, problem);
        }

        var address = back.IsPage ? Links.Alert(id) : back.Place.Address;
        return new ScreenAnswer.Go(
            isEmergency && !back.IsPage ? Links.With(BreakGlass, ("skip", ListPart.AskedOf(back.Place.Skip))) : address,
            $"The alert is {done}."
        );
    }

    private async Task<ScreenAnswer> PageAsync(
        ConsoleRequest request,
        AlertPlace place,
        bool isEmergency,
        TriedForm? tried,
        AdminProblem? problem
    )
    {
        var filter = isEmergency ? new AlertFilter(EmergencyUses.Kind) : place.FilterFor(request.Call.Person);
        var (skip, take) = place.Lanes.Count == 1 ? (place.Skip, OnePage) : (0, OneLane);
        var shown =
            isEmergency && !place.IsClosed
                ? await WaitingAsync(request, place.Skip)
                : await inbox.ListAsync(request.Call, place.Lanes, filter, skip, take);
        return new PageContent(
            isEmergency ? "Break-glass" : "Alerts",
            isEmergency ? "break-glass" : "alerts",
            isEmergency ? typeof(BreakGlassPage) : typeof(AlertsPage),
            new AlertsModel(
                shown,
                place,
                isEmergency ? [] : await inbox.KindsAsync(request.Call),
                AlertRights.Of(request, tried, place.Query),
                await cases.MembershipAsync(request.Call),
                time.GetUtcNow()
            )
        )
        {
            Status = problem?.Status ?? 200,
        };
    }

    // One queue by what is due, whether somebody has taken an emergency use or lets it wait.
    private async Task<IReadOnlyList<AlertLanePage>> WaitingAsync(ConsoleRequest request, int skip)
    {
        var lanes = await inbox.ListAsync(request.Call, AlertLanes.Open, new AlertFilter(EmergencyUses.Kind), 0, int.MaxValue);
        var all = lanes.SelectMany(static lane => lane.Items).OrderBy(static listed => EmergencyUses.DueOf(listed.Alert)).ToList();
        return [new AlertLanePage(AlertLanes.Act, [.. all.Skip(skip).Take(OnePage)], all.Count, skip)];
    }
}
