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
    // _summary, _elements and _total say how the answer is written (R4 3.1.0.1.5: parameters for all interactions); some clients add them to
    // each of their histories. Their order is the one that they have anyway.
    private static readonly string[] Known = ["_count", "_since", "_at", "_format", "_pretty", "_summary", "_elements", "_total", "_sort"];

    internal static Reading<FhirRequest> Read(RequestSource source, ResourceType type, string? id)
    {
        if (Check(source.Line.Query, out var parameters) is { } refusal)
        {
            return refusal.As<FhirRequest>();
        }

        return id is null ? ReadMany(source, type, parameters) : ReadOne(source, type, id, parameters);
    }

    private static Reading<FhirRequest> ReadOne(
        RequestSource source,
        ResourceType type,
        string id,
        IReadOnlyList<QueryParameter> parameters
    ) =>
        Reading<FhirRequest>.Of(
            new FhirRequest
            {
                Canonical = source.Line,
                Interaction = Interaction.HistoryInstance,
                Type = type,
                Id = id,
                Parameters = parameters,
                Parts = [Part(Interaction.HistoryInstance, type, id, PathPatient.Of(type, id))],
                Headers = source.Headers,
                Template = RouteTemplate.Of(source.Method, type, "/{id}/_history"),
            }
        );

    private static Reading<FhirRequest> ReadMany(RequestSource source, ResourceType type, IReadOnlyList<QueryParameter> parameters)
    {
        var interaction = type.IsNone ? Interaction.HistorySystem : Interaction.HistoryType;
        return Reading<FhirRequest>.Of(
            new FhirRequest
            {
                Canonical = source.Line,
                Interaction = interaction,
                Type = type,
                Parameters = parameters,
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

    // Gives the parameters as they go upstream: a date with the plus that a form takes for a space.
    private static Refusal? Check(IReadOnlyList<QueryParameter> query, out IReadOnlyList<QueryParameter> parameters)
    {
        parameters = query;
        QueryParameter[]? rewritten = null;
        var seen = 0;
        for (var i = 0; i < query.Count; i++)
        {
            var (name, value) = query[i];
            var at = Array.IndexOf(Known, name);
            if (at < 0)
            {
                return Refusal.Parameter("history takes no such parameter").About(name);
            }

            var isDate = at is 1 or 2;
            var date = isDate ? SearchValue.WithPlus(value) : value;
            var fits = name switch
            {
                _ when isDate => SearchValue.HasShape(SearchParameterKind.Date, date),
                "_sort" => value == "-_lastUpdated",

                // How many versions there are counts what is withheld.
                "_summary" => value != "count" && ResultParameters.HasShape(name, value),
                _ => ResultParameters.HasShape(name, value),
            };
            if (!fits || (seen & 1 << at) != 0)
            {
                return Refusal.Query("history parameter twice or out of shape").About(name);
            }

            seen |= 1 << at;
            if (!ReferenceEquals(date, value))
            {
                rewritten ??= [.. query];
                rewritten[i] = new QueryParameter(name, date);
            }
        }

        parameters = rewritten ?? query;
        return null;
    }
}
