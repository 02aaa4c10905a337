using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Documents;

/// <summary>The answer of a verb: the document it was about as it stands now, or the dry run's report.</summary>
internal static class VerbAnswer
{
    public static IResult Of(Outcome<EditOutcome> result, RegistryKind kind, string id, IRegistryRules rules)
    {
        if (result.Failed(out var problem, out var outcome))
        {
            return problem;
        }

        if (outcome.DryRun)
        {
            return AdminResult.Json(DryRunReport.Of(outcome, rules));
        }

        foreach (var item in outcome.Items)
        {
            if (item.Kind == kind && item.Id == id)
            {
                return new AdminResult(StatusCodes.Status200OK, DocumentMeta.RenderBytes(item)) { ETag = ETag.Of(item.Version) };
            }
        }

        return new AdminResult(StatusCodes.Status204NoContent, default);
    }
}
