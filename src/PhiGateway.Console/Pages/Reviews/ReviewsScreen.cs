using System.Globalization;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Campaigns;
using PhiGateway.Admin.Editing;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Console.Work;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Reviews;

/// <summary>Shows access reviews and one of them, and takes the steps that reviewers and approvers take on them.</summary>
internal sealed class ReviewsScreen(
    CampaignReports reports,
    CampaignStart start,
    CampaignDecisions decisions,
    CampaignApply apply,
    CampaignCancel cancel,
    CampaignProofs proofs,
    Jobs jobs,
    TimeProvider time
)
{
    private const int OneList = 50;

    private DateOnly Today => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);

    /// <summary>All of them.</summary>
    public Task<ScreenAnswer> ListAsync(ConsoleRequest request) => ListAsync(request, null);

    /// <summary>One of them.</summary>
    public Task<ScreenAnswer> ShowAsync(ConsoleRequest request) => ShowAsync(request, request.Route("id"), null, null);

    /// <summary>Starts one.</summary>
    public async Task<ScreenAnswer> StartAsync(ConsoleRequest request)
    {
        var due = Day(request.Typed("due"));
        var body = new StartCampaignBody(
            request.Typed("id"),
            request.Typed("title"),
            request.Typed("reviewers")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            due,
            One(request.Typed("organization")),
            request.Typed("kind") is { } kind ? [WordOf<OrganizationKind>(kind)] : null,
            request.Typed("risk") is { } risk ? [WordOf<RiskTier>(risk)] : null,
            One(request.Typed("purpose"))
        );
        return (await start.StartAsync(request.Call, body)).Failed(out var problem, out _)
            ? await ListAsync(request, problem)
            : new ScreenAnswer.Go(Links.Review(body.Id!), "The review is started; its reviewers decide now.");
    }

    /// <summary>Decides about one client.</summary>
    public Task<ScreenAnswer> DecideAsync(ConsoleRequest request)
    {
        ReviewDecision? decision = request.Typed("decision") switch
        {
            "keep" => ReviewDecision.Keep,
            "narrow" => ReviewDecision.Narrow,
            "remove" => ReviewDecision.Remove,
            _ => null,
        };
        return StepAsync(
            request,
            "decide",
            "decided",
            (call, id) => decisions.DecideAsync(call, id, new DecideBody(decision, request.Typed("reason")))
        );
    }

    /// <summary>Takes a decision back.</summary>
    public Task<ScreenAnswer> UndoAsync(ConsoleRequest request) =>
        StepAsync(request, "undo", "taken back", (call, id) => decisions.UndoAsync(call, id, new ReasonBody(request.Typed("reason"))));

    /// <summary>Applies what was decided.</summary>
    public async Task<ScreenAnswer> ApplyAsync(ConsoleRequest request)
    {
        var id = request.Route("id");
        var seen = request.Typed("fingerprint") ?? string.Empty;
        if ((await apply.ApplyAsync(request.Call, id, seen)).Failed(out var problem, out var report))
        {
            return await ShowAsync(request, id, TriedForms.Of(request, problem, "apply", string.Empty), problem);
        }

        string[] refused = [.. report.Applied.Where(static one => one.Outcome is null).Select(static one => $"{one.Client}: {one.Words}")];
        var done = Words.Count(report.Applied.Count - refused.Length, "decision is applied.", "decisions are applied.");
        return new ScreenAnswer.Go(
            Links.Review(id),
            refused.Length == 0 ? done : $"{done} Refused, and standing as decided: {string.Join(" ", refused)}"
        );
    }

    /// <summary>Asks that it be ended before its end, or ends it where somebody else has asked: exactly what the page showed.</summary>
    public async Task<ScreenAnswer> CancelAsync(ConsoleRequest request)
    {
        var id = request.Route("id");
        var call = request.CallOn(ETag.Of(request.SeenVersion));
        if ((await cancel.CancelAsync(call, id, new ReasonBody(request.Typed("reason")))).Failed(out var problem, out var outcome))
        {
            return await ShowAsync(request, id, TriedForms.Of(request, problem, "cancel", string.Empty, "reason"), problem);
        }

        // What came of it is said, and not what the form meant.
        var isCancelled = outcome.After.Find<Campaign>(RegistryKind.Campaign, id) is { State: CampaignState.Cancelled };
        return new ScreenAnswer.Go(
            Links.Review(id),
            isCancelled ? "It is cancelled." : "It is on record that you ask for it; another approver cancels it."
        );
    }

    /// <summary>Takes back that somebody asked for its end: exactly what the page showed.</summary>
    public async Task<ScreenAnswer> WithdrawCancelAsync(ConsoleRequest request)
    {
        var id = request.Route("id");
        var call = request.CallOn(ETag.Of(request.SeenVersion));
        return (await cancel.WithdrawAsync(call, id, new ReasonBody(request.Typed("reason")))).Failed(out var problem, out _)
            ? await ShowAsync(request, id, TriedForms.Of(request, problem, "withdraw-cancel", string.Empty, "reason"), problem)
            : new ScreenAnswer.Go(Links.Review(id), "Nobody asks for its end any more; the review goes on.");
    }

    /// <summary>The evidence, as one file.</summary>
    public Task<ScreenAnswer> EvidenceAsync(ConsoleRequest request)
    {
        var id = request.Route("id");
        return jobs.BeginAsync(
            request,
            EvidencePlan.Of("Evidence of a review", Links.Review(id), $"review-{id}.zip", call => proofs.EvidenceAsync(call, id))
        );
    }

    private static string[]? One(string? name) => name is null ? null : [name];

    private static DateOnly? Day(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    // What is no word of the list fits nobody.
    private static T WordOf<T>(string text)
        where T : struct, Enum => Words.ValueOf<T>(text) ?? (T)Enum.ToObject(typeof(T), byte.MaxValue);

    private async Task<ScreenAnswer> StepAsync(
        ConsoleRequest request,
        string name,
        string done,
        Func<AdminCall, string, Task<Outcome<EditOutcome>>> step
    )
    {
        var id = request.Route("id");
        var version = request.SeenVersion;
        if (await reports.CampaignOfAsync(request.Call, id) is not { } campaign)
        {
            return AdminProblem.NotFound("client in this review");
        }

        return (await step(request.CallOn(ETag.Of(version)), id)).Failed(out var problem, out _)
            ? await ShowAsync(request, campaign, TriedForms.Of(request, problem, name, id, "reason"), problem)
            : new ScreenAnswer.Go(Links.Review(campaign), $"{id} is {done}.");
    }

    private async Task<ScreenAnswer> ListAsync(ConsoleRequest request, AdminProblem? tried)
    {
        var draft = request.Call.Caller.HasAny(AdminRoles.Keepers)
            ? new ReviewDraft(
                request.Typed("id"),
                request.Typed("title"),
                request.Typed("reviewers"),
                request.Typed("due"),
                request.Typed("organization"),
                request.Typed("kind"),
                request.Typed("risk"),
                request.Typed("purpose")
            )
            : null;
        var (asked, text) = (request.Asked("state"), request.Asked("q"));
        var (isMine, isOverdue) = (request.Asked("mine") == "1", request.Asked("overdue") == "1");
        CampaignState? state = asked is null ? null : Words.ValueOf<CampaignState>(asked);
        if (asked is not null && state is null)
        {
            return AdminProblem.BadParameter("state", "open, done or cancelled is expected.");
        }

        var filter = new CampaignFilter(state, text, isMine ? request.Call.Person : null, isOverdue ? Today.AddDays(1) : null)
        {
            IsOverdue = isOverdue,
        };
        var list = await reports.ListAsync(request.Call, filter, request.Skipped, OneList);
        return new PageContent(
            "Reviews",
            "reviews",
            typeof(ReviewsPage),
            new ReviewsModel(
                list.Items,
                ListPart.Of(
                    list,
                    skip =>
                        request.Words.Link(
                            "/console/reviews",
                            ("state", asked),
                            ("q", text),
                            ("mine", isMine ? "1" : null),
                            ("overdue", isOverdue ? "1" : null),
                            ("skip", skip)
                        )
                ),
                state,
                text,
                isMine,
                isOverdue,
                await reports.CountOpenAsync(request.Call),
                Today,
                draft,
                TriedForms.Of(
                    request,
                    tried,
                    "start",
                    string.Empty,
                    "id",
                    "title",
                    "reviewers",
                    "due",
                    "organization=organizations",
                    "kind=kinds",
                    "risk=risks",
                    "purpose=purposes"
                ),
                request.Session.FormToken
            )
        )
        {
            Status = tried?.Status ?? 200,
        };
    }

    private async Task<ScreenAnswer> ShowAsync(ConsoleRequest request, string id, TriedForm? form, AdminProblem? tried)
    {
        if ((await reports.ViewAsync(request.Call, id)).Failed(out var problem, out var view))
        {
            return problem;
        }

        var caller = request.Call.Caller;
        return new PageContent(
            "Review",
            "reviews",
            typeof(ReviewPage),
            new ReviewModel(
                view,
                Today,
                request.Skipped,
                caller.HasAny(AdminRoles.Keepers) && view.Campaign.Reviewers.Any(one => PersonName.AreSame(one, caller.Person)),
                caller.HasAny([AdminRoles.Approver]),
                caller.HasAny(AdminRoles.Keepers),
                caller.HasAny(ConsoleSections.TrailReaders),
                form,
                request.Session.FormToken
            )
        )
        {
            Status = tried?.Status ?? 200,
        };
    }
}
