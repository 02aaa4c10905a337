using System.Globalization;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Fhir.Requests.Routing;

namespace PhiGateway.Fhir.Requests.Searching;

/// <summary>
/// Reads the search parameters that shape the answer rather than filter it: <c>_count</c>, <c>_sort</c>, <c>_elements</c>, <c>_include</c>
/// and kin.
/// </summary>
internal static class ResultParameters
{
    private static readonly string[] Once =
    [
        "_count",
        "_sort",
        "_elements",
        "_summary",
        "_total",
        "_format",
        "_pretty",
        "_contained",
        "_totalMethod",
    ];

    internal static bool IsKnown(string name) => Array.IndexOf(Once, name) >= 0 || IsInclude(name);

    internal static bool IsInclude(string name) => name is "_include" or "_revinclude" or "_include:iterate" or "_revinclude:iterate";

    internal static Refusal? Read(SearchReading reading, string name, string value)
    {
        if (IsInclude(name))
        {
            return IncludeReader.Read(reading, name, value);
        }

        if (!reading.Budget.TakeValues(value))
        {
            return reading.Budget.Refusal;
        }

        var bit = 1 << Array.IndexOf(Once, name);
        if ((reading.Seen & bit) != 0)
        {
            return Refusal.Query("result parameter stands twice");
        }

        reading.Seen |= bit;
        return name switch
        {
            "_sort" => ReadSort(reading, value),
            "_contained" when value != "false" => Refusal.Parameter("contained matches are not served"),
            _ => HasShape(name, value) ? null : Refusal.Query("result parameter's value is not one it takes"),
        };
    }

    /// <summary>Whether the value of a result parameter that needs no type is right.</summary>
    internal static bool HasShape(string name, string value) =>
        name switch
        {
            "_count" => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _),
            "_elements" => AreElements(value),
            "_summary" => value is "true" or "false" or "text" or "data" or "count",
            "_total" => value is "none" or "estimate" or "accurate",
            "_pretty" => value is "true" or "false",
            "_format" => true,
            // What is contained comes with what contains it, never by itself: R4's default, which some clients spell out.
            "_contained" => value is "false",

            // How a server is to count, as the Python client says it; what is counted here is counted.
            "_totalMethod" => value is "count" or "estimate" or "accurate" or "none",
            _ => false,
        };

    private static Refusal? ReadSort(SearchReading reading, string value)
    {
        foreach (var item in value.Split(','))
        {
            var name = item.StartsWith('-') ? item[1..] : item;
            if (UnmodelledParameters.Contains(name) || !reading.Context.TryFind(reading.Type, name, out var definition))
            {
                return Refusal.Parameter("sort by a parameter that is not known for the type");
            }

            var isOfPatients = UsedParameter.LeadsToPatients(definition);
            reading.Use(new UsedParameter(reading.Type, definition, IsSort: true) { IsOfPatients = isOfPatients });
        }

        return null;
    }

    private static bool AreElements(string value)
    {
        foreach (var range in value.AsSpan().Split(','))
        {
            var name = value.AsSpan(range);
            if (name.IsEmpty || !char.IsAsciiLetter(name[0]))
            {
                return false;
            }

            foreach (var c in name)
            {
                if (!char.IsAsciiLetterOrDigit(c) && c != '.')
                {
                    return false;
                }
            }
        }

        return true;
    }
}
