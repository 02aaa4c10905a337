using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>A document as callers see it: the entity, plus a read-only <c>meta</c> member; secrets removed.</summary>
internal static class DocumentMeta
{
    public static JsonObject Render(RegistryItem item)
    {
        var json = StoredBody.WithoutNotes(item.Json);
        Redact(item.Kind, json);
        json[DocumentDraft.Meta] = new JsonObject
        {
            ["version"] = item.Version,
            ["revision"] = item.Revision,
            ["updatedAt"] = JsonValue.Create(item.UpdatedAt),
            ["updatedBy"] = item.UpdatedBy,
        };
        if (item.Kind == RegistryKind.Credential)
        {
            // Said plainly beside every credential: whether it guards anything, or is inventory.
            json[DocumentDraft.Meta]!["enforced"] =
                StoredBody.Read(item, out _) is Credential credential && CredentialKinds.IsEnforced(credential.Kind);
        }

        return json;
    }

    public static byte[] RenderBytes(RegistryItem item) => JsonSerializer.SerializeToUtf8Bytes(Render(item));

    /// <summary>The canonical JSON for audit records, without secrets.</summary>
    public static string? ForRecord(RegistryKind kind, string? json)
    {
        if (json is null)
        {
            return null;
        }

        var node = StoredBody.WithoutNotes(json);
        Redact(kind, node);
        return node.ToJsonString();
    }

    private static void Redact(RegistryKind kind, JsonObject json)
    {
        if (kind == RegistryKind.AdminKey)
        {
            json.Remove("hash");
        }
    }
}
