using System.Globalization;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests.Searching;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Forwarding;

/// <summary>
/// Turns the client's parameters into those that go upstream: without what would blind the filter, with what the permit adds.
/// </summary>
internal static class Narrowing
{
    /// <summary>Whether the permit may withhold something, so that the upstream's counts are not the client's to know.</summary>
    internal static bool Withholds(Permit permit)
    {
        for (var i = 0; i < permit.Obligations.Count; i++)
        {
            if (permit.Obligations[i] is not (NotifyOwner or RequireJustification or KeepElements or NameIncludes))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the permit withholds by anything but labels: by patients, tenant, number or parts.</summary>
    internal static bool Confines(Permit permit)
    {
        for (var i = 0; i < permit.Obligations.Count; i++)
        {
            if (
                permit.Obligations[i]
                is not (NotifyOwner or RequireJustification or KeepElements or NameIncludes or ResolveWalks or WithholdLabelled)
            )
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether no chain may go upstream.</summary>
    internal static bool ResolvesWalks(Permit permit)
    {
        for (var i = 0; i < permit.Obligations.Count; i++)
        {
            if (permit.Obligations[i] is ResolveWalks)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Least number of matches that the upstream is asked for where some of them may be withheld: a page of one match at a time would take
    /// a request for each that is.
    /// </summary>
    internal const int LeastPage = 50;

    /// <summary>Matches per page of the client's; 0: not said.</summary>
    internal static int PageSize(FhirRequest request, Permit permit)
    {
        var most = FindLimit(permit);
        if (request.Parameter("_count") is not { } asked)
        {
            return most ?? 0;
        }

        return int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            ? Math.Min(size, most ?? int.MaxValue)
            : 0;
    }

    /// <summary>Parameters of a read, search, history, operation or export.</summary>
    internal static IReadOnlyList<QueryParameter> Shape(FhirRequest request, Permit permit)
    {
        var withholds = Withholds(permit);
        var most = FindLimit(permit);
        var shaped = new List<QueryParameter>(request.Parameters.Count + 4);
        var hasCount = false;
        var isSearch = request.Interaction is Interaction.SearchType or Interaction.SearchSystem;
        var isHistory = request.Interaction is Interaction.HistoryInstance or Interaction.HistoryType or Interaction.HistorySystem;
        var isPaged = isSearch || isHistory || request.Operation == "$everything";
        for (var i = 0; i < request.Parameters.Count; i++)
        {
            var parameter = request.Parameters[i];
            if (IsDropped(parameter, withholds) || (isHistory && parameter.Name is ("_total" or "_sort")))
            {
                continue;
            }

            if (IncludeReader.IsOfEvery(parameter))
            {
                Spell(parameter, permit, shaped);
                continue;
            }

            if (parameter.Name == "_count")
            {
                hasCount = true;
                parameter = Cap(isPaged && withholds ? AtLeast(parameter) : parameter, most);
            }

            shaped.Add(parameter);
        }

        if (isSearch && !hasCount && most is { } limit)
        {
            shaped.Add(new QueryParameter("_count", limit.ToString(CultureInfo.InvariantCulture)));
        }

        if (withholds && request.Operation == "$lastn")
        {
            AskForMore(shaped);
        }

        foreach (var (name, value) in Added(request, permit))
        {
            shaped.Add(new QueryParameter(name, value));
        }

        return shaped;
    }

    /// <summary>What the permit adds to the client's parameters: conditions, patients, types. Empty: nothing.</summary>
    internal static IReadOnlyList<KeyValuePair<string, string>> Added(FhirRequest request, Permit permit)
    {
        List<KeyValuePair<string, string>>? added = null;
        if (request.Interaction == Interaction.SearchType && FindNarrowing(permit) is { } narrow)
        {
            added = [.. narrow.Added];
            if (Owner(request, permit) is { } owner)
            {
                added.Add(owner);
            }
        }

        if ((request.Interaction is Interaction.SearchType or Interaction.SearchSystem) && Tenant(permit) is { } tenant)
        {
            (added ??= []).Add(tenant);
            TenantWalks.Add(request.Parameters, tenant, added);
        }

        if (Types(request, permit) is { } types)
        {
            (added ??= []).Add(types);
        }

        return added is null ? [] : added;
    }

    /// <summary>The parameter that confines a search to patients that the request does not name; null: none is added.</summary>
    internal static KeyValuePair<string, string>? Owner(FhirRequest request, Permit permit) =>
        request.Interaction == Interaction.SearchType && FindNarrowing(permit) is { } narrow
            ? OwnerParameter.For(request.Type, narrow.Patients)
            : null;

    // All includes of a type go upstream as those of them that are permitted.
    private static void Spell(QueryParameter every, Permit permit, List<QueryParameter> shaped)
    {
        var type = every.Value.AsSpan(0, every.Value.IndexOf(':', StringComparison.Ordinal) + 1);
        var isReverse = every.Name.StartsWith("_rev", StringComparison.Ordinal);
        for (var i = 0; i < permit.Obligations.Count; i++)
        {
            if (permit.Obligations[i] is NameIncludes named)
            {
                foreach (var include in named.Includes)
                {
                    // One with the type that it points at is an include forwards.
                    var isMeant = !isReverse || include.AsSpan().Count(':') == 1;
                    if (isMeant && include.AsSpan().StartsWith(type, StringComparison.Ordinal))
                    {
                        shaped.Add(every with { Value = include });
                    }
                }
            }
        }
    }

    private static bool IsDropped(QueryParameter parameter, bool withholds) =>
        parameter.Name switch
        {
            "_format" or "_pretty" or "_elements" or "_outputFormat" or "_contained" or "_totalMethod" => true,
            "_summary" => parameter.Value != "count" || withholds,
            "_total" => withholds,
            "_count" => withholds && parameter.Value.AsSpan().TrimStart('0').IsEmpty,
            _ => false,
        };

    private static NarrowSearch? FindNarrowing(Permit permit)
    {
        for (var i = 0; i < permit.Obligations.Count; i++)
        {
            if (permit.Obligations[i] is NarrowSearch narrow)
            {
                return narrow;
            }
        }

        return null;
    }

    // A parameter of its own is an AND (FHIR R4 search 3.1.1.3): whatever tags the client asks for, these are the only ones it gets.
    private static KeyValuePair<string, string>? Tenant(Permit permit)
    {
        for (var i = 0; i < permit.Obligations.Count; i++)
        {
            if (permit.Obligations[i] is ConfineToTenant tenant)
            {
                return KeyValuePair.Create("_tag", tenant.Tag.ToString());
            }
        }

        return null;
    }

    // A request that means all types is sent for those that the permit lets out, where it has a parameter for that: what else comes is
    // withheld.
    private static KeyValuePair<string, string>? Types(FhirRequest request, Permit permit)
    {
        if (request.Interaction is not (Interaction.SearchSystem or Interaction.Export) && request.Operation != "$everything")
        {
            return null;
        }

        var types = default(ResourceTypeSet);
        for (var i = 0; i < request.Parts.Count; i++)
        {
            var part = request.Parts[i];
            if (part is { IsWildcard: true, Role: PartRole.Target } && permit.Release.Types.Contains(part.Type))
            {
                types = types.With(part.Type);
            }
        }

        // An operation's own values are no type that is asked for.
        return types.IsEmpty || types.With(ResourceType.Parameters) == ResourceTypeSet.All
            ? null
            : KeyValuePair.Create("_type", string.Join(',', types.Members().Select(static type => type.Name)));
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

    // Of each code, since the newest of them may be one that is withheld; all of these, the newest first.
    private static void AskForMore(List<QueryParameter> shaped)
    {
        var at = shaped.FindIndex(static parameter => parameter.Name == "max");
        var max = at < 0 ? new QueryParameter("max", "1") : shaped[at];
        shaped.RemoveAll(static parameter => parameter.Name is "max" or "_sort" or "_count");
        shaped.Add(AtLeast(max));
    }

    private static QueryParameter AtLeast(QueryParameter count) =>
        int.TryParse(count.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var asked) && asked < LeastPage
            ? count with
            {
                Value = LeastPage.ToString(CultureInfo.InvariantCulture),
            }
            : count;

    private static QueryParameter Cap(QueryParameter count, int? most) =>
        most is { } limit && (!int.TryParse(count.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var asked) || asked > limit)
            ? count with
            {
                Value = limit.ToString(CultureInfo.InvariantCulture),
            }
            : count;
}
