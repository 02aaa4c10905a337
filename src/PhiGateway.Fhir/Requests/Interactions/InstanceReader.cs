using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Fhir.Requests.Searching;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>Reads the interactions read and vread: one resource by its id, and perhaps its version.</summary>
internal static class InstanceReader
{
    internal static Reading<FhirRequest> Read(RequestSource source, ResourceType type, string id, string? version)
    {
        var query = source.Line.Query;
        for (var i = 0; i < query.Count; i++)
        {
            if (query[i].Name is not ("_format" or "_pretty" or "_summary" or "_elements"))
            {
                return Refusal.Parameter("read takes no such parameter").About(query[i].Name).As<FhirRequest>();
            }

            if (!ResultParameters.HasShape(query[i].Name, query[i].Value) || query[i].Value == "count")
            {
                return Refusal.Query("result parameter's value is not one it takes").About(query[i].Name).As<FhirRequest>();
            }
        }

        var interaction = version is null ? Interaction.Read : Interaction.VRead;
        return Reading<FhirRequest>.Of(
            new FhirRequest
            {
                Canonical = source.Line,
                Interaction = interaction,
                Type = type,
                Id = id,
                VersionId = version,
                Parameters = query,
                Parts =
                [
                    new AccessPart
                    {
                        Interaction = interaction,
                        Type = type,
                        Id = id,
                        Patients = PathPatient.Of(type, id),
                    },
                ],
                Headers = source.Headers,
                AsksContent = RequestHeaders.AsksContent(source),
                Template = RouteTemplate.Of(source.Method, type, version is null ? "/{id}" : "/{id}/_history/{vid}"),
            }
        );
    }
}
