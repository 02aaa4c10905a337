using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Fhir.Requests.Searching;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>Reads a history request of an instance, a type or the whole system; each parameter at most once (R4 3.1.0.10).</summary>
internal static class HistoryReader
{
    private static readonly string[] Known = ["_count", "_since", "_at", "_format", "_pretty"];

    internal static Reading<FhirRequest> Read(RequestSource source, ResourceType type, string? id)
    {
        if (Check(source.Line.Query) is { } refusal)
        {
            return refusal.As<FhirRequest>();
        }

        return id is null ? ReadMany(source, type) : ReadOne(source, type, id);
    }

    private static Reading<FhirRequest> ReadOne(RequestSource source, ResourceType type, string id) =>
        Reading<FhirRequest>.Of(
            new FhirRequest
            {
                Canonical = source.Line,
                Interaction = Interaction.HistoryInstance,
                Type = type,
                Id = id,
                Parameters = source.Line.Query,
                Parts = [Part(Interaction.HistoryInstance, type, id, PathPatient.Of(type, id))],
                Headers = source.Headers,
                Template = RouteTemplate.Of(source.Method, type, "/{id}/_history"),
            }
        );

    private static Reading<FhirRequest> ReadMany(RequestSource source, ResourceType type)
    {
        var interaction = type.IsNone ? Interaction.HistorySystem : Interaction.HistoryType;
        return Reading<FhirRequest>.Of(
            new FhirRequest
            {
                Canonical = source.Line,
                Interaction = interaction,
                Type = type,
                Parameters = source.Line.Query,
                Parts = type.IsNone ? EveryType.Asked(interaction) : [Part(interaction, type, null, [])],
                Headers = source.Headers,
                Template = type.IsNone ? $"{source.Method} /_history" : RouteTemplate.Of(source.Method, type, "/_history"),
            }
        );
    }

    private static AccessPart Part(Interaction interaction, ResourceType type, string? id, IReadOnlyList<PatientId> patients) =>
        new()
        {
            Interaction = interaction,
            Type = type,
            Id = id,
            Patients = patients,
        };

    private static Refusal? Check(IReadOnlyList<QueryParameter> query)
    {
        var seen = 0;
        for (var i = 0; i < query.Count; i++)
        {
            var at = Array.IndexOf(Known, query[i].Name);
            if (at < 0)
            {
                return Refusal.Parameter("history takes no such parameter");
            }

            var fits = at is 1 or 2
                ? SearchValue.HasShape(SearchParameterKind.Date, query[i].Value)
                : ResultParameters.HasShape(query[i].Name, query[i].Value);
            if (!fits || (seen & 1 << at) != 0)
            {
                return Refusal.Query("history parameter twice or out of shape");
            }

            seen |= 1 << at;
        }

        return null;
    }
}
