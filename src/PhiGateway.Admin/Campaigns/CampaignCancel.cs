using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Campaigns;

/// <summary>
/// Ends a campaign before its end, so that nothing follows from silence: one approver asks for it, another does it, each with a reason.
/// </summary>
/// <remarks>Security: it keeps open what the campaign would close, and what opens takes two.</remarks>
internal sealed class CampaignCancel(RegistryEditor editor, TimeProvider time)
{
    /// <summary>Asks that it be cancelled, or cancels it where somebody else has asked.</summary>
    public async Task<Outcome<EditOutcome>> CancelAsync(AdminCall call, string id, ReasonBody body)
    {
        if (ReasonBody.Require(body.Reason) is { } missing)
        {
            return missing;
        }

        return await editor.WriteAsync(
            call,
            new Edit("campaign.cancel", KindWord.Of(RegistryKind.Campaign, id), set => Plan(call, set, id, body.Reason!))
        );
    }

    /// <summary>
    /// Takes back that somebody asked for it, whoever did: until another one asks, one alone cancels nothing. What closes needs one.
    /// </summary>
    public Task<Outcome<EditOutcome>> WithdrawAsync(AdminCall call, string id, ReasonBody body) =>
        editor.WriteAsync(
            call,
            new Edit("campaign.withdraw-cancel", KindWord.Of(RegistryKind.Campaign, id), set => Withdraw(call, set, id, body.Reason))
        );

    private static Outcome<EditPlan> Withdraw(AdminCall call, WorkingSet set, string id, string? reason)
    {
        if (Open(call, set, id).Failed(out var refused, out var found))
        {
            return refused;
        }

        if (found.Campaign.CancelAskedBy is null)
        {
            return AdminProblem.Conflict("nothing-asked", "Nobody has asked that this campaign be cancelled.");
        }

        var next = found.Campaign with
        {
            CancelAskedBy = null,
            CancelAskedAt = null,
            CancelReason = null,
            Record = CampaignIds.RecordOf(call),
        };
        return Put(next, found.Version, reason);
    }

    private static Outcome<OpenCampaign> Open(AdminCall call, WorkingSet set, string id)
    {
        if (set.Find(RegistryKind.Campaign, id) is not { Entity: Campaign campaign, Item: var stored })
        {
            return AdminProblem.NotFound("campaign");
        }

        if (ETag.Optional(call, stored) is { } stale)
        {
            return stale;
        }

        return campaign.State == CampaignState.Open
            ? new OpenCampaign(campaign, stored.Version)
            : AdminProblem.Conflict("not-open", "The campaign has ended.");
    }

    private static EditPlan Put(Campaign next, long version, string? reason) =>
        new([new RegistryWrite(RegistryKind.Campaign, next.Id, RegistryJson.Serialize(next), version)]) { Note = reason };

    private Outcome<EditPlan> Plan(AdminCall call, WorkingSet set, string id, string reason)
    {
        if (Open(call, set, id).Failed(out var refused, out var found))
        {
            return refused;
        }

        var campaign = found.Campaign;
        if (campaign.CancelAskedBy is { } asker && call.Persons.Any(person => PersonName.Names(asker, person)))
        {
            return new AdminProblem(
                403,
                "four-eyes",
                "A second person must cancel it",
                "You asked that this campaign be cancelled; another approver does it."
            );
        }

        var now = time.GetUtcNow();
        var next = campaign.CancelAskedBy is null
            ? campaign with
            {
                CancelAskedBy = PersonName.Signed(call.Persons),
                CancelAskedAt = now,
                CancelReason = reason,
                Record = CampaignIds.RecordOf(call),
            }
            : campaign with
            {
                State = CampaignState.Cancelled,
                EndedBy = call.Person,
                EndedAt = now,
                EndReason = reason,
                Record = CampaignIds.RecordOf(call),
            };
        return Put(next, found.Version, reason);
    }

    private sealed record OpenCampaign(Campaign Campaign, long Version);
}
