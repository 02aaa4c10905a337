using System.Text.Json;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>
/// Finds what the call of a writing operation names beside the resources that it submits: a reference, an identifier, an id. What is named
/// may be what the operation changes. Asked by <see cref="OperationParts"/>.
/// </summary>
internal static class OperationTargets
{
    // A value of these types names something by itself, whatever the text is.
    private static readonly string[] Names = ["Reference", "Identifier", "id", "uri", "url", "canonical", "oid", "uuid"];

    /// <summary>Whether anything is named, and the types of records of this server that are.</summary>
    /// <param name="source">The request; its body was read as Parameters before.</param>
    /// <param name="operation">Says what type an input has.</param>
    /// <param name="types">Types of the records that are named by a literal reference.</param>
    internal static bool Find(RequestSource source, OperationDefinition operation, out ResourceTypeSet types)
    {
        types = default;
        var isNamed = false;
        if (source.Body.IsEmpty)
        {
            return false;
        }

        using var document = JsonDocument.Parse(source.Body, new JsonDocumentOptions { MaxDepth = source.Context.MaxDepth });
        foreach (var parameter in StrictJson.Items(document.RootElement, "parameter"))
        {
            var isName = operation.Inputs.TryGetValue(StrictJson.Text(parameter, "name") ?? string.Empty, out var type) && IsName(type);
            isNamed |= Look(parameter, source.Context, isName, ref types);
        }

        return isNamed;
    }

    private static bool Look(JsonElement parameter, FhirContext context, bool isName, ref ResourceTypeSet types)
    {
        var isNamed = false;
        foreach (var member in parameter.ValueKind == JsonValueKind.Object ? parameter.EnumerateObject() : default)
        {
            if (member.Name.StartsWith("value", StringComparison.Ordinal))
            {
                isNamed |= LookInto(member.Value, context, isReference: true, ref types) || isName || IsName(member.Name["value".Length..]);
            }
        }

        // The depth is that of the body, which is bounded.
        foreach (var part in StrictJson.Items(parameter, "part"))
        {
            isNamed |= Look(part, context, isName, ref types);
        }

        return isNamed;
    }

    // A text that reads as a reference is one, and so is whatever stands in the reference of a datatype: an author, a signer, a source.
    private static bool LookInto(JsonElement value, FhirContext context, bool isReference, ref ResourceTypeSet types)
    {
        var isNamed = false;
        switch (value.ValueKind)
        {
            case JsonValueKind.String when isReference:
                return LocalReference.TryRead(value.GetString(), context, out var reference) && Add(reference.Type, ref types);
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    isNamed |= LookInto(item, context, isReference: false, ref types);
                }

                return isNamed;
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    var isOne = member.NameEquals("reference"u8);
                    isNamed |= LookInto(member.Value, context, isOne, ref types) || isOne;
                }

                return isNamed;
            default:
                return false;
        }
    }

    private static bool Add(ResourceType type, ref ResourceTypeSet types)
    {
        types = types.With(type);
        return true;
    }

    private static bool IsName(string type) => Array.Exists(Names, name => name.Equals(type, StringComparison.OrdinalIgnoreCase));
}
