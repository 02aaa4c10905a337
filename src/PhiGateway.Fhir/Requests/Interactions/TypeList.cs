using PhiGateway.Fhir.Canonical;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>Reads the parameter <c>_type</c>: a comma list of known types, once.</summary>
internal static class TypeList
{
    /// <summary>Takes <c>_type</c> out of the parameters; two of them give a list that cannot be read.</summary>
    internal static bool Find(IReadOnlyList<QueryParameter> parameters, out IReadOnlyList<QueryParameter> rest, out string list)
    {
        list = string.Empty;
        rest = parameters;
        var found = 0;
        for (var i = 0; i < parameters.Count; i++)
        {
            if (parameters[i].Name == "_type")
            {
                list = ++found == 1 ? parameters[i].Value : string.Empty;
            }
        }

        if (found == 0)
        {
            return false;
        }

        rest = [.. parameters.Where(static parameter => parameter.Name != "_type")];
        return true;
    }

    /// <summary>
    /// Makes one list of several, where the parameter may be repeated (Bulk Data Access 2, kick-off; R4 <c>$everything</c>): so it is
    /// judged, and so it goes upstream.
    /// </summary>
    internal static void Join(List<QueryParameter> inputs)
    {
        var first = inputs.FindIndex(static input => input.Name == "_type");
        if (first < 0)
        {
            return;
        }

        var lists = string.Join(',', inputs.Where(static input => input.Name == "_type").Select(static input => input.Value));
        inputs[first] = inputs[first] with { Value = lists };
        for (var i = inputs.Count - 1; i > first; i--)
        {
            if (inputs[i].Name == "_type")
            {
                inputs.RemoveAt(i);
            }
        }
    }

    internal static bool TryRead(string list, out ResourceTypeSet types)
    {
        types = default;
        foreach (var range in list.AsSpan().Split(','))
        {
            if (!ResourceType.TryParse(list.AsSpan(range), out var type))
            {
                return false;
            }

            types = types.With(type);
        }

        return true;
    }
}
