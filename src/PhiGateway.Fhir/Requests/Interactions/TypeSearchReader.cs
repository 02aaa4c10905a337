using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Fhir.Requests.Searching;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>Reads a search of one type, by GET or POST, alone or within a compartment.</summary>
internal static class TypeSearchReader
{
    internal static Reading<FhirRequest> Read(
        RequestSource source,
        ResourceType type,
        ResourceType compartment,
        string? compartmentId,
        string suffix
    )
    {
        if (SearchInput.Merge(source, out var parameters) is { } unmerged)
        {
            return unmerged.As<FhirRequest>();
        }

        var reading = new SearchReading(source.Context, source.Budget, type, isCondition: false);
        CompartmentReader.Use(reading, compartment);
        if (SearchReader.Read(reading, parameters) is { } refusal)
        {
            return refusal.As<FhirRequest>();
        }

        if (compartment == ResourceType.Patient && reading.Name(PathPatient.Of(compartment, compartmentId!)) is { } contradiction)
        {
            return contradiction.As<FhirRequest>();
        }

        var main = new AccessPart
        {
            Interaction = Interaction.SearchType,
            Type = type,
            Patients = reading.Patients,
            Conditions = reading.Conditions,
            Uses = reading.Uses,
            PatientInPath = compartment == ResourceType.Patient,
        };
        return Reading<FhirRequest>.Of(
            new FhirRequest
            {
                Canonical = source.Line,
                Interaction = Interaction.SearchType,
                Type = type,
                CompartmentType = compartment,
                CompartmentId = compartmentId,
                Parameters = reading.Canonical(parameters),
                Parts = reading.Others is null ? [main] : [main, .. reading.Others],
                Headers = source.Headers,
                Template = compartmentId is null
                    ? RouteTemplate.Of(source.Method, type, suffix)
                    : $"{source.Method} /{compartment.Name}/{{id}}/{type.Name}{suffix}",
            }
        );
    }
}
