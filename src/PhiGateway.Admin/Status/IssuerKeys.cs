using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Identity.Issuers;

namespace PhiGateway.Admin.Status;

/// <summary>
/// Shows the public keys of others that this node has, of token issuers, providers of persons, the administrators' own provider and
/// transmitters, and makes it forget one's and fetch them anew: for a key that is stolen, before the set is next due.
/// </summary>
internal sealed class IssuerKeys(AdminOptions options, AdminJournal journal, IEnumerable<IHeldKeys> holders)
{
    private const string Event = "issuer.purge-keys";

    /// <summary>What this node has.</summary>
    public Outcome<IssuersReport> Show() =>
        new IssuersReport(options.Node, [.. Held().OrderBy(static set => set.Use, StringComparer.Ordinal).Select(KeySetLine.Of)]);

    /// <summary>Forgets and fetches; on record before and after.</summary>
    public async Task<Outcome<IssuerKeysReport>> PurgeAsync(AdminCall call, string name)
    {
        // Only a configured name is written into the record.
        if (!Held().Any(set => set.Name == name))
        {
            return AdminProblem.NotFound("issuer");
        }

        if (call.IsDryRun)
        {
            return new IssuerKeysReport(options.Node, name, true, "its keys would be forgotten and fetched anew");
        }

        var target = "issuer/" + name;
        await journal.IntentAsync(call, Event, target, options.Node);

        // A name may stand for an issuer and for a transmitter: what is stolen of either is forgotten of both.
        foreach (var holder in holders)
        {
            _ = await holder.PurgeAsync(name);
        }

        var sets = Held().Where(set => set.Name == name).ToList();
        var words = string.Join("; ", sets.Select(set => sets.Count == 1 ? set.Message : $"{set.Use}: {set.Message}"));
        var report = new IssuerKeysReport(options.Node, name, sets.TrueForAll(static set => set.Ready), words);
        return await journal.OutcomeAsync(call, Event, target, 200, report.Message) is { } unrecorded ? unrecorded : report;
    }

    private IEnumerable<HeldKeySet> Held() => holders.SelectMany(static holder => holder.Held);
}
