using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.UseCases;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;

namespace PhiGateway.Console.Pages.UseCases;

/// <summary>Shows the uses of PHI that wait for a second person, says in words what one would permit, and approves exactly that.</summary>
internal sealed class UseCasesScreen(ApprovalBriefs briefs, UseCaseQueue queue, UseCaseVerbs verbs, TimeProvider time)
{
    /// <summary>Where the list stands.</summary>
    public const string Path = "/console/use-cases";

    private const int OnePage = 50;

    /// <summary>Those that wait.</summary>
    public async Task<ScreenAnswer> ListAsync(ConsoleRequest request)
    {
        var waiting = await queue.WaitingAsync(request.Call, request.Skipped, OnePage);
        var part = ListPart.Of(waiting, skip => Links.With(Path, ("skip", skip)));
        return new PageContent(
            "Uses that wait",
            "approvals",
            typeof(UseCasesPage),
            new UseCasesModel(waiting.Items, part, time.GetUtcNow())
        );
    }

    /// <summary>One in words.</summary>
    public Task<ScreenAnswer> ShowAsync(ConsoleRequest request) => BriefAsync(request, null);

    /// <summary>Approves what was shown.</summary>
    public async Task<ScreenAnswer> ApproveAsync(ConsoleRequest request)
    {
        var id = request.Route("id");
        var body = new ReasonBody(request.Typed("reason"));
        if (ReasonBody.Require(body.Reason) is { } missing)
        {
            return await BriefAsync(request, missing);
        }

        return (await verbs.ApproveAsync(request.CallOn(ETag.Of(request.SeenVersion)), id, body)).Failed(out var problem, out var outcome)
            ? await BriefAsync(request, problem)
            : new ScreenAnswer.Go(
                "/console/approvals",
                $"The use {id} is approved, as registry revision {Words.Number(outcome.Revision)}; its clients are approved one by one."
            );
    }

    private async Task<ScreenAnswer> BriefAsync(ConsoleRequest request, AdminProblem? tried) =>
        (await briefs.OfUseCaseAsync(request.Call, request.Route("id"))).Failed(out var problem, out var seen)
            ? problem
            : new PageContent(
                "Use " + seen.Brief.UseCase,
                "approvals",
                typeof(UseCasePage),
                new UseCaseModel(
                    seen.Brief,
                    seen.Status,
                    seen.Version,
                    request.Call.Caller.HasAny([AdminRoles.Approver]),
                    TriedForms.Of(request, tried, "approve", string.Empty, "reason"),
                    request.Session.FormToken
                )
            )
            {
                Status = tried?.Status ?? 200,
            };
}
