using System.Buffers;
using PhiGateway.Fhir.Canonical;

namespace PhiGateway.Fhir.Requests.Routing;

/// <summary>
/// Writes a sort as R4 has it (<c>_sort=-date</c>) where it came as FHIR had it before (<c>_sort:desc=date</c>, each name by itself).
/// Templates of CDS Hooks have that form still, its specification's own example without the underscore. Called before anything else reads
/// the parameters.
/// </summary>
internal static class SortForms
{
    private const string Sort = "_sort";

    private static readonly SearchValues<char> OfNames = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
    );

    /// <summary>
    /// Leaves one sort of all that came so, in their order; beside one in R4's form it stands twice, and is refused for that.
    /// </summary>
    internal static void Translate(ref QueryParameter[] parameters)
    {
        if (!Array.Exists(parameters, static parameter => IsOlder(parameter)))
        {
            return;
        }

        var rest = new List<QueryParameter>(parameters.Length);
        var at = -1;
        foreach (var parameter in parameters)
        {
            if (!IsOlder(parameter))
            {
                rest.Add(parameter);
                continue;
            }

            var item = parameter.Name.EndsWith("desc", StringComparison.Ordinal) ? "-" + parameter.Value : parameter.Value;
            if (at < 0)
            {
                at = rest.Count;
                rest.Add(new QueryParameter(Sort, item));
            }
            else
            {
                rest[at] = new QueryParameter(Sort, $"{rest[at].Value},{item}");
            }
        }

        parameters = [.. rest];
    }

    // One name, and none that is turned round a second time.
    private static bool IsOlder(QueryParameter parameter) =>
        parameter.Name is "_sort:asc" or "_sort:desc" or "sort:asc" or "sort:desc"
        && parameter.Value.Length > 0
        && parameter.Value[0] != '-'
        && !parameter.Value.AsSpan().ContainsAnyExcept(OfNames);
}
