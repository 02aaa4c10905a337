using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Requests.Bodies;
using PhiGateway.Fhir.Requests.Routing;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Searching;

/// <summary>
/// Takes the chains and reverse chains of a search apart, so that the host can look up what each of them walks over, and puts what was found
/// in their place.
/// </summary>
public static class WalkReader
{
    // No resource has it: what nothing was found for matches nothing.
    private const string Nothing = "gateway.found-nothing";

    /// <summary>Whether a parameter of this name walks over other resources than those it searches.</summary>
    public static bool IsWalk(string name) =>
        name.StartsWith("_has:", StringComparison.Ordinal) || (char.IsAsciiLetter(name[0]) && name.Contains('.', StringComparison.Ordinal));

    /// <summary>Whether a search has any chain.</summary>
    public static bool HasWalks(FhirRequest search)
    {
        for (var i = 0; i < search.Parameters.Count; i++)
        {
            if (IsWalk(search.Parameters[i].Name))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Every chain of a search of one type, in order.</summary>
    /// <param name="search">As it was read.</param>
    /// <param name="context">Knows the parameters.</param>
    /// <param name="most">Records that one search may find.</param>
    public static IReadOnlyList<Walk> Read(FhirRequest search, FhirContext context, int most)
    {
        var walks = new List<Walk>();
        for (var i = 0; i < search.Parameters.Count; i++)
        {
            var (name, value) = search.Parameters[i];
            if (IsWalk(name))
            {
                walks.Add(
                    name[0] == '_' ? Backward(search, context, i, name, value, most) : Forward(search, context, i, name, value, most)
                );
            }
        }

        return walks;
    }

    /// <summary>The search with the ids that were found in the place of its chains; what was added to it stands beside.</summary>
    public static FhirRequest Replace(FhirRequest search, IReadOnlyList<Walk> walks, out IReadOnlyList<KeyValuePair<string, string>> added)
    {
        var parameters = new List<QueryParameter>(search.Parameters.Count);
        var written = new List<KeyValuePair<string, string>>(walks.Count);
        IReadOnlyCollection<string>? ids = null;
        for (var i = 0; i < search.Parameters.Count; i++)
        {
            var parameter = search.Parameters[i];
            if (walks.FirstOrDefault(walk => walk.Place == i) is not { } walk)
            {
                parameters.Add(parameter);
            }
            else if (walk.Back is null)
            {
                parameters.Add(new QueryParameter(walk.Name, Join(walk.Found, walk.Targets[0].Name + "/" + Nothing)));
                written.Add(KeyValuePair.Create(walk.Name, parameters[^1].Value));
            }
            else
            {
                ids = ids is null ? walk.Found : [.. ids.Where(walk.Found.Contains)];
            }
        }

        if (ids is not null)
        {
            parameters.Add(new QueryParameter("_id", Join(ids, Nothing)));
            written.Add(KeyValuePair.Create("_id", parameters[^1].Value));
        }

        added = written;
        return search.With(parameters);
    }

    // link.rest or link:Type.rest; a link without its type leads to every type that knows what follows.
    private static Walk Forward(FhirRequest search, FhirContext context, int place, string name, string value, int most)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var (link, rest) = (name[..dot], name[(dot + 1)..]);
        var colon = link.IndexOf(':', StringComparison.Ordinal);
        var code = colon < 0 ? link : link[..colon];
        if (!context.TryFind(search.Type, code, out var definition))
        {
            throw new ArgumentException("Not a chain that was read.", nameof(search));
        }

        var targets = new List<ResourceType>();
        var searches = new List<FhirRequest>();
        foreach (var target in colon < 0 ? definition.Targets.Members() : [ResourceType.Parse(link[(colon + 1)..])])
        {
            if (Inner(search, context, target, [new QueryParameter(rest, value)], most) is { } inner)
            {
                targets.Add(target);
                searches.Add(inner);
            }
        }

        return new Walk(place, code, targets, searches, null, definition.Rules is { MultipleOr: false });
    }

    // _has:Type:link:rest; where the search names ids, only what points at those is looked at.
    private static Walk Backward(FhirRequest search, FhirContext context, int place, string name, string value, int most)
    {
        var pieces = name.Split(':', 4);
        var source = ResourceType.Parse(pieces[1]);
        if (!context.TryFind(source, pieces[2], out var definition))
        {
            throw new ArgumentException("Not a chain that was read.", nameof(search));
        }

        List<QueryParameter> parameters = [new QueryParameter(pieces[3], value)];
        if (search.Parameter("_id") is { } ids && definition.Rules is null)
        {
            parameters.Add(new QueryParameter(pieces[2], string.Join(',', ids.Split(',').Select(id => $"{search.Type.Name}/{id}"))));
        }

        var inner =
            Inner(search, context, source, parameters, most) ?? throw new ArgumentException("Not a chain that was read.", nameof(search));
        return new Walk(place, "_id", [search.Type], [inner], new WayBack(definition.Paths, context), false);
    }

    private static FhirRequest? Inner(FhirRequest search, FhirContext context, ResourceType type, List<QueryParameter> parameters, int most)
    {
        QueryParameter[] query =
        [
            .. parameters,
            new QueryParameter("_count", most.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ];
        var line = new CanonicalRequest("GET", search.Canonical.Base, [type.Name], query);
        var reading = RequestRouter.Route(
            new RequestSource(line, default, default, context, ResourceBodyScanner.Instance, Bundle: null, new ReadingBudget(context))
        );
        return reading.TryGet(out var request, out _) ? request : null;
    }

    private static string Join(IReadOnlyCollection<string> found, string nothing) => found.Count == 0 ? nothing : string.Join(',', found);
}
