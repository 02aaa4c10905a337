using System.Text.Json;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests.Bundles;
using PhiGateway.Fhir.Requests.Interactions;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Bodies;

/// <summary>
/// Checks the references in a request's body: conditional ones are added as searches, and <c>urn:uuid:</c> ones must point into the same
/// bundle.
/// </summary>
internal static class BodyReferences
{
    /// <summary>Adds the searches that the body would cause to the parts.</summary>
    internal static Refusal? Check(JsonElement body, RequestSource source, BodyFindings found) =>
        Check(body, NamesWithin(body), source, found);

    // A document (a message, a collection) that is stored brings its own names along: nobody resolves them anywhere else.
    private static HashSet<string>? NamesWithin(JsonElement body)
    {
        if (
            StrictJson.Text(body, "resourceType") != ResourceType.Bundle.Name
            || !body.TryGetProperty("entry", out var entries)
            || entries.ValueKind != JsonValueKind.Array
        )
        {
            return null;
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in entries.EnumerateArray())
        {
            if (RequestEntry.FullUrl(entry) is { } name)
            {
                names.Add(name);
            }
        }

        return names;
    }

    private static Refusal? Check(JsonElement element, HashSet<string>? within, RequestSource source, BodyFindings found)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                if (Check(item, within, source, found) is { } refusal)
                {
                    return refusal;
                }
            }
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in element.EnumerateObject())
            {
                var refusal = member.Value.ValueKind switch
                {
                    JsonValueKind.String when member.NameEquals("reference"u8) => CheckOne(
                        member.Value.GetString()!,
                        within,
                        source,
                        found
                    ),
                    JsonValueKind.String => null,
                    _ => Check(member.Value, within, source, found),
                };
                if (refusal is not null)
                {
                    return refusal;
                }
            }
        }

        return null;
    }

    private static Refusal? CheckOne(string reference, HashSet<string>? within, RequestSource source, BodyFindings found)
    {
        if (reference.StartsWith("urn:uuid:", StringComparison.Ordinal))
        {
            return
                within?.Contains(reference) == true || (source.Bundle is { IsTransaction: true } bundle && bundle.Names.IsKnown(reference))
                ? null
                : Refusal.Body("reference to a name that no entry of this transaction has");
        }

        if (!reference.Contains('?', StringComparison.Ordinal))
        {
            return null;
        }

        if (source.Bundle is not { IsTransaction: true })
        {
            return Refusal.Body("conditional reference outside a transaction");
        }

        if (
            !CanonicalReader.Read("GET", $"/{QueryText.Encode(reference)}", string.Empty).TryGet(out var line, out _)
            || line.Segments.Count != 1
            || !ResourceType.TryParse(line.Segments[0], out var type)
        )
        {
            return Refusal.Body("conditional reference is not Type?parameters");
        }

        if (ConditionReader.Read(source, type, line.Query, out var condition) is { } refusal)
        {
            return refusal;
        }

        found.Parts.AddRange(condition.Parts);
        found.Conditions.Add(new WriteCondition(condition.ToSearch(source.Line.Base), reference));
        return null;
    }
}
