using System.Text.Json;
using PhiGateway.Fhir.Compartments;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Grammar.Declared;

/// <summary>
/// Reads one <c>SearchParameter</c> resource into a definition for each type of its base; what cannot be understood completely is a
/// problem, never a guess.
/// </summary>
/// <param name="resource">The resource.</param>
/// <param name="problem">Takes the pointer within the resource and what is wrong there.</param>
internal sealed class SearchParameterReader(JsonElement resource, Action<string, string> problem)
{
    // Another resource's content, and texts that repeat any other element: neither can be told by elements.
    private static readonly string[] Everywhere = ["contained", "text"];

    private bool _isWrong;

    /// <summary>The definitions; none when there was a problem.</summary>
    internal IReadOnlyList<(ResourceType Type, SearchParameterDefinition Definition)> Read()
    {
        if (StrictJson.Text(resource, "resourceType") != "SearchParameter")
        {
            Wrong("/resourceType", "must be SearchParameter or OperationDefinition: nothing else belongs into these files.");
            return [];
        }

        if (StrictJson.Text(resource, "status") == "retired")
        {
            Wrong("/status", "is retired: a server that still has the parameter declares it as active.");
        }

        var url = StrictJson.Text(resource, "url");
        if (url is null || !Uri.TryCreate(url, UriKind.Absolute, out _))
        {
            Wrong("/url", "is required: the parameter's canonical address, which the capability statement shows.");
        }

        var code = StrictJson.Text(resource, "code") ?? string.Empty;
        if (code.Length is 0 or > 64 || !char.IsAsciiLetter(code[0]) || !code.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-'))
        {
            Wrong("/code", "must be 1 to 64 letters, digits and dashes, a letter first: the name that stands in URLs.");
        }

        var types = ReadTypes("/base", "base");
        var kind = ReadKind();
        var targets = kind == SearchParameterKind.Reference ? ReadTypes("/target", "target") : [];
        var rules = _isWrong ? new ParameterRules() : new RuleReader(resource, kind, Wrong).Read();
        var paths = StrictJson.Text(resource, "expression") is { } expression ? ExpressionReader.TryRead(expression) : null;
        if (paths is null)
        {
            Wrong(
                "/expression",
                "must be FHIRPath that plainly says which elements it looks at: paths from "
                    + "the base type, with where(), extension(), ofType() and kin, joined by |."
            );
            return [];
        }

        return Define(code, url, kind, types, targets, rules, paths);
    }

    private List<(ResourceType, SearchParameterDefinition)> Define(
        string code,
        string? url,
        SearchParameterKind kind,
        IReadOnlyList<ResourceType> types,
        IReadOnlyList<ResourceType> targets,
        ParameterRules rules,
        IReadOnlyList<ExpressionPath> paths
    )
    {
        foreach (var path in paths)
        {
            if (!types.Any(type => type.Name == path.Type))
            {
                Wrong("/expression", $"starts from {path.Type}, which is not in base.");
            }
            else if (Everywhere.Contains(path.Element))
            {
                Wrong("/expression", $"looks into {path.Element}, whose content is not told by elements.");
            }
        }

        var defined = new List<(ResourceType, SearchParameterDefinition)>(types.Count);
        foreach (var type in types)
        {
            if (SearchGrammar.TryFind(type, code, out _))
            {
                Wrong("/code", $"is a parameter that R4 has for {type.Name}: {code} cannot be declared anew. Leave it out.");
            }

            var own = paths.Where(path => path.Type == type.Name).ToList();
            if (own.Count == 0)
            {
                Wrong("/expression", $"has no path from {type.Name}, which is in base.");
                continue;
            }

            if (Targets(own, targets) is not { } reachable)
            {
                Wrong("/target", "does not name the type that the expression's resolve() asks for.");
                continue;
            }

            defined.Add((type, Define(type, code, url, kind, reachable, rules, own)));
        }

        return _isWrong ? [] : defined;
    }

    private SearchParameterDefinition Define(
        ResourceType type,
        string code,
        string? url,
        SearchParameterKind kind,
        ResourceTypeSet targets,
        ParameterRules rules,
        List<ExpressionPath> own
    )
    {
        var isPlain = own.TrueForAll(static path => path.IsPlain);
        string[] paths = isPlain ? [.. own.Select(static path => path.Path).Distinct(StringComparer.Ordinal)] : [];
        string[] elements = [.. own.Select(static path => path.Element).Distinct(StringComparer.Ordinal)];
        var isOwner =
            kind == SearchParameterKind.Reference && targets.Contains(ResourceType.Patient) && PatientOwnership.AreOwners(type, paths);

        // Whoever names a patient by it must be held to that patient, and so it must be seen to be the owner and nothing else.
        if (
            kind == SearchParameterKind.Reference
            && targets.Contains(ResourceType.Patient)
            && !isOwner
            && elements.Any(element => IsOwnerElement(type, element))
        )
        {
            Wrong(
                "/expression",
                "looks at the element that says whose record it is, and at more, or in part: write that element as a plain path of a parameter of its own."
            );
        }

        return new SearchParameterDefinition(code, kind, paths, elements, targets, isOwner) { Rules = rules, Url = url };
    }

    private static bool IsOwnerElement(ResourceType type, string element)
    {
        foreach (var path in PatientOwnership.OwnerElements(type))
        {
            var root = path.Split('.')[0];
            if (root == element || root == ChoiceTypes.BaseOf(element))
            {
                return true;
            }
        }

        return false;
    }

    // Null when the expression asks for a type that is no target.
    private static ResourceTypeSet? Targets(List<ExpressionPath> own, IReadOnlyList<ResourceType> targets)
    {
        var all = ResourceTypeSet.Of(targets);
        if (own.Exists(static path => path.Target is null))
        {
            return all;
        }

        var asked = default(ResourceTypeSet);
        foreach (var path in own)
        {
            if (!ResourceType.TryParse(path.Target, out var target) || !all.Contains(target))
            {
                return null;
            }

            asked = asked.With(target);
        }

        return asked;
    }

    private SearchParameterKind ReadKind()
    {
        switch (StrictJson.Text(resource, "type"))
        {
            case "number":
                return SearchParameterKind.Number;
            case "date":
                return SearchParameterKind.Date;
            case "string":
                return SearchParameterKind.String;
            case "token":
                return SearchParameterKind.Token;
            case "reference":
                return SearchParameterKind.Reference;
            case "quantity":
                return SearchParameterKind.Quantity;
            case "uri":
                return SearchParameterKind.Uri;
            default:
                Wrong(
                    "/type",
                    "must be number, date, string, token, reference, quantity or uri; composite and special parameters are not served."
                );
                return SearchParameterKind.None;
        }
    }

    private List<ResourceType> ReadTypes(string pointer, string name)
    {
        var types = new List<ResourceType>();
        if (!resource.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            Wrong(pointer, "is required: a list of resource types.");
            return types;
        }

        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.String && ResourceType.TryParse(item.GetString(), out var type) && !types.Contains(type))
            {
                types.Add(type);
            }
            else
            {
                Wrong(pointer, "must be R4 resource types, each once; for Resource and DomainResource name the types that are meant.");
            }
        }

        return types;
    }

    private void Wrong(string pointer, string message)
    {
        _isWrong = true;
        problem(pointer, message);
    }
}
