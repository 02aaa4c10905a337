using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;

namespace PhiGateway.Admin.Status;

/// <summary>
/// Makes this node forget an issuer's signing keys and fetch them anew: for a key that is stolen, before the set is next due.
/// </summary>
internal sealed class IssuerKeys(AdminOptions options, AdminJournal journal)
{
    private const string Event = "issuer.purge-keys";

    /// <summary>Forgets and fetches; on record before and after.</summary>
    public async Task<Outcome<IssuerKeysReport>> PurgeAsync(AdminCall call, string name)
    {
        // Only a configured name is written into the record.
        if (options.TokenRules(name) is null)
        {
            return AdminProblem.NotFound("issuer");
        }

        if (call.IsDryRun)
        {
            return new IssuerKeysReport(options.Node, name, true, "its keys would be forgotten and fetched anew");
        }

        var target = "issuer/" + name;
        await journal.IntentAsync(call, Event, target, options.Node);
        if (await options.PurgeIssuerKeys(name) is not { } report)
        {
            return AdminProblem.NotFound("issuer");
        }

        return await journal.OutcomeAsync(call, Event, target, 200, report.Message) is { } unrecorded ? unrecorded : report;
    }
}
