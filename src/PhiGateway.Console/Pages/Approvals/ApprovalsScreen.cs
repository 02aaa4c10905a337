using System.Globalization;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Registrations;
using PhiGateway.Admin.UseCases;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Approvals;

/// <summary>Shows what waits for a second person, says in words what an approval would permit, and takes it for exactly what was shown.</summary>
internal sealed class ApprovalsScreen(
    ClientReports reports,
    ApprovalBriefs briefs,
    ClientApproval approval,
    RegistrationCommands registrations,
    UseCaseQueue uses,
    TimeProvider time
)
{
    private const string Path = "/console/approvals";
    private const int OnePage = 50;

    /// <summary>The queue.</summary>
    public async Task<ScreenAnswer> ListAsync(ConsoleRequest request)
    {
        var (why, text) = (request.Asked("why"), request.Asked("q"));
        if (QueueFilter.Check(why) is { } refused)
        {
            return refused;
        }

        var queue = await reports.WaitingAsync(request.Call, request.Skipped, OnePage, new QueueFilter(why, text));

        // Nobody's approval waits for strangers: where their table does not answer, the queue is shown without them.
        var asked =
            queue.Skipped > 0
                ? null
                : await request.TryCommandAsync(
                    "who asked to be registered",
                    () => registrations.ListAsync(request.Call, new RegistrationFilter { State = RegistrationState.Pending }, 0, 1)
                );
        var part = ListPart.Of(queue, skip => request.Words.Link(Path, ("why", why), ("q", text), ("skip", skip)));
        var model = new ApprovalsModel(queue.Items, part, why, text, time.GetUtcNow(), asked?.Value?.Total ?? 0, request.Session.FormToken)
        {
            Uses = queue.Skipped > 0 ? 0 : (await uses.WaitingAsync(request.Call, 0, 0)).Total,
        };
        return new PageContent("Approvals", "approvals", typeof(ApprovalsPage), model);
    }

    /// <summary>One client in words.</summary>
    public Task<ScreenAnswer> ShowAsync(ConsoleRequest request) => BriefAsync(request, null);

    /// <summary>Approves what was shown.</summary>
    public async Task<ScreenAnswer> ApproveAsync(ConsoleRequest request)
    {
        var id = request.Route("id");
        var typed = request.Typed("until");
        DateOnly? until = null;
        if (typed is not null)
        {
            if (!DateOnly.TryParseExact(typed, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            {
                return await BriefAsync(
                    request,
                    AdminProblem.Invalid("/until", "malformed", "Write the day as 2027-06-30, or leave it empty.")
                );
            }

            until = day;
        }

        var body = new ApproveBody(request.Typed("fingerprint"), request.Typed("reason"), until);
        return (await approval.ApproveAsync(request.Call, id, body)).Failed(out var problem, out var outcome)
            ? await BriefAsync(request, problem)
            : new ScreenAnswer.Go(Links.Client(id), $"{id} is approved, as registry revision {Words.Number(outcome.Revision)}.");
    }

    private async Task<ScreenAnswer> BriefAsync(ConsoleRequest request, AdminProblem? tried) =>
        (await briefs.OfClientAsync(request.Call, request.Route("id"))).Failed(out var problem, out var brief)
            ? problem
            : new PageContent(
                "Approve " + brief.Client,
                "approvals",
                typeof(ApprovalPage),
                new ApprovalModel(
                    brief,
                    request.Call.Caller.HasAny([AdminRoles.Approver]),
                    TriedForms.Of(request, tried, "approve", string.Empty, "reason", "until"),
                    request.Session.FormToken
                )
                {
                    MayReadHistory = request.Call.Caller.HasAny(AdminRoles.UseReaders),
                }
            )
            {
                Status = tried?.Status ?? 200,
            };
}
