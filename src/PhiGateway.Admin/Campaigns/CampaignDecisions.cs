using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Campaigns;

/// <summary>
/// Takes what reviewers decide about clients, and takes it back until it is applied: keep, narrow or remove, each with a reason. Nothing
/// follows from it yet; an approver applies it (<see cref="CampaignApply"/>).
/// </summary>
internal sealed class CampaignDecisions(RegistryEditor editor, TimeProvider time)
{
    private const string Decide = "campaign-item.decide";

    /// <summary>One client.</summary>
    public Task<Outcome<EditOutcome>> DecideAsync(AdminCall call, string id, DecideBody body) =>
        Check(body.Decision, body.Reason) is { } refused
            ? Task.FromResult<Outcome<EditOutcome>>(refused)
            : editor.WriteAsync(
                call,
                new Edit(
                    Decide,
                    KindWord.Of(RegistryKind.CampaignItem, id),
                    set => Plan(call, set, [id], body.Decision, body.Reason, isSeen: true)
                )
            );

    /// <summary>Several clients of a campaign at once: never to keep one of high risk, whole or narrowed.</summary>
    public Task<Outcome<EditOutcome>> DecideManyAsync(AdminCall call, string campaign, DecideManyBody body)
    {
        if (Check(body.Decision, body.Reason) is { } refused)
        {
            return Task.FromResult<Outcome<EditOutcome>>(refused);
        }

        if (body.Clients is not { Count: > 0 and <= CampaignStart.MostClients } clients || clients.Any(static id => id is null))
        {
            var wrong = AdminProblem.Invalid("/clients", "required", $"Name 1 to {CampaignStart.MostClients} clients.");
            return Task.FromResult<Outcome<EditOutcome>>(wrong);
        }

        string[] ids = [.. clients.Distinct(StringComparer.Ordinal).Select(client => CampaignIds.OfItem(campaign, client))];
        return editor.WriteAsync(
            call,
            new Edit(
                Decide,
                KindWord.Of(RegistryKind.Campaign, campaign),
                set => Plan(call, set, ids, body.Decision, body.Reason, isSeen: false)
            )
        );
    }

    /// <summary>Nothing is decided any more.</summary>
    public Task<Outcome<EditOutcome>> UndoAsync(AdminCall call, string id, ReasonBody body) =>
        editor.WriteAsync(
            call,
            new Edit(
                "campaign-item.undo",
                KindWord.Of(RegistryKind.CampaignItem, id),
                set => Plan(call, set, [id], null, body.Reason, isSeen: true)
            )
        );

    private static AdminProblem? Check(ReviewDecision? decision, string? reason) =>
        decision is null
            ? AdminProblem.Invalid("/decision", "required", "keep, narrow or remove is expected.")
            : ReasonBody.Require(reason);

    private Outcome<EditPlan> Plan(
        AdminCall call,
        WorkingSet set,
        IReadOnlyList<string> ids,
        ReviewDecision? decision,
        string? reason,
        bool isSeen
    )
    {
        var writes = new List<RegistryWrite>(ids.Count);
        foreach (var id in ids)
        {
            if (
                set.Find(RegistryKind.CampaignItem, id) is not { Entity: CampaignItem item, Item: var stored }
                || set.Find<Campaign>(RegistryKind.Campaign, item.Campaign) is not { } campaign
            )
            {
                return AdminProblem.NotFound("client in this campaign");
            }

            if (isSeen && ETag.Optional(call, stored) is { } stale)
            {
                return stale;
            }

            if (Refuse(call, set, campaign, item, decision, isAlone: ids.Count == 1) is { } refused)
            {
                return refused;
            }

            var next = item with
            {
                Decision = decision,
                Reason = reason,
                DecidedBy = decision is null ? null : PersonName.Signed(call.Persons),
                DecidedAt = decision is null ? null : time.GetUtcNow(),
                Record = CampaignIds.RecordOf(call),
            };
            writes.Add(new RegistryWrite(RegistryKind.CampaignItem, id, RegistryJson.Serialize(next), stored.Version));
        }

        return new EditPlan(writes) { Note = decision is null ? reason : $"{decision.ToString()!.ToLowerInvariant()}: {reason}" };
    }

    private static AdminProblem? Refuse(
        AdminCall call,
        WorkingSet set,
        Campaign campaign,
        CampaignItem item,
        ReviewDecision? decision,
        bool isAlone
    )
    {
        if (!campaign.Reviewers.Any(reviewer => PersonName.AreSame(reviewer, call.Persons[0])))
        {
            return AdminProblem.Forbidden("Only the reviewers that the campaign names decide.");
        }

        if (campaign.State != CampaignState.Open || item.Outcome is not null)
        {
            return AdminProblem.Conflict("already-applied", $"What was decided about {item.Client} is applied already.");
        }

        if (decision is null)
        {
            return item.Decision is null ? AdminProblem.Conflict("undecided", "Nothing is decided that could be taken back.") : null;
        }

        if (decision == ReviewDecision.Remove)
        {
            return null;
        }

        // What is narrowed is kept as well, but for what was not used.
        if (!isAlone && RiskOf(set, item) == RiskTier.High)
        {
            return AdminProblem.Conflict("one-by-one", $"{item.Client} is of high risk: what is of high risk is kept one by one.");
        }

        // Whoever answers for it wants it: somebody else says that it is still needed.
        return StandsBehind(call, set, campaign, item)
            ? new AdminProblem(403, "four-eyes", "A second person must decide", "You stand behind this client; somebody else keeps it.")
            : null;
    }

    /// <summary>The risk of what a client does now, or when its review began, whichever is higher.</summary>
    public static RiskTier RiskOf(WorkingSet set, CampaignItem item)
    {
        var now =
            set.Find<Client>(RegistryKind.Client, item.Client) is { } client
            && set.Find<UseCase>(RegistryKind.UseCase, client.UseCase) is { } useCase
                ? useCase.Risk
                : RiskTier.High;
        return (RiskTier)Math.Max((byte)now, (byte)item.Evidence.Risk);
    }

    private static bool StandsBehind(AdminCall call, WorkingSet set, Campaign campaign, CampaignItem item)
    {
        string?[] behind = [.. ClientStanding.Since(set, item.Client, campaign.StartedAt), item.Evidence.Owner, item.Evidence.Deputy];
        return call.MayBeAny(behind.OfType<string>());
    }
}
