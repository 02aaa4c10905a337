using PhiGateway.Fhir.Canonical;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Interactions;

/// <summary>The parameter <c>_type</c>: a comma list of known types, once.</summary>
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
