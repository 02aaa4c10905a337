using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Fhir.Requests.Routing;

namespace PhiGateway.Fhir.Requests.Searching;

/// <summary>Reads the parameters of a search of one type: every name, modifier and value must be known, or all is refused.</summary>
internal static class SearchReader
{
    /// <summary>Reads all parameters into the reading.</summary>
    internal static Refusal? Read(SearchReading reading, IReadOnlyList<QueryParameter> parameters)
    {
        for (var i = 0; i < parameters.Count; i++)
        {
            if (Read(reading, parameters[i], out var canonical) is { } refusal)
            {
                return refusal;
            }

            if (!ReferenceEquals(canonical, parameters[i].Value))
            {
                reading.Rewrite(parameters, i, canonical);
            }
        }

        return null;
    }

    /// <summary>Reads one parameter into the reading.</summary>
    /// <param name="reading">Takes what it means.</param>
    /// <param name="parameter">It, as the client wrote it.</param>
    /// <param name="canonical">The value under which it was read and goes upstream; the same string where that is the client's.</param>
    internal static Refusal? Read(SearchReading reading, QueryParameter parameter, out string canonical)
    {
        if (ReadOne(reading, parameter.Name, parameter.Value, out canonical) is { } refusal)
        {
            return refusal.About(parameter.Name);
        }

        return reading.Budget.IsSpent ? reading.Budget.Refusal : null;
    }

    private static Refusal? ReadOne(SearchReading reading, string name, string value, out string canonical)
    {
        canonical = value;
        if (name[0] == '_')
        {
            if (name.StartsWith("_has:", StringComparison.Ordinal))
            {
                return ChainReader.Read(reading, reading.Type, name, value, 0, out canonical);
            }

            if (ResultParameters.IsKnown(name))
            {
                return reading.IsCondition
                    ? Refusal.Parameter("result parameter in a condition")
                    : ResultParameters.Read(reading, name, value);
            }
        }

        if (name.Contains('.', StringComparison.Ordinal))
        {
            return ChainReader.Read(reading, reading.Type, name, value, 0, out canonical);
        }

        var isSearch = !reading.IsCondition;
        if (FilterReader.Find(reading.Context, reading.Type, name, out var definition, out var modifier, isSearch: isSearch) is { } unknown)
        {
            return unknown;
        }

        if (definition.Rules is { MultipleAnd: false } && reading.Filters(definition))
        {
            return Refusal.Query("parameter stands twice that its definition lets stand once");
        }

        if (FilterReader.Read(reading, reading.Type, definition, modifier, value, out var filter) is { } refusal)
        {
            return refusal;
        }

        reading.Use(new UsedParameter(reading.Type, definition, IsSort: false) { IsOfPatients = filter.Patients is not null });
        canonical = filter.Canonical;
        if (filter.Condition is { } condition)
        {
            reading.AddCondition(condition);
        }

        return filter.Patients is { } patients ? reading.Name(patients) : null;
    }
}
