using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.AuthZen;

/// <summary>
/// Makes the facts by which a record is judged out of what is told of it. Security: whose it is and how sensitive must be told; what is not
/// told is never taken for harmless.
/// </summary>
internal static class RecordFacts
{
    private const int MostValues = 64;

    /// <summary>The facts, or the words that say what is missing or cannot be read.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="id">Its logical id.</param>
    /// <param name="told">What is told of it.</param>
    /// <param name="facts">What it is judged by; empty when words came back.</param>
    public static string? Read(ResourceType type, string id, JsonObject told, out ResourceFacts facts)
    {
        facts = new ResourceFacts();
        facts.Reset();
        facts.Type = type;
        facts.Id = id;
        if ((Owners(type, id, told, facts) ?? Labels(told, facts)) is { } missing)
        {
            return missing;
        }

        foreach (var (name, node) in told)
        {
            if (name is "patient" or "labels" or "confidentiality" or "current")
            {
                continue;
            }

            // Of another kind than text: it says nothing, and no condition is met by it.
            foreach (var value in Texts(node) ?? [])
            {
                if (TokenValue.TryParse(value, out var token))
                {
                    facts.AddToken(new TokenFact(name, token.System, token.Code));
                }
            }
        }

        return null;
    }

    private static string? Owners(ResourceType type, string id, JsonObject told, ResourceFacts facts)
    {
        if (type == ResourceType.Patient)
        {
            // A patient's record is that patient's, whatever else is told.
            facts.Owner = OwnerState.Known;
            facts.AddOwner(PatientId.Parse(id));
            return null;
        }

        if (!told.TryGetPropertyValue("patient", out var node))
        {
            return "resource.properties.patient must say whose record it is; an empty list: it names no patient.";
        }

        if (Texts(node) is not { } patients)
        {
            return "resource.properties.patient must be an id or a list of ids.";
        }

        foreach (var patient in patients)
        {
            if (!PatientId.TryParse(patient, out var owner))
            {
                return "resource.properties.patient holds what is no FHIR id.";
            }

            facts.AddOwner(owner);
        }

        if (patients.Count > 0)
        {
            facts.Owner = OwnerState.Known;
            return null;
        }

        // As on the gateway's own way: only of a type that may stand for nobody is one that names nobody taken for such.
        facts.Owner = RecordNames.MayBeNobodys(type) ? OwnerState.NotPatientData : OwnerState.Undetermined;
        facts.NamesNoPatient = true;
        return null;
    }

    private static string? Labels(JsonObject told, ResourceFacts facts)
    {
        if (!told.TryGetPropertyValue("labels", out var node))
        {
            return "resource.properties.labels must say how it is labelled (meta.security, inline labels too); an empty list: it is not.";
        }

        if (Texts(node) is not { } labels)
        {
            return "resource.properties.labels must be a list of system|code.";
        }

        foreach (var label in labels)
        {
            if (!TokenValue.TryParse(label, out var value) || value is not { System: { } system, Code: { } code })
            {
                return "resource.properties.labels must be a list of system|code.";
            }

            if (system == ConfidentialityCodes.System)
            {
                // Whatever code is unknown counts as the highest.
                _ = ConfidentialityCodes.TryParse(code, out var rank);
                facts.Raise(rank);
            }
            else
            {
                facts.AddLabel(new SecurityLabel(system, code));
            }
        }

        // Without a word about it a record counts as normal, and no word makes it less than that here.
        facts.Raise(Confidentiality.Normal);
        if (!told.TryGetPropertyValue("confidentiality", out var level))
        {
            return null;
        }

        if (Texts(level) is not [var letter] || !ConfidentialityCodes.TryParse(letter, out var height))
        {
            return "resource.properties.confidentiality must be one of U L M N R V.";
        }

        facts.Raise(height);
        return null;
    }

    // Null: of another kind, or more than a description holds.
    private static List<string>? Texts(JsonNode? node)
    {
        var found = new List<string>();
        foreach (var one in node is JsonArray several ? [.. several] : new[] { node })
        {
            switch (one?.GetValueKind())
            {
                case JsonValueKind.String when found.Count < MostValues:
                    found.Add(one.GetValue<string>());
                    break;
                case JsonValueKind.True or JsonValueKind.False when found.Count < MostValues:
                    found.Add(one.GetValueKind() == JsonValueKind.True ? "true" : "false");
                    break;
                default:
                    return null;
            }
        }

        return found;
    }
}
