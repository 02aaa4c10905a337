using PhiGateway.Fhir.Compartments;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Forwarding;

/// <summary>Confines a search to the records of some patients, by the one parameter that looks at all of a type's owner elements.</summary>
internal static class OwnerParameter
{
    private static readonly string[] Preferred = ["patient", "subject"];
    private static readonly string?[] Names = Load();

    /// <summary>
    /// The parameter with the patients as alternatives; null where a record may be nobody's, or its owner stands where no single parameter
    /// looks, or is that of what it speaks of.
    /// </summary>
    internal static KeyValuePair<string, string>? For(ResourceType type, IReadOnlyList<PatientId> patients)
    {
        if (patients.Count == 0 || Names[type.Index] is not { } name)
        {
            return null;
        }

        var prefix = type == ResourceType.Patient ? string.Empty : "Patient/";
        return KeyValuePair.Create(name, string.Join(',', patients.Select(patient => prefix + patient.Value)));
    }

    private static string?[] Load()
    {
        var names = new string?[ResourceType.IndexCount];
        foreach (var type in CompartmentCatalog.Members(ResourceType.Patient).Members())
        {
            if (PatientPathTable.Instance.For(type).OfTargets)
            {
                continue;
            }

            var owners = PatientOwnership.OwnerElements(type);
            var fit = SearchGrammar
                .Of(type)
                .Values.Where(parameter => parameter.IsOwner && parameter.Paths.Count == owners.Count)
                .Select(static parameter => parameter.Name)
                .ToHashSet(StringComparer.Ordinal);
            names[type.Index] =
                type == ResourceType.Patient
                    ? "_id"
                    : Preferred.FirstOrDefault(fit.Contains) ?? fit.Order(StringComparer.Ordinal).FirstOrDefault();
        }

        return names;
    }
}
