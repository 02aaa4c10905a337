using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Organizations;
using PhiGateway.Admin.Trail;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Console.Work;

namespace PhiGateway.Console.Pages.Offboardings;

/// <summary>Shows the clocks of offboardings, and one with its letters; puts down that a partner was told.</summary>
internal sealed class OffboardingScreen(OffboardingReports reports, LongWork work, TimeProvider time)
{
    private const string Path = "/console/offboardings";
    private const int OnePage = 50;

    /// <summary>All of them.</summary>
    public async Task<ScreenAnswer> ListAsync(ConsoleRequest request)
    {
        // Each with the calls that its clients were permitted last, out of the trail.
        var skip = request.Skipped;
        var made = await work.BehindAsync(request, WorkKey.Of(request, "offboardings", Words.Number(skip)), reports.ListAsync);
        if (made is null)
        {
            var here = Links.With(Path, ("skip", ListPart.AskedOf(skip)));
            return WaitAnswer.Of("vendors", new WaitModel("Offboardings", "The offboardings are being gathered.", here));
        }

        return made.Outcome.Failed(out var problem, out var list)
            ? problem
            : new PageContent("Offboardings", "vendors", typeof(OffboardingsPage), ModelOf(request, list.Items))
            {
                OnRecord = "that you looked at the offboardings.",
            };
    }

    private OffboardingsModel ModelOf(ConsoleRequest request, IReadOnlyList<OffboardingLine> all)
    {
        var list = ListSlice<OffboardingLine>.Of(all, request.Skipped, OnePage);
        var part = ListPart.Of(list, static skip => Links.With(Path, ("skip", skip)));
        return new OffboardingsModel(list.Items, part, time.GetUtcNow());
    }

    /// <summary>One of them.</summary>
    public Task<ScreenAnswer> ShowAsync(ConsoleRequest request) => ShowAsync(request, null, null);

    /// <summary>Puts down that a partner was told.</summary>
    public async Task<ScreenAnswer> NoticeAsync(ConsoleRequest request)
    {
        var (id, typed) = (request.Route("id"), request.Typed("sent_at"));
        var sent = typed is null ? null : TrailQueryReader.Moment(typed);
        var wrong =
            typed is not null && sent is null
                ? AdminProblem.Invalid("/sent_at", "invalid", "One moment is expected, such as 2026-05-01T14:30Z; leave it empty for now.")
                : null;
        var body = new NoticeBody(request.Typed("to"), sent, request.Typed("reference"));
        if (wrong is null && !(await reports.NoticeAsync(request.Call, id, body)).Failed(out wrong, out _))
        {
            work.Drop(KeyOf(request, id));
            return new ScreenAnswer.Go("/console/offboardings/" + Uri.EscapeDataString(id), "It is on record that they were told.");
        }

        return await ShowAsync(request, TriedForms.Of(request, wrong, "notice", string.Empty, "to", "sent_at", "reference"), wrong);
    }

    private static WorkKey KeyOf(ConsoleRequest request, string id) => WorkKey.Of(request, "offboarding of organization", id);

    private async Task<ScreenAnswer> ShowAsync(ConsoleRequest request, TriedForm? form, AdminProblem? tried)
    {
        var (id, caller) = (request.Route("id"), request.Call.Caller);
        var made = await work.BehindAsync(request, KeyOf(request, id), call => reports.FindAsync(call, id));
        if (made is null)
        {
            const string Said = "The last calls of its clients are being looked up in the trail.";
            return WaitAnswer.Of("vendors", new WaitModel("Offboarding", Said, $"{Path}/{Uri.EscapeDataString(id)}"), tried);
        }

        if (made.Outcome.Failed(out var problem, out var report))
        {
            return problem;
        }

        return new PageContent(
            "Offboarding",
            "vendors",
            typeof(OffboardingPage),
            new OffboardingModel(report, caller.HasAny(AdminRoles.Notifiers), form, request.Session.FormToken, time.GetUtcNow())
        )
        {
            Status = tried?.Status ?? 200,
            OnRecord = report.Calls is null
                ? "that you looked at this offboarding."
                : "that you looked at this offboarding, and up the last calls of its clients.",
        };
    }
}
