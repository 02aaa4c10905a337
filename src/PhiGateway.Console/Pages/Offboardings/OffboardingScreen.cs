using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Organizations;
using PhiGateway.Admin.Trail;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;

namespace PhiGateway.Console.Pages.Offboardings;

/// <summary>Shows the clocks of offboardings, and one with its letters; puts down that a partner was told.</summary>
internal sealed class OffboardingScreen(OffboardingReports reports, TimeProvider time)
{
    private const string Path = "/console/offboardings";
    private const int OnePage = 50;

    /// <summary>All of them.</summary>
    public async Task<ScreenAnswer> ListAsync(ConsoleRequest request) =>
        (await reports.ListAsync(request.Call)).Failed(out var problem, out var list)
            ? problem
            : new PageContent("Offboardings", "vendors", typeof(OffboardingsPage), ModelOf(request, list.Items))
            {
                OnRecord = "that you looked at the offboardings.",
            };

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
            return new ScreenAnswer.Go("/console/offboardings/" + Uri.EscapeDataString(id), "It is on record that they were told.");
        }

        return await ShowAsync(request, TriedForms.Of(request, wrong, "notice", string.Empty, "to", "sent_at", "reference"), wrong);
    }

    private async Task<ScreenAnswer> ShowAsync(ConsoleRequest request, TriedForm? form, AdminProblem? tried)
    {
        // A refused notice has put its own call on record before.
        var call = tried is null ? request.Call : request.Call with { RequestId = Guid.CreateVersion7() };
        if ((await reports.FindAsync(call, request.Route("id"))).Failed(out var problem, out var report))
        {
            return problem;
        }

        return new PageContent(
            "Offboarding",
            "vendors",
            typeof(OffboardingPage),
            new OffboardingModel(report, call.Caller.HasAny(AdminRoles.Notifiers), form, request.Session.FormToken, time.GetUtcNow())
        )
        {
            Status = tried?.Status ?? 200,
            OnRecord = report.Calls is null
                ? "that you looked at this offboarding."
                : "that you looked at this offboarding, and up the last calls of its clients.",
        };
    }
}
