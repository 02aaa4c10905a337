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
            var (name, value) = parameters[i];
            if (ReadOne(reading, name, value, out var canonical) is { } refusal)
            {
                return refusal.About(name);
            }

            if (reading.Budget.IsSpent)
            {
                return reading.Budget.Refusal;
            }

            if (!ReferenceEquals(canonical, value))
            {
                reading.Rewrite(parameters, i, canonical);
            }
        }

        return null;
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
