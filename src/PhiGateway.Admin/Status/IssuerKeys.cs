using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;

namespace PhiGateway.Admin.Status;

/// <summary>
/// Makes this node forget an issuer's signing keys and fetch them anew: for a key that is stolen, before the set is next due.
/// </summary>
internal sealed class IssuerKeys(AdminOptions options, AdminJournal journal)
{
    public async Task<IResult> PurgeAsync(HttpContext context, string name)
    {
        // Only a configured name is written into the record.
        if (options.TokenRules(name) is null)
        {
            return AdminProblem.NotFound("issuer");
        }

        if (RegistryEditor.IsDryRun(context))
        {
            return AdminResult.Json(new IssuerKeysReport(options.Node, name, true, "its keys would be forgotten and fetched anew"));
        }

        const string Event = "issuer.purge-keys";
        var target = "issuer/" + name;
        await journal.IntentAsync(context, Event, target, options.Node);
        if (await options.PurgeIssuerKeys(name) is not { } report)
        {
            return AdminProblem.NotFound("issuer");
        }

        return await journal.OutcomeAsync(context, Event, target, StatusCodes.Status200OK, report.Message) is { } unrecorded
            ? unrecorded
            : AdminResult.Json(report);
    }
}

/// <summary>What came of it.</summary>
/// <param name="Node">Node that forgot them; each has keys of its own.</param>
/// <param name="Issuer">Configured name.</param>
/// <param name="Ready">Whether new ones are there; until then every token of the issuer is refused here.</param>
/// <param name="Message">In words.</param>
public sealed record IssuerKeysReport(string Node, string Issuer, bool Ready, string Message);
