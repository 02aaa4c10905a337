using PhiGateway.Admin.Access;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Replay;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Validation;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Campaigns;

/// <summary>
/// Applies what was decided in a campaign, each client by itself through the one editor: a keep is a review of the client, a narrowing cuts
/// its use case to what was used and carries the approval, a removal revokes the client. Called for an approver.
/// </summary>
/// <remarks>
/// Security: a keep of high risk, whole or narrowed, is decided and applied by two persons. Whatever opens a door takes the approval with
/// it as every write does (<see cref="OpeningGuard"/>). A narrowing that the window's real traffic does not prove is refused and stands as
/// decided.
/// </remarks>
internal sealed class CampaignApply(
    RegistryEditor editor,
    WorkingSetSource sets,
    ReplayCommands replay,
    CallerStanding standing,
    TimeProvider time
)
{
    private const string Apply = "campaign.apply";
    private const string Opened = "It opens a door, so its approval has ended: a second person approves it anew.";
    private const int MostWords = 20;

    private static readonly AdminProblem CallerEnded = new(
        401,
        "caller-ended",
        "The credential has ended",
        "It was ended while decisions were applied: this one stands as decided."
    );

    /// <summary>Applies everything that is decided; what is refused stands as decided, and says why.</summary>
    /// <param name="call">The call.</param>
    /// <param name="id">Id of the campaign.</param>
    /// <param name="seen">
    /// Fingerprint of the decisions that the approver was shown (<see cref="DecidedFingerprint"/>): others than those are not applied. Null:
    /// whatever is decided now.
    /// </param>
    public async Task<Outcome<AppliedReport>> ApplyAsync(AdminCall call, string id, string? seen = null)
    {
        var set = await sets.GetAsync(call.Cancelled);
        if (set.Find<Campaign>(RegistryKind.Campaign, id) is not { } campaign)
        {
            return AdminProblem.NotFound("campaign");
        }

        if (campaign.State != CampaignState.Open)
        {
            return AdminProblem.Conflict("not-open", "The campaign has ended.");
        }

        if (seen is not null && seen != DecidedFingerprint.Of(set.ItemsOf(id)))
        {
            return new AdminProblem(
                412,
                "fingerprint-changed",
                "Something else is decided than you saw",
                "A decision was made, taken back or applied since you opened the page: look at what is decided now, then apply it."
            );
        }

        var applied = new List<AppliedItem>();
        foreach (var item in set.ItemsOf(id).Where(CampaignUnapplied.Waits))
        {
            // Each may take minutes: a key that somebody has ended meanwhile applies no more.
            var stands = await standing.IsNotEndedAsync(call.Caller, call.Cancelled);
            applied.Add(stands ? await ApplyAsync(Apart(call), campaign, item) : Refused(item, CallerEnded));
        }

        if (!call.IsDryRun)
        {
            await FinishAsync(Apart(call), id);
        }

        var after = (await sets.GetAsync(call.Cancelled)).Find<Campaign>(RegistryKind.Campaign, id);
        return new AppliedReport(id, after?.State ?? campaign.State, applied);
    }

    // Each client is a change of its own with a record of its own, so that one that is refused keeps none of the others.
    private AdminCall Apart(AdminCall call) => call with { RequestId = Guid.CreateVersion7(time.GetUtcNow()), IfMatch = null };

    private async Task<AppliedItem> ApplyAsync(AdminCall call, Campaign campaign, CampaignItem item)
    {
        var decision = item.Decision!.Value;
        long? seen = null;
        RightSizeReport? narrower = null;
        if (decision == ReviewDecision.Narrow)
        {
            var useCase = item.Evidence.UseCase;
            seen = (await sets.GetAsync(call.Cancelled)).Find(RegistryKind.UseCase, useCase)?.Item.Version;
            if ((await replay.RightSizeAsync(Apart(call), useCase, campaign.EvidenceDays)).Failed(out var failed, out narrower))
            {
                return Refused(item, failed);
            }
        }

        var (outcome, done) = (CampaignOutcome.Kept, string.Empty);
        var edit = new Edit(
            Apply,
            KindWord.Of(RegistryKind.CampaignItem, item.Id),
            set =>
            {
                var planned = Plan(call, set, item, narrower, seen);
                if (planned.Failed(out var problem, out var step))
                {
                    return problem;
                }

                (outcome, done) = (step.Outcome, step.Done);
                return step.Plan;
            }
        )
        {
            IsClosing = decision == ReviewDecision.Remove,
        };
        var written = await editor.WriteAsync(call with { CarryApproval = decision == ReviewDecision.Narrow }, edit);
        if (written.Failed(out var refused, out var edited))
        {
            return Refused(item, refused);
        }

        return new AppliedItem(item.Client, decision, outcome, WordsOf(done, item.Client, edited.Plan.Taken));
    }

    // Whose approval ended with it, others than the client's among them.
    private static string WordsOf(string done, string client, IReadOnlyList<string> taken)
    {
        var words = taken.Contains(client) ? $"{done} {Opened}" : done;
        string[] others = [.. taken.Where(other => other != client)];
        return others.Length == 0 ? words : $"{words} It opens doors of others too, whose approval has ended: {Words(others)}.";
    }

    private static AppliedItem Refused(CampaignItem item, AdminProblem problem)
    {
        var words =
            problem.Errors is [{ } first, ..] && first.Detail != problem.Detail ? $"{problem.Detail} {first.Detail}" : problem.Detail;
        return new AppliedItem(item.Client, item.Decision!.Value, null, $"{problem.Code}: {words ?? problem.Title}");
    }

    private Outcome<Step> Plan(AdminCall call, WorkingSet set, CampaignItem shown, RightSizeReport? narrower, long? seen)
    {
        if (
            set.Find(RegistryKind.CampaignItem, shown.Id) is not { Entity: CampaignItem item, Item: var stored }
            || item is { Decision: null } or { Outcome: not null }
            || (item.Decision, item.DecidedBy, item.Reason) != (shown.Decision, shown.DecidedBy, shown.Reason)
        )
        {
            return AdminProblem.Conflict("already-applied", "It was decided otherwise at the same moment.");
        }

        var client = set.Find(RegistryKind.Client, item.Client);
        if (client is { Entity: null })
        {
            return Unread(call, item, stored, client);
        }

        if (client?.Entity is not Client known || known.Status is ClientStatus.Revoked or ClientStatus.Archived)
        {
            return Done(call, item, stored, CampaignOutcome.Ended, "It had ended before.", []);
        }

        return item.Decision switch
        {
            ReviewDecision.Keep
            or ReviewDecision.Narrow
                when CampaignDecisions.RiskOf(set, item) == RiskTier.High
                    && call.Persons.Any(person => PersonName.Names(item.DecidedBy!, person)) => new AdminProblem(
                403,
                "four-eyes",
                "A second person must apply it",
                "You decided to keep it; somebody else must apply that."
            ),
            ReviewDecision.Keep => Done(
                call,
                item,
                stored,
                CampaignOutcome.Kept,
                "Its access stays as it is; the review is entered.",
                [ReviewOf(set, item)]
            ),
            ReviewDecision.Narrow when known.UseCase != narrower!.UseCase => AdminProblem.Conflict(
                "moved",
                "The client has another use case than when its review began: decide about it anew."
            ),
            ReviewDecision.Narrow => Narrow(call, set, item, stored, narrower!, seen),
            _ => Remove(call, set, item, stored, known, client.Item),
        };
    }

    private Outcome<Step> Narrow(
        AdminCall call,
        WorkingSet set,
        CampaignItem item,
        RegistryItem stored,
        RightSizeReport narrower,
        long? seen
    )
    {
        if (set.Find(RegistryKind.UseCase, narrower.UseCase) is not { Entity: UseCase useCase, Item: var before })
        {
            return AdminProblem.NotFound("use case");
        }

        // To look through its traffic takes time: what somebody wrote meanwhile is not overwritten unseen.
        if (before.Version != seen)
        {
            return AdminProblem.Conflict(
                "use-case-changed",
                "Its use case was changed while its traffic was looked through: look at it, and apply it again."
            );
        }

        // A keep by another name would be one that nobody decided.
        if (narrower.Unused.Count == 0)
        {
            return AdminProblem.Conflict("nothing-unused", "Everything that its use case may is used by now: keep it instead.");
        }

        if (narrower.Grants is not { } grants)
        {
            return AdminProblem.Conflict("nothing-used", "Nothing of it was used: remove it instead.");
        }

        if (!narrower.Proven)
        {
            return AdminProblem.Conflict("not-proven", "The window's traffic does not prove that the narrower grants are enough.");
        }

        var next = useCase with { Grants = grants };
        return Done(
            call,
            item,
            stored,
            CampaignOutcome.Narrowed,
            $"Its use case no longer permits {Words(narrower.Unused)}.",
            [new RegistryWrite(RegistryKind.UseCase, useCase.Id, RegistryJson.Serialize(next), before.Version), ReviewOf(set, item)]
        );
    }

    private Outcome<Step> Remove(AdminCall call, WorkingSet set, CampaignItem item, RegistryItem stored, Client client, RegistryItem before)
    {
        if (!ClientLifecycle.Allows(client.Status, ClientStatus.Revoked))
        {
            return AdminProblem.Conflict("transition-refused", "A client in this state cannot be revoked.");
        }

        var next = client with { Status = ClientStatus.Revoked, StatusReason = ReasonOf(item) };
        return Removed(
            call,
            item,
            stored,
            [
                new RegistryWrite(RegistryKind.Client, client.Id, ClientClosing.Json(next, before, call.Persons), before.Version),
                ReviewOf(set, item),
            ]
        );
    }

    // One that cannot be read here has not ended: other nodes may serve it. It is removed all the same, by a row that every node reads; what
    // keeps it open needs somebody who sees what it is.
    private Outcome<Step> Unread(AdminCall call, CampaignItem item, RegistryItem stored, WorkingItem client)
    {
        if (item.Decision != ReviewDecision.Remove)
        {
            return AdminProblem.Conflict(
                "client-unreadable",
                "A newer version wrote the client, or a hand, and this node does not understand it: apply it on a node that does."
            );
        }

        var write = ClientClosing.Unread(client, ClientStatus.Revoked, ReasonOf(item), call.Persons);
        return Removed(call, item, stored, write is null ? [] : [write]);
    }

    private Step Removed(AdminCall call, CampaignItem item, RegistryItem stored, IReadOnlyList<RegistryWrite> writes)
    {
        var now = time.GetUtcNow();
        var done = Done(call, item, stored, CampaignOutcome.Removed, "It is revoked, in force on every node.", writes);
        var row = new Revocation(
            Guid.CreateVersion7(now).ToString(),
            RevocationTarget.Client,
            item.Client,
            null,
            null,
            ReasonOf(item),
            PersonName.Signed(call.Persons),
            now
        );
        return done with { Plan = done.Plan with { Revocations = [row], KeepsUnknown = true } };
    }

    private static string ReasonOf(CampaignItem item) => $"access review {item.Campaign}: {item.Reason}";

    private Step Done(
        AdminCall call,
        CampaignItem item,
        RegistryItem stored,
        CampaignOutcome outcome,
        string done,
        IReadOnlyList<RegistryWrite> writes
    )
    {
        var next = item with
        {
            Outcome = outcome,
            Done = done,
            AppliedBy = call.Person,
            AppliedAt = time.GetUtcNow(),
            Record = CampaignIds.RecordOf(call),
        };
        var plan = new EditPlan([
            .. writes,
            new RegistryWrite(RegistryKind.CampaignItem, item.Id, RegistryJson.Serialize(next), stored.Version),
        ])
        {
            Note = item.Reason,
        };
        return new Step(outcome, done, plan);
    }

    private static string Words(IReadOnlyList<string> unused) =>
        unused.Count <= MostWords
            ? string.Join(", ", unused)
            : $"{string.Join(", ", unused.Take(MostWords))} and {unused.Count - MostWords} more";

    private RegistryWrite ReviewOf(WorkingSet set, CampaignItem item)
    {
        var review = new Review
        {
            Id = item.Id,
            Client = item.Client,
            On = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime),
            By = item.DecidedBy!,
            Decision = item.Decision!.Value,
            Evidence = $"campaign/{item.Campaign}: {item.Reason}",
        };
        var there = set.Find(RegistryKind.Review, review.Id)?.Item;
        return new RegistryWrite(RegistryKind.Review, review.Id, RegistryJson.Serialize(review), there?.Version ?? 0);
    }

    // The last outcome ends the campaign.
    private Task FinishAsync(AdminCall call, string id) =>
        editor.WriteAsync(
            call,
            new Edit(
                "campaign.finish",
                KindWord.Of(RegistryKind.Campaign, id),
                set =>
                    CampaignEnd.Of(set, id, CampaignIds.RecordOf(call), time.GetUtcNow()) is { } write
                        ? new EditPlan([write])
                        : new EditPlan([])
            )
        );

    private sealed record Step(CampaignOutcome Outcome, string Done, EditPlan Plan);
}
