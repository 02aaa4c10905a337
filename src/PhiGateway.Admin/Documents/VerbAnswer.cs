using System.Text.Json;
using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Documents;

/// <summary>Renders the answer of a verb: the document it was about as it stands now, or the dry run's report.</summary>
internal static class VerbAnswer
{
    /// <summary>Runs a verb with its small body.</summary>
    public static Task<IResult> OfAsync<TBody>(
        HttpContext context,
        RegistryKind kind,
        string id,
        Func<AdminCall, TBody, Task<Outcome<EditOutcome>>> run
    )
        where TBody : class => Answer.OfAsync(context, run, outcome => Of(outcome, kind, id));

    /// <summary>The answer to what a verb did to one document.</summary>
    public static AdminResult Of(EditOutcome outcome, RegistryKind kind, string id)
    {
        if (outcome.DryRun)
        {
            return AdminResult.Json(DryRunReport.Of(outcome));
        }

        foreach (var item in outcome.Items)
        {
            if (item.Kind == kind && item.Id == id)
            {
                var body = DocumentMeta.Render(item);
                Impact.Add(body, outcome);
                return new AdminResult(StatusCodes.Status200OK, JsonSerializer.SerializeToUtf8Bytes(body)) { ETag = ETag.Of(item.Version) };
            }
        }

        return new AdminResult(StatusCodes.Status204NoContent, default);
    }
}
