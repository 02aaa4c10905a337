using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;

namespace PhiGateway.RegistryFiles.Documents;

/// <summary>Turns what a caller sent into the canonical document that would be stored, or says everything that is wrong with it.</summary>
public static class DocumentDraft
{
    /// <summary>The read-only member that answers carry beside a document's own.</summary>
    public const string Meta = "meta";

    private const string ChangedBy = "changedBy";

    /// <summary>Reads a new version of a document.</summary>
    /// <param name="kind">Which kind.</param>
    /// <param name="body">What was sent; taken over.</param>
    /// <param name="id">The id in the path; null: the body names it.</param>
    /// <param name="current">What is stored now; null: nothing.</param>
    /// <param name="actor">Who writes.</param>
    /// <param name="prefix">Pointer of the body within a larger one.</param>
    /// <param name="isOwn">Whether the caller has set the managed members itself, as for a new admin key.</param>
    public static Checked<Draft> Read(
        RegistryKind kind,
        JsonObject body,
        string? id,
        JsonObject? current,
        string actor,
        string prefix = "",
        bool isOwn = false
    )
    {
        body.Remove(Meta);
        var members = isOwn ? [] : ManagedMembers.Of(kind);
        var type = RegistryJson.TypeOf(kind);
        if (id is not null)
        {
            if (body["id"] is { } written && !(written is JsonValue value && value.TryGetValue<string>(out var text) && text == id))
            {
                return DocumentRefusal.Invalid(
                    prefix + "/id",
                    "id-differs",
                    "The id in the body is not the one in the path; ids never change."
                );
            }

            body["id"] = id;
        }

        if (ManagedMembers.Carry(members, current, body, prefix) is { Count: > 0 } managed)
        {
            return DocumentRefusal.Invalid(managed);
        }

        Stamp(kind, members, body, current, actor);
        if (DocumentShape.Read(body, type, prefix).Failed(out var refusal, out var entity))
        {
            return refusal;
        }

        if (!RegistryId.IsValid(entity.Id))
        {
            return DocumentRefusal.Invalid(prefix + "/id", "malformed-id", RegistryId.Rule);
        }

        if (DocumentRules.Check(entity, prefix) is { Count: > 0 } findings)
        {
            return DocumentRefusal.Invalid(findings);
        }

        return new Draft(entity.Id, entity, JsonSerializer.Serialize(entity, type, RegistryJson.Options));
    }

    // Who changed the content is kept beside it, so that nobody approves a change of their own.
    private static void Stamp(RegistryKind kind, IReadOnlyList<string> members, JsonObject body, JsonObject? current, string actor)
    {
        // Of a search who kept it; of a review whose word it is that stands there, also where an earlier one is changed.
        var isTheirs = kind switch
        {
            RegistryKind.SavedSearch => current is null,
            RegistryKind.Review => !SameContent(typeof(Review), body, current),
            _ => false,
        };
        if (isTheirs)
        {
            body["by"] = actor;
        }

        if (members.Contains(ChangedBy) && !SameContent(RegistryJson.TypeOf(kind), body, current))
        {
            body[ChangedBy] = actor;
        }
    }

    private static bool SameContent(Type type, JsonObject body, JsonObject? current)
    {
        if (current is null)
        {
            return false;
        }

        // Compared in canonical form: a default that is left out is no change.
        return DocumentShape.Read((JsonObject)body.DeepClone(), type) is { Value: { } entity }
            && JsonNode.DeepEquals(JsonSerializer.SerializeToNode(entity, type, RegistryJson.Options), Canonical(type, current));
    }

    private static JsonNode? Canonical(Type type, JsonObject json) =>
        DocumentShape.Read((JsonObject)json.DeepClone(), type) is { Value: { } entity }
            ? JsonSerializer.SerializeToNode(entity, type, RegistryJson.Options)
            : json;
}

/// <summary>A document ready to be stored.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Entity">Typed form.</param>
/// <param name="Json">Canonical form.</param>
public sealed record Draft(string Id, IRegistryEntity Entity, string Json);
