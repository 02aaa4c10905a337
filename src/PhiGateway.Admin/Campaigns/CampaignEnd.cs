using PhiGateway.Admin.Alerts;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Campaigns;

/// <summary>Ends a campaign when every item has its outcome; asked after decisions were applied and after silence was answered.</summary>
internal static class CampaignEnd
{
    /// <summary>The campaign as it ends; null: something still waits, or it has ended.</summary>
    public static RegistryWrite? Of(WorkingSet set, string id, string record, DateTimeOffset now)
    {
        if (
            set.Find(RegistryKind.Campaign, id) is not { Entity: Campaign { State: CampaignState.Open } campaign, Item: var stored }
            || set.ItemsOf(id).Any(static item => item.Outcome is null)
        )
        {
            return null;
        }

        var next = campaign with { State = CampaignState.Done, EndedBy = AlertWriter.Gateway, EndedAt = now, Record = record };
        return new RegistryWrite(RegistryKind.Campaign, id, RegistryJson.Serialize(next), stored.Version);
    }
}
