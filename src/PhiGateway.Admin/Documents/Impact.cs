using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Admin.Editing;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Documents;

/// <summary>Says in a written document's <c>meta</c> whose doors the write opened and closed, and whose approval it took.</summary>
internal static class Impact
{
    public static void Add(JsonObject document, EditOutcome outcome)
    {
        if (document[DocumentDraft.Meta] is not JsonObject meta)
        {
            return;
        }

        if (outcome.Paths is { Count: > 0 } paths)
        {
            meta["paths"] = JsonSerializer.SerializeToNode(paths, Http.AdminJson.Options);
        }

        if (outcome.Cut is { } cut)
        {
            meta["answersCut"] = JsonSerializer.SerializeToNode(cut, Http.AdminJson.Options);
        }

        if (outcome.Warnings.Count > 0)
        {
            meta["warnings"] = JsonSerializer.SerializeToNode(outcome.Warnings, Http.AdminJson.Options);
        }
    }
}
