using PhiGateway.Fhir.Grammar;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Searching;

/// <summary>Reads chained parameters and <c>_has</c>, link by link: every type walked is searched, so each becomes a part.</summary>
internal static class ChainReader
{
    // Deeper walks are no use that anyone has approved, and each link multiplies the types.
    private const int MaxLinks = 3;

    /// <summary>Reads what is left of a name from a type: a chain, a <c>_has</c>, or the last filter.</summary>
    internal static Refusal? Read(SearchReading reading, ResourceType from, string name, string value, int depth, out string canonical)
    {
        canonical = value;
        if (depth > MaxLinks)
        {
            return Refusal.Parameter("chain is too long");
        }

        if (name.StartsWith("_has:", StringComparison.Ordinal))
        {
            return ReadReverse(reading, from, name["_has:".Length..], value, depth, out canonical);
        }

        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot < 0
            ? ReadEnd(reading, from, name, value, out canonical)
            : ReadLink(reading, from, name[..dot], name[(dot + 1)..], value, depth, out canonical);
    }

    private static Refusal? ReadLink(
        SearchReading reading,
        ResourceType from,
        string link,
        string rest,
        string value,
        int depth,
        out string canonical
    )
    {
        canonical = value;
        if (FilterReader.Find(reading.Context, from, link, out var definition, out var modifier, isLink: true) is { } unknown)
        {
            return unknown;
        }

        if (definition.Kind != SearchParameterKind.Reference || rest.Length == 0)
        {
            return Refusal.Parameter("chain through a parameter that is no reference");
        }

        if (definition.Rules is { } rules && !rules.Chains.Contains(FirstOf(rest)))
        {
            return Refusal.Parameter("chain that the parameter's definition does not list");
        }

        var isOfPatients = modifier.Length > 0 ? modifier == ResourceType.Patient.Name : UsedParameter.LeadsToPatients(definition);
        reading.Use(new UsedParameter(from, definition, IsSort: false) { IsOfPatients = isOfPatients });
        if (modifier.Length > 0)
        {
            return ResourceType.TryParse(modifier, out var only)
                ? Walk(reading, only, PartRole.Chain, definition, rest, value, depth, out canonical)
                : Refusal.Parameter("chain with a modifier that is no type");
        }

        return definition.TargetsAnything
            ? Refusal.Parameter("chain through a reference to anything needs its type")
            : ReadTargets(reading, definition, rest, value, depth, out canonical);
    }

    private static string FirstOf(string rest) => rest.AsSpan().IndexOfAny('.', ':') is var end and >= 0 ? rest[..end] : rest;

    // The server follows the chain into every target type that knows the rest of it, so all of those are asked.
    private static Refusal? ReadTargets(
        SearchReading reading,
        SearchParameterDefinition definition,
        string rest,
        string value,
        int depth,
        out string canonical
    )
    {
        canonical = value;
        var first = FirstOf(rest);
        var walked = 0;
        var targets = definition
            .Targets.Members()
            .Where(target => first == "_has" || reading.Context.TryFind(target, first, out _))
            .ToArray();

        // A walk that is one of several may leave out what the client may not search; one within another walk is told apart by its depth.
        var oneOf = targets.Length > 1 ? string.Create(null, $"{depth} {definition.Name}.{rest}") : null;
        foreach (var target in targets)
        {
            if (Walk(reading, target, PartRole.Chain, definition, rest, value, depth, out var spelling, oneOf) is { } refusal)
            {
                return refusal;
            }

            if (walked++ > 0 && !string.Equals(spelling, canonical, StringComparison.Ordinal))
            {
                return Refusal.Query("value means different things at the ends of the chain");
            }

            canonical = spelling;
        }

        return walked > 0 ? null : Refusal.Parameter("chain ends in a parameter that no target knows");
    }

    private static Refusal? ReadReverse(
        SearchReading reading,
        ResourceType from,
        string name,
        string value,
        int depth,
        out string canonical
    )
    {
        canonical = value;
        var first = name.IndexOf(':', StringComparison.Ordinal);
        var second = first < 0 ? -1 : name.IndexOf(':', first + 1);
        if (second < 0 || second == name.Length - 1 || !ResourceType.TryParse(name.AsSpan(0, first), out var source))
        {
            return Refusal.Parameter("_has is not _has:Type:reference-parameter:parameter");
        }

        if (
            !reading.Context.TryFind(source, name[(first + 1)..second], out var link)
            || link.Kind != SearchParameterKind.Reference
            || !link.Targets.Contains(from)
        )
        {
            return Refusal.Parameter("_has through a parameter that does not point at the type");
        }

        var back = new UsedParameter(source, link, IsSort: false) { IsOfPatients = from == ResourceType.Patient };
        reading.Use(back);
        return Walk(reading, source, PartRole.ReverseChain, link, name[(second + 1)..], value, depth, out canonical, back: back);
    }

    private static Refusal? Walk(
        SearchReading reading,
        ResourceType type,
        PartRole role,
        SearchParameterDefinition through,
        string rest,
        string value,
        int depth,
        out string canonical,
        string? oneOf = null,
        UsedParameter? back = null
    )
    {
        var inner = new SearchReading(reading.Context, reading.Budget, type, isCondition: true);
        if (back is { } link)
        {
            inner.Use(link);
        }

        var refusal = Read(inner, type, rest, value, depth + 1, out canonical);
        if (refusal is not null)
        {
            return refusal;
        }

        var isForward = role == PartRole.Chain;
        reading.Add(
            new AccessPart
            {
                Interaction = Interaction.SearchType,
                Type = type,
                Role = role,
                // As grants name it.
                Include = isForward ? null : $"_has:{type.Name}:{through.Name}",
                Patients = inner.Patients,
                Conditions = inner.Conditions,
                Uses = inner.Uses,
                OneOf = oneOf,
                IsSeparable = isForward && through.IsSingle,
                // Backwards, the references that lead to the type searched are read out of what is found.
                IsResolvable = isForward || through.Paths.Count > 0,
                IsAttributed = PatientPathTable.Instance.IsKnownByItself(type),
            }
        );
        foreach (var used in inner.Used)
        {
            reading.Use(used);
        }

        // They were paid for where they were found.
        reading.AddRange(inner.Others);
        return reading.Budget.IsSpent ? reading.Budget.Refusal : null;
    }

    private static Refusal? ReadEnd(SearchReading reading, ResourceType type, string name, string value, out string canonical)
    {
        canonical = value;
        if (FilterReader.Find(reading.Context, type, name, out var definition, out var modifier) is { } unknown)
        {
            return unknown;
        }

        if (FilterReader.Read(reading, type, definition, modifier, value, out var filter) is { } refusal)
        {
            return refusal;
        }

        reading.Use(new UsedParameter(type, definition, IsSort: false) { IsOfPatients = filter.Patients is not null });
        canonical = filter.Canonical;
        if (filter.Condition is { } condition)
        {
            reading.AddCondition(condition);
        }

        return filter.Patients is { } patients ? reading.Name(patients) : null;
    }
}
