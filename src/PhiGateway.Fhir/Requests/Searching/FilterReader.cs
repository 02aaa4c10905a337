using System.Diagnostics.CodeAnalysis;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Searching;

/// <summary>Reads one filter: a parameter of a type, its modifier and its values, one by one.</summary>
internal static class FilterReader
{
    /// <summary>Finds the parameter and checks its modifier; <paramref name="modifier"/> is empty when there is none.</summary>
    /// <param name="context">Knows the parameters that were declared.</param>
    /// <param name="type">The type searched.</param>
    /// <param name="name">Parameter and modifier.</param>
    /// <param name="definition">The parameter.</param>
    /// <param name="modifier">The modifier.</param>
    /// <param name="isLink">The link of a chain, whose type is no modifier (R4 3.1.1.4.1).</param>
    /// <param name="isSearch">A search that is answered with what it finds: it may ask for records without an owner.</param>
    internal static Refusal? Find(
        FhirContext context,
        ResourceType type,
        string name,
        [NotNull] out SearchParameterDefinition? definition,
        out string modifier,
        bool isLink = false,
        bool isSearch = false
    )
    {
        modifier = string.Empty;
        definition = null!;
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        if (!context.TryFind(type, colon < 0 ? name : name[..colon], out var found) || UnmodelledParameters.Contains(found.Name))
        {
            return Refusal.Parameter("parameter is not known for the type");
        }

        definition = found;
        if (colon < 0)
        {
            return null;
        }

        modifier = name[(colon + 1)..];
        return IsAllowed(type, found, modifier, isLink, isSearch) ? null : Refusal.Parameter("modifier is not allowed for the parameter");
    }

    /// <summary>Reads the values.</summary>
    internal static Refusal? Read(
        SearchReading reading,
        ResourceType type,
        SearchParameterDefinition definition,
        string modifier,
        string value,
        out FilterReading filter
    )
    {
        value = definition.Kind == SearchParameterKind.Date ? SearchValue.WithPlus(value) : value;
        filter = new FilterReading(value, null, null);
        if (!reading.Budget.TakeValues(value))
        {
            return reading.Budget.Refusal;
        }

        if (!SearchValue.TrySplit(value, out var items))
        {
            return Refusal.Query("value list with an empty item or an unknown escape");
        }

        if (definition.Rules is { MultipleOr: false } && items.Length > 1)
        {
            return Refusal.Query("several values of a parameter whose definition lets it have one");
        }

        if (modifier == "missing")
        {
            return value is "true" or "false" ? null : Refusal.Query("missing takes true or false");
        }

        if (
            value.Contains("://", StringComparison.Ordinal)
            && OwnSpellings.Matter(definition, modifier)
            && OwnSpellings.Of(reading.Context, items) is var spelled
            && spelled != items
        )
        {
            // What is sent is larger than what came, and costs the upstream so much.
            var canonical = string.Join(',', spelled);
            if (!reading.Budget.TakeSpelled(spelled.Length - items.Length, canonical.Length - value.Length))
            {
                return reading.Budget.Refusal;
            }

            items = spelled;
            filter = filter with { Canonical = canonical };
        }

        if (definition.Kind == SearchParameterKind.Reference && modifier != "identifier")
        {
            return ReferenceFilter.Read(reading, definition, modifier, items, ref filter);
        }

        if (type == ResourceType.Patient && definition.Name == "_id")
        {
            return ReadPatientIds(items, ref filter);
        }

        return modifier.Length == 0 ? ReadPlain(definition, items, ref filter) : ReadModified(modifier, items);
    }

    private static Refusal? ReadPatientIds(string[] items, ref FilterReading filter)
    {
        var patients = new PatientId[items.Length];
        for (var i = 0; i < items.Length; i++)
        {
            if (!PatientId.TryParse(items[i], out patients[i]))
            {
                return Refusal.Query("id outside the grammar");
            }
        }

        filter = filter with { Patients = patients };
        return null;
    }

    private static Refusal? ReadPlain(SearchParameterDefinition definition, string[] items, ref FilterReading filter)
    {
        // A declared parameter of the same name as a condition's is another one: it never counts as meeting it.
        var isCondition = definition is { Kind: SearchParameterKind.Token, Rules: null } && definition.Name[0] != '_';
        var tokens = isCondition ? new TokenValue[items.Length] : null;
        for (var i = 0; i < items.Length; i++)
        {
            var fits = definition.Name switch
            {
                "_id" => FhirId.IsValid(items[i]),
                _ when tokens is not null => SearchValue.TryReadToken(items[i], out tokens[i]),
                _ => SearchValue.HasShape(definition.Kind, items[i])
                    && definition.Rules?.AllowsPrefix(SearchValue.PrefixOf(definition.Kind, items[i])) != false,
            };
            if (!fits)
            {
                return Refusal.Query("value does not have the shape of its parameter");
            }
        }

        if (tokens is not null)
        {
            filter = filter with { Condition = new TokenConstraint(definition.Name, tokens) { IsSingle = definition.IsSingle } };
        }

        return null;
    }

    private static Refusal? ReadModified(string modifier, string[] items)
    {
        foreach (var item in items)
        {
            var fits = modifier is not ("not" or "identifier") || SearchValue.TryReadToken(item, out _);
            if (!fits)
            {
                return Refusal.Query("value does not have the shape of its parameter");
            }
        }

        return null;
    }

    // Words of the system level are taken as they are, and an owner turned round asks for everybody else's records; whether there is one may
    // be asked. What the gateway adds stands beside as a condition of its own, and a condition more only narrows.
    private static bool IsAllowed(ResourceType type, SearchParameterDefinition definition, string modifier, bool isLink, bool isSearch)
    {
        if (definition.Kind == SearchParameterKind.Reference && ResourceType.TryParse(modifier, out var target))
        {
            return definition.Targets.Contains(target) && (isLink || definition.Rules?.Modifiers.Contains("type") != false);
        }

        if (definition.Rules?.Modifiers.Contains(modifier) == false)
        {
            return false;
        }

        if (definition.Name is "_tag" or "_security" or "_profile" && modifier is not ("text" or "of-type"))
        {
            return SearchModifiers.IsDefined(definition.Kind, modifier);
        }

        if (definition.IsOwner && modifier == "missing")
        {
            return isSearch;
        }

        if (definition.IsOwner || definition.Name[0] == '_' || (type == ResourceType.Patient && definition.Name == "_id"))
        {
            return false;
        }

        return SearchModifiers.IsDefined(definition.Kind, modifier);
    }
}
