using System.Globalization;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Policy.Decision;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Forwarding;

/// <summary>Turns the client's parameters into those that go upstream: without what would blind the filter, with what the permit adds.</summary>
internal static class Narrowing
{
    /// <summary>Whether the permit may withhold something, so that the upstream's counts are not the client's to know.</summary>
    internal static bool Withholds(Permit permit)
    {
        for (var i = 0; i < permit.Obligations.Count; i++)
        {
            if (permit.Obligations[i] is not (NotifyOwner or RequireJustification or KeepElements))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Parameters of a read, search, history, operation or export.</summary>
    internal static IReadOnlyList<QueryParameter> Shape(FhirRequest request, Permit permit)
    {
        var withholds = Withholds(permit);
        var most = FindLimit(permit);
        var shaped = new List<QueryParameter>(request.Parameters.Count + 4);
        var hasCount = false;
        for (var i = 0; i < request.Parameters.Count; i++)
        {
            var parameter = request.Parameters[i];
            if (IsDropped(parameter, withholds))
            {
                continue;
            }

            if (parameter.Name == "_count")
            {
                hasCount = true;
                parameter = Cap(parameter, most);
            }

            shaped.Add(parameter);
        }

        var isSearch = request.Interaction is Interaction.SearchType or Interaction.SearchSystem;
        if (isSearch && !hasCount && most is { } limit)
        {
            shaped.Add(new QueryParameter("_count", limit.ToString(CultureInfo.InvariantCulture)));
        }

        if (request.Interaction == Interaction.SearchType)
        {
            AddNarrowing(shaped, permit);
        }

        if (isSearch)
        {
            AddTenant(shaped, permit);
        }

        AddTypes(shaped, request, permit);
        return shaped;
    }

    /// <summary>Parameters of a conditional write: narrowed too, so that a match outside what is allowed is no match.</summary>
    internal static IReadOnlyList<QueryParameter> Condition(FhirRequest request, Permit permit)
    {
        if (request.Parameters.Count == 0)
        {
            return [];
        }

        List<QueryParameter> narrowed = [.. request.Parameters];
        AddNarrowing(narrowed, permit);
        AddTenant(narrowed, permit);
        return narrowed;
    }

    private static bool IsDropped(QueryParameter parameter, bool withholds) => parameter.Name switch
    {
        "_format" or "_pretty" or "_elements" or "_outputFormat" => true,
        "_summary" => parameter.Value != "count" || withholds,
        "_total" => withholds,
        "_count" => withholds && parameter.Value.AsSpan().TrimStart('0').IsEmpty,
        _ => false,
    };

    private static void AddNarrowing(List<QueryParameter> parameters, Permit permit)
    {
        for (var i = 0; i < permit.Obligations.Count; i++)
        {
            if (permit.Obligations[i] is NarrowSearch narrow)
            {
                foreach (var (name, value) in narrow.Added)
                {
                    parameters.Add(new QueryParameter(name, value));
                }
            }
        }
    }

    // A parameter of its own is an AND (FHIR R4 search 3.1.1.3): whatever tags the client asks for, these are the only ones it gets.
    private static void AddTenant(List<QueryParameter> parameters, Permit permit)
    {
        for (var i = 0; i < permit.Obligations.Count; i++)
        {
            if (permit.Obligations[i] is ConfineToTenant tenant)
            {
                parameters.Add(new QueryParameter("_tag", tenant.Tag.ToString()));
            }
        }
    }

    // A request that means all types is sent for those that the permit lets out.
    private static void AddTypes(List<QueryParameter> parameters, FhirRequest request, Permit permit)
    {
        List<string>? names = null;
        for (var i = 0; i < request.Parts.Count; i++)
        {
            var part = request.Parts[i];
            if (part.IsWildcard && permit.Release.Types.Contains(part.Type))
            {
                (names ??= []).Add(part.Type.Name);
            }
        }

        if (names is not null && names.Count < ResourceType.All.Count)
        {
            parameters.Add(new QueryParameter("_type", string.Join(',', names)));
        }
    }

    private static int? FindLimit(Permit permit)
    {
        for (var i = 0; i < permit.Obligations.Count; i++)
        {
            if (permit.Obligations[i] is LimitRecords limit)
            {
                return limit.Most;
            }
        }

        return null;
    }

    private static QueryParameter Cap(QueryParameter count, int? most) =>
        most is { } limit && (!int.TryParse(count.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var asked) || asked > limit)
            ? count with { Value = limit.ToString(CultureInfo.InvariantCulture) }
            : count;
}
