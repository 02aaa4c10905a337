using System.Text;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.Proof.Evidence;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Campaigns;

/// <summary>
/// Makes the evidence of a campaign for somebody else: its documents as they stand, and the records of their last steps with proofs under a
/// signed checkpoint of the log. Itself on record before it leaves.
/// </summary>
internal sealed class CampaignProofs(
    WorkingSetSource sets,
    IAuditStore store,
    IAuditJournal journal,
    AdminJournal records,
    LogProver? prover = null
)
{
    /// <summary>The bundle: <c>campaign.json</c>, <c>items/…json</c>, and what <see cref="TrailProofs"/> gives of each record.</summary>
    public async Task<Outcome<EvidenceReport>> EvidenceAsync(AdminCall call, string id)
    {
        var set = await sets.GetAsync(call.Cancelled);
        if (set.Find(RegistryKind.Campaign, id) is not { Entity: Campaign campaign, Item: var stored })
        {
            return AdminProblem.NotFound("campaign");
        }

        if (prover is null)
        {
            return AdminProblem.NotFound("log");
        }

        var look = records.Create(
            call,
            "campaign.evidence",
            KindWord.Of(RegistryKind.Campaign, id),
            call.RequestId,
            Guid.Empty,
            AuditKind.AuditUse
        );
        await journal.AppendAsync(look);
        var items = set.ItemsOf(id).ToList();
        var entries = new SortedDictionary<long, AuditEntry>();
        foreach (
            var record in items.Select(static item => item.Record).Append(campaign.Record).OfType<string>().Distinct(StringComparer.Ordinal)
        )
        {
            if (!Guid.TryParseExact(record, "D", out var guid))
            {
                continue;
            }

            var family = await TrailFamily.ReadAsync(store, guid, call.Cancelled);
            if (family.IsCut)
            {
                return TrailFamily.TooMany;
            }

            if (family.Entries.Count == 0)
            {
                return AdminProblem.Conflict(
                    "not-under-checkpoint",
                    "A record of it has not reached the store yet: ask again in a second."
                );
            }

            // What another node wrote is proven by that node.
            foreach (var entry in family.Entries.Where(entry => entry.Log == prover.Log))
            {
                entries[entry.Sequence] = entry;
            }
        }

        return Bundle([.. entries.Values], stored, [.. items.Select(item => set.Find(RegistryKind.CampaignItem, item.Id)!.Item)]);
    }

    private Outcome<EvidenceReport> Bundle(IReadOnlyList<AuditEntry> entries, RegistryItem campaign, IReadOnlyList<RegistryItem> items)
    {
        try
        {
            if (prover!.MakeBundle(entries) is not { } files)
            {
                return AdminProblem.Conflict("not-under-checkpoint", "No checkpoint covers it yet: a running node signs one each second.");
            }

            return new EvidenceReport([
                File("campaign.json", campaign),
                .. items.Select(static item => File($"items/{item.Id}.json", item)),
                .. files,
            ]);
        }
        catch (InvalidDataException fault)
        {
            return AdminProblem.Conflict("log-contradicts", fault.Message);
        }
    }

    private static EvidenceFile File(string name, RegistryItem item) =>
        new(name, Encoding.UTF8.GetBytes(DocumentMeta.ForRecord(item.Kind, item.Json)!));
}
