using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Fhir.Requests.Searching;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>Reads a search over several types: each is read by its own grammar and becomes a part of its own.</summary>
internal static class SystemSearchReader
{
    internal static Reading<FhirRequest> Read(RequestSource source)
    {
        if (ReadTypes(source, ResourceTypeSet.All, Interaction.SearchSystem, isWildcard: true, out var reading) is { } refusal)
        {
            return refusal.As<FhirRequest>();
        }

        return Reading<FhirRequest>.Of(
            new FhirRequest
            {
                Canonical = source.Line,
                Interaction = Interaction.SearchSystem,
                Parameters = reading.Parameters,
                Parts = reading.Parts,
                Headers = source.Headers,
                Template = source.Method == "POST" ? "POST /_search" : $"{source.Method} /?",
            }
        );
    }

    /// <summary>Reads the parameters once per type: those of <c>_type</c>, or all that are possible.</summary>
    internal static Refusal? ReadTypes(
        RequestSource source,
        ResourceTypeSet possible,
        Interaction interaction,
        bool isWildcard,
        out SystemSearch search,
        ResourceType compartment = default
    )
    {
        search = new SystemSearch([], []);
        if (SearchInput.Merge(source, out var parameters) is { } unmerged)
        {
            return unmerged;
        }

        var types = possible;
        var isNamed = TypeList.Find(parameters, out var rest, out var typeList);
        if (isNamed && (!TypeList.TryRead(typeList, out types) || types.Intersect(possible) != types))
        {
            return Refusal.Parameter("_type is not one list of known types").About("_type");
        }

        var parts = new List<AccessPart>();
        var canonical = rest;
        foreach (var type in types.Members())
        {
            var reading = new SearchReading(source.Context, source.Budget, type, isCondition: false) { Beside = types };
            CompartmentReader.Use(reading, compartment);
            if (SearchReader.Read(reading, rest) is { } refusal)
            {
                return refusal;
            }

            parts.Add(
                new AccessPart
                {
                    Interaction = interaction,
                    Type = type,
                    Patients = reading.Patients,
                    Conditions = reading.Conditions,
                    Uses = reading.Uses,
                    IsWildcard = isWildcard && !isNamed,
                }
            );
            parts.AddRange((reading.Others ?? []).Select(static part => part with { IsResolvable = false }));
            var spelled = reading.Canonical(rest);
            if (!ReferenceEquals(spelled, rest))
            {
                canonical = spelled;
            }
        }

        search = new SystemSearch(isNamed ? [.. canonical, new QueryParameter("_type", typeList)] : canonical, parts);
        return null;
    }
}
