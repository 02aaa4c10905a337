using System.Text;
using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;

namespace PhiGateway.Admin.Documents;

/// <summary>
/// Renders the answer of a document's write: the document as it stands now, or the dry run's report, which a deletion that opens or closes
/// anybody's door is answered with too.
/// </summary>
internal static class DocumentAnswer
{
    public static AdminResult Of(RegistryRoute route, EditOutcome outcome, string? secret = null, string part = "key")
    {
        if (outcome.DryRun)
        {
            return AdminResult.Json(DryRunReport.Of(outcome));
        }

        var item = outcome.Items[0];
        if (item.Deleted)
        {
            return outcome.Paths.Count > 0
                ? AdminResult.Json(DryRunReport.Of(outcome))
                : new AdminResult(StatusCodes.Status204NoContent, default);
        }

        var body = DocumentMeta.Render(item);
        Impact.Add(body, outcome);
        var open = Encoding.UTF8.GetBytes(body.ToJsonString());
        if (secret is not null)
        {
            body[part] = secret;
        }

        return new AdminResult(
            outcome.Before.Find(item.Kind, item.Id) is null || secret is not null ? StatusCodes.Status201Created : StatusCodes.Status200OK,
            secret is null ? open : Encoding.UTF8.GetBytes(body.ToJsonString())
        )
        {
            ETag = ETag.Of(item.Version),
            Location = $"/admin/v1/{route.Segment}/{item.Id}",
            WithoutSecret = secret is null ? default(ReadOnlyMemory<byte>?) : open,
        };
    }
}
