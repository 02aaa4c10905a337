using PhiGateway.Admin.Alerts;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Campaigns;

/// <summary>Ends a campaign when every item has its outcome; asked after decisions were applied and after silence was answered.</summary>
/// <remarks>
/// Security: an item that cannot be read, as a newer version's or one whose seal does not fit, has none that anybody knows (docs/adr/0144):
/// whoever spoils its row takes no client out of a review.
/// </remarks>
internal static class CampaignEnd
{
    /// <summary>How many items of a campaign cannot be read here: they wait, as those do about which nobody has decided.</summary>
    public static int CountUnread(WorkingSet set, string id)
    {
        var prefix = CampaignIds.PrefixOf(id);
        return set.Kind(RegistryKind.CampaignItem)
            .Values.Count(item =>
                item.Entity is null && item.Item.Id.StartsWith(prefix, StringComparison.Ordinal) && !IsOfAnother(set, prefix, item.Item.Id)
            );
    }

    // Ids may hold dots: 'a.b.c' is of the review 'a.b' where there is one that can be read, and no client 'b.c' of which it could be in 'a'. In
    // doubt it is of both: both wait.
    private static bool IsOfAnother(WorkingSet set, string prefix, string item) =>
        set.Find(RegistryKind.Client, item[prefix.Length..]) is null
        && set.All<Campaign>(RegistryKind.Campaign)
            .Any(other =>
                other.Id.StartsWith(prefix, StringComparison.Ordinal)
                && item.StartsWith(CampaignIds.PrefixOf(other.Id), StringComparison.Ordinal)
            );

    /// <summary>The campaign as it ends; null: something still waits, or it has ended.</summary>
    public static RegistryWrite? Of(WorkingSet set, string id, string record, DateTimeOffset now)
    {
        if (
            set.Find(RegistryKind.Campaign, id) is not { Entity: Campaign { State: CampaignState.Open } campaign, Item: var stored }
            || set.ItemsOf(id).Any(static item => item.Outcome is null)
            || CountUnread(set, id) > 0
        )
        {
            return null;
        }

        var next = campaign with { State = CampaignState.Done, EndedBy = AlertWriter.Gateway, EndedAt = now, Record = record };
        return new RegistryWrite(RegistryKind.Campaign, id, RegistryJson.Serialize(next), stored.Version);
    }
}
