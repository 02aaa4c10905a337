using PhiGateway.Fhir.Compartments;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Fhir.Requests.Searching;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>Reads a search within a compartment: of one type, or with <c>*</c> of all.</summary>
internal static class CompartmentReader
{
    internal static Reading<FhirRequest> Read(
        RequestSource source,
        ResourceType compartment,
        string id,
        ResourceType type,
        string suffix
    ) =>
        CompartmentCatalog.IsCompartment(compartment) && CompartmentCatalog.Members(compartment).Contains(type)
            ? TypeSearchReader.Read(source, type, compartment, id, suffix)
            : NoCompartment();

    internal static Reading<FhirRequest> ReadAll(RequestSource source, ResourceType compartment, string id, string suffix)
    {
        if (!CompartmentCatalog.IsCompartment(compartment))
        {
            return NoCompartment();
        }

        if (
            SystemSearchReader.ReadTypes(
                source,
                CompartmentCatalog.Members(compartment),
                Interaction.SearchType,
                isWildcard: true,
                out var reading,
                compartment
            ) is
            { } refusal
        )
        {
            return refusal.As<FhirRequest>();
        }

        var patients = PathPatient.Of(compartment, id);
        if (patients.Length > 0)
        {
            for (var i = 0; i < reading.Parts.Count; i++)
            {
                var named = reading.Parts[i].Patients;
                if (named.Count > 0 && !(named.Count == 1 && named[0] == patients[0]))
                {
                    return Refusal.Query("compartment and parameter name different patients").As<FhirRequest>();
                }

                reading.Parts[i] = reading.Parts[i] with { Patients = patients, PatientInPath = true };
            }
        }

        return Reading<FhirRequest>.Of(
            new FhirRequest
            {
                Canonical = source.Line,
                Interaction = Interaction.SearchSystem,
                CompartmentType = compartment,
                CompartmentId = id,
                Parameters = reading.Parameters,
                Parts = reading.Parts,
                Headers = source.Headers,
                Template = $"{source.Method} /{compartment.Name}/{{id}}{suffix}",
            }
        );
    }

    /// <summary>
    /// Notes what a search in a compartment looks at: it filters by the references that lead there. Whose record it is stands in the open, so
    /// that of a patient betrays nothing.
    /// </summary>
    internal static void Use(SearchReading reading, ResourceType compartment)
    {
        if (compartment.IsNone || compartment == ResourceType.Patient)
        {
            return;
        }

        foreach (var name in CompartmentCatalog.Parameters(compartment, reading.Type))
        {
            if (reading.Context.TryFind(reading.Type, name, out var parameter))
            {
                reading.Use(new UsedParameter(reading.Type, parameter, IsSort: false));
            }
        }
    }

    private static Reading<FhirRequest> NoCompartment() =>
        Reading<FhirRequest>.Refused(DenyReason.NotUnderstood, "type is not in a compartment of that name");
}
