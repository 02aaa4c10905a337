using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Admin.Documents;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Editing;

/// <summary>Turns what a caller sent into the canonical document that would be stored, or says everything that is wrong with it.</summary>
internal static class DocumentDraft
{
    /// <summary>Reads a new version of a document.</summary>
    /// <param name="route">Which kind.</param>
    /// <param name="body">What was sent; taken over.</param>
    /// <param name="id">The id in the path; null: the body names it.</param>
    /// <param name="current">What is stored now; null: nothing.</param>
    /// <param name="actor">Who writes.</param>
    /// <param name="prefix">Pointer of the body within a larger one.</param>
    public static Outcome<Draft> Read(
        RegistryRoute route,
        JsonObject body,
        string? id,
        JsonObject? current,
        string actor,
        string prefix = ""
    )
    {
        body.Remove(DocumentMeta.Member);
        if (id is not null)
        {
            if (body["id"] is { } written && !(written is JsonValue value && value.TryGetValue<string>(out var text) && text == id))
            {
                return AdminProblem.Invalid(
                    prefix + "/id",
                    "id-differs",
                    "The id in the body is not the one in the path; ids never change."
                );
            }

            body["id"] = id;
        }

        if (ManagedMembers.Carry(route, current, body, prefix) is { Count: > 0 } managed)
        {
            return AdminProblem.Invalid(managed);
        }

        Stamp(route, body, current, actor);
        if (DocumentShape.Read(body, route.Type, prefix).Failed(out var problem, out var entity))
        {
            return problem;
        }

        if (!DocumentId.IsValid(entity.Id))
        {
            return AdminProblem.Invalid(prefix + "/id", "malformed-id", DocumentId.Rule);
        }

        if (KindRules.Check(entity, current is not null, prefix) is { Count: > 0 } findings)
        {
            return AdminProblem.Invalid(findings);
        }

        return new Draft(entity.Id, entity, JsonSerializer.Serialize(entity, route.Type, RegistryJson.Options));
    }

    // Who changed the content is kept beside it, so that nobody approves a change of their own.
    private static void Stamp(RegistryRoute route, JsonObject body, JsonObject? current, string actor)
    {
        if (route.Kind == RegistryKind.Review && current is null)
        {
            body["by"] = actor;
        }

        if (route.Managed.Contains("changedBy") && !SameContent(route, body, current))
        {
            body["changedBy"] = actor;
        }
    }

    private static bool SameContent(RegistryRoute route, JsonObject body, JsonObject? current)
    {
        if (current is null)
        {
            return false;
        }

        // Compared in canonical form: a default that is left out is no change.
        return DocumentShape.Read((JsonObject)body.DeepClone(), route.Type) is { Value: { } entity }
            && JsonNode.DeepEquals(JsonSerializer.SerializeToNode(entity, route.Type, RegistryJson.Options), Canonical(route, current));
    }

    private static JsonNode? Canonical(RegistryRoute route, JsonObject json) =>
        DocumentShape.Read((JsonObject)json.DeepClone(), route.Type) is { Value: { } entity }
            ? JsonSerializer.SerializeToNode(entity, route.Type, RegistryJson.Options)
            : json;
}

/// <summary>A document ready to be stored.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Entity">Typed form.</param>
/// <param name="Json">Canonical form.</param>
internal sealed record Draft(string Id, IRegistryEntity Entity, string Json);
