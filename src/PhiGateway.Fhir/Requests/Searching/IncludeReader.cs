using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Searching;

/// <summary>Reads <c>_include</c> and <c>_revinclude</c>: every type that could be pulled in becomes a part of the request.</summary>
internal static class IncludeReader
{
    internal static Refusal? Read(SearchReading reading, string name, string value)
    {
        if (IsOfEvery(new QueryParameter(name, value)))
        {
            return ReadEvery(reading, name, value);
        }

        var isReverse = name.StartsWith("_rev", StringComparison.Ordinal);
        var iterates = name.EndsWith(":iterate", StringComparison.Ordinal);
        var pieces = value.Split(':');
        if (
            pieces.Length is < 2 or > 3
            || !ResourceType.TryParse(pieces[0], out var source)
            || !reading.Context.TryFind(source, pieces[1], out var link)
            || link.Kind != SearchParameterKind.Reference
        )
        {
            return Refusal.Parameter("include is not Type:reference-parameter[:Type]");
        }

        var target = default(ResourceType);
        if (pieces.Length == 3 && (!ResourceType.TryParse(pieces[2], out target) || !link.Targets.Contains(target)))
        {
            return Refusal.Parameter("include names a type that the parameter cannot point at");
        }

        if (isReverse)
        {
            var pointsHere = target.IsNone ? link.Targets.Contains(reading.Type) : target == reading.Type;
            if (!iterates && !pointsHere)
            {
                return StartElsewhere(target.IsNone ? !link.Targets.Intersect(reading.Beside).IsEmpty : reading.Beside.Contains(target));
            }

            var toPatients = target == ResourceType.Patient || LeadsToPatients(reading, link, iterates && target.IsNone);
            reading.Add(Part(source, PartRole.RevInclude, value, source, link, toPatients));
            return null;
        }

        if (!iterates && source != reading.Type)
        {
            return StartElsewhere(reading.Beside.Contains(source));
        }

        if (!target.IsNone)
        {
            reading.Add(Part(target, PartRole.Include, value, source, link, target == ResourceType.Patient));
            return null;
        }

        // Without a type it means whatever is pointed at: of several possible types those that are not permitted fall out.
        var isWildcard = link.Targets.Members().Skip(1).Any();
        foreach (var possible in link.Targets.Members())
        {
            reading.Add(
                Part(possible, PartRole.Include, value, source, link, possible == ResourceType.Patient) with
                {
                    IsWildcard = isWildcard,
                }
            );
        }

        return null;
    }

    /// <summary>
    /// Whether it includes whatever a type points at, or points here by: <c>_include=Encounter:*</c>, <c>_revinclude=Observation:*</c>.
    /// </summary>
    internal static bool IsOfEvery(QueryParameter parameter) =>
        ResultParameters.IsInclude(parameter.Name) && parameter.Value.EndsWith(":*", StringComparison.Ordinal);

    // Every reference of the type is a part that may fall out: what remains is what the grants name.
    private static Refusal? ReadEvery(SearchReading reading, string name, string value)
    {
        if (!ResourceType.TryParse(value.AsSpan(0, value.Length - 2), out var source))
        {
            return StartElsewhere(isSearched: false);
        }

        if (name == "_include" && source != reading.Type)
        {
            return StartElsewhere(reading.Beside.Contains(source));
        }

        var isReverse = name.StartsWith("_rev", StringComparison.Ordinal);
        foreach (var link in SearchGrammar.Of(source).Values.Concat(reading.Context.Declared.Of(source).Values))
        {
            if (link.Kind != SearchParameterKind.Reference)
            {
                continue;
            }

            if (isReverse)
            {
                AddReverse(reading, name, source, link);
                continue;
            }

            foreach (var possible in link.Targets.Members())
            {
                reading.Add(
                    Part(
                        possible,
                        PartRole.Include,
                        link.TargetsAnything ? $"{source.Name}:{link.Name}" : $"{source.Name}:{link.Name}:{possible.Name}",
                        source,
                        link,
                        possible == ResourceType.Patient
                    ) with
                    {
                        IsWildcard = true,
                        IsOfEveryInclude = true,
                    }
                );
            }
        }

        return null;
    }

    // What points at the type searched; with :iterate, at anything that came along.
    private static void AddReverse(SearchReading reading, string name, ResourceType source, SearchParameterDefinition link)
    {
        var iterates = name == "_revinclude:iterate";
        if (iterates || link.Targets.Contains(reading.Type))
        {
            var toPatients = LeadsToPatients(reading, link, iterates);
            reading.Add(
                Part(source, PartRole.RevInclude, $"{source.Name}:{link.Name}", source, link, toPatients) with
                {
                    IsWildcard = true,
                    IsOfEveryInclude = true,
                }
            );
        }
    }

    // Backwards it leads to what is searched; iterated, to whatever came along.
    private static bool LeadsToPatients(SearchReading reading, SearchParameterDefinition link, bool iterates) =>
        UsedParameter.LeadsToPatients(link) || (!iterates && reading.Type == ResourceType.Patient);

    // Of a search over several types it is read with the one that it starts from, once.
    private static Refusal? StartElsewhere(bool isSearched) =>
        isSearched ? null : Refusal.Parameter("include cannot start from the type searched");

    // Whole resources come back, so it is reading, whatever the way in.
    private static AccessPart Part(
        ResourceType type,
        PartRole role,
        string value,
        ResourceType source,
        SearchParameterDefinition link,
        bool toPatients
    ) =>
        new()
        {
            Interaction = Interaction.Read,
            Type = type,
            Role = role,
            Include = value,
            LinkedFrom = source,
            LinkedBy = UsedElements.Of(link, toPatients),
        };
}
