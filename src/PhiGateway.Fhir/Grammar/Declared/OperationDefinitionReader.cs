using System.Collections.Frozen;
using System.Text.Json;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Grammar.Declared;

/// <summary>
/// Reads one <c>OperationDefinition</c> resource; what cannot be understood completely is a problem, never a guess. Used where the files of
/// an operator are read.
/// </summary>
/// <param name="resource">The resource.</param>
/// <param name="problem">Takes the pointer within the resource and what is wrong there.</param>
internal sealed class OperationDefinitionReader(JsonElement resource, Action<string, string> problem)
{
    /// <summary>On an output that is a Bundle or any resource: the types that are in it.</summary>
    private const string AnswerType = "urn:phi-gateway:answer-type";

    /// <summary>On the definition: what the output's values are about.</summary>
    private const string ValuesOf = "urn:phi-gateway:values";

    /// <summary>On the definition: whether the answer is worked out from records that it does not show.</summary>
    private const string Computed = "urn:phi-gateway:computed";

    /// <summary>On an input: an element of the answer's resources by which it says which of them are meant.</summary>
    private const string FiltersBy = "urn:phi-gateway:filters-by";

    /// <summary>In the place of an element: the input says nothing of the kind.</summary>
    private const string ByNothing = "nothing";

    // They are never anything else.
    private static readonly ResourceTypeSet WorkedOut = ResourceTypeSet.Of([
        ResourceType.Parse("MeasureReport"),
        ResourceType.Parse("GuidanceResponse"),
    ]);

    private static readonly string[] Containers = ["Bundle", "Resource", "DomainResource", "Any"];

    private readonly Dictionary<string, string> _inputs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string[]> _filters = new(StringComparer.Ordinal);
    private readonly HashSet<string> _subjects = new(StringComparer.Ordinal);
    private ResourceTypeSet _answers;
    private ResourceTypeSet _named;
    private bool _needsBody;
    private bool _isWrong;

    /// <summary>The name with its <c>$</c>, and the definition; null when there was a problem.</summary>
    internal (string Name, OperationDefinition Definition)? Read()
    {
        var code = StrictJson.Text(resource, "code") ?? string.Empty;
        if (code.Length is 0 or > 64 || !char.IsAsciiLetter(code[0]) || !code.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-'))
        {
            Wrong("/code", "must be 1 to 64 letters, digits and dashes, a letter first: the name that stands in URLs behind the $.");
        }

        var url = StrictJson.Text(resource, "url");
        if (url is null || !Uri.TryCreate(url, UriKind.Absolute, out _))
        {
            Wrong("/url", "is required: the operation's canonical address, which the capability statement shows.");
        }

        if (StrictJson.Text(resource, "status") == "retired")
        {
            Wrong("/status", "is retired: a server that still has the operation declares it as active.");
        }

        if (StrictJson.Text(resource, "kind") != "operation")
        {
            Wrong("/kind", "must be operation: named queries are not served.");
        }

        var (system, type, instance) = (Flag("system"), Flag("type"), Flag("instance"));
        if (!system && !type && !instance)
        {
            Wrong("/instance", "or /type or /system must be true: the levels at which the operation is called.");
        }

        if (!resource.TryGetProperty("affectsState", out _))
        {
            Wrong("/affectsState", "is required: true when the operation changes anything that is stored.");
        }

        var types = ReadTypes(system);
        var values = ReadValues();
        var writes = Flag("affectsState");
        ReadParameters();
        var isComputed = ReadComputed();
        Collide("$" + code, types, type || system, instance);
        return _isWrong
            ? null
            : (
                "$" + code,
                new OperationDefinition(
                    types,
                    system,
                    type,
                    instance,
                    !writes && !_needsBody,
                    OperationResult.Declared,
                    _inputs.ToFrozenDictionary(StringComparer.Ordinal)
                )
                {
                    Url = url,
                    Writes = writes,
                    Answers = _answers,
                    Values = values,
                    IsComputed = isComputed,
                    Subjects = _subjects,
                    InputUses = _filters.ToFrozenDictionary(StringComparer.Ordinal),
                }
            );
    }

    private void Collide(string name, ResourceTypeSet types, bool atType, bool atInstance)
    {
        if (name == "$export")
        {
            Wrong("/code", "is an operation that R4 has: export cannot be declared anew.");
        }

        foreach (var type in types.Members())
        {
            if (
                (atType && OperationCatalog.TryFind(name, type, isInstance: false, out _))
                || (atInstance && OperationCatalog.TryFind(name, type, isInstance: true, out _))
            )
            {
                Wrong("/code", $"is an operation that R4 has for {type.Name}: {name} cannot be declared anew. Leave it out.");
                return;
            }
        }
    }

    private ResourceTypeSet ReadTypes(bool system)
    {
        var types = default(ResourceTypeSet);
        var place = 0;
        foreach (var item in StrictJson.Items(resource, "resource"))
        {
            if (item.ValueKind == JsonValueKind.String && ResourceType.TryParse(item.GetString()!, out var type))
            {
                types = types.With(type);
            }
            else
            {
                Wrong($"/resource/{place}", "must be the name of an R4 type; for Resource name the types that are meant.");
            }

            place++;
        }

        if (types.IsEmpty)
        {
            Wrong("/resource", "is required: the types whose grants name the operation; of a system operation the one that it is about.");
        }

        if (system && types.Count > 1)
        {
            Wrong(
                "/resource",
                "must be one type for an operation that is called of the whole system: the one that it is about, by whose grants it is decided."
            );
        }

        return types;
    }

    private OperationValues ReadValues()
    {
        foreach (var code in Codes(resource, ValuesOf))
        {
            switch (code)
            {
                case "nobody":
                    return OperationValues.Nobody;
                case "patients":
                    return OperationValues.Patients;
                case "records":
                    return OperationValues.Records;
                default:
                    Wrong("/extension", $"{ValuesOf} must be nobody, patients or records.");
                    break;
            }
        }

        return OperationValues.Unknown;
    }

    // Where nobody says so it is one by what it answers with.
    private bool ReadComputed()
    {
        var said = StrictJson.Items(resource, "extension").FirstOrDefault(static item => StrictJson.Text(item, "url") == Computed);
        if (said.ValueKind == JsonValueKind.Undefined)
        {
            return !_named.Intersect(WorkedOut).IsEmpty;
        }

        if (said.TryGetProperty("valueBoolean", out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.GetBoolean();
        }

        Wrong("/extension", $"{Computed} must be true or false.");
        return true;
    }

    private void ReadParameters()
    {
        var place = 0;
        foreach (var item in StrictJson.Items(resource, "parameter"))
        {
            var at = $"/parameter/{place++}";
            var name = StrictJson.Text(item, "name");
            switch (StrictJson.Text(item, "use"))
            {
                case "in" when name is { Length: > 0 }:
                    ReadInput(item, name, at);
                    break;
                case "out":
                    ReadOutput(item, at, depth: 0);
                    break;
                default:
                    Wrong(at, "must have a name, and in or out as its use.");
                    break;
            }
        }
    }

    private void ReadInput(JsonElement item, string name, string at)
    {
        var type = StrictJson.Text(item, "type") ?? string.Empty;
        if (!_inputs.TryAdd(name, type))
        {
            Wrong($"{at}/name", "stands twice.");
        }

        var elements = Codes(item, FiltersBy).ToArray();
        if (elements.Length > 0 && elements is not [ByNothing] && !Array.TrueForAll(elements, IsElement))
        {
            Wrong($"{at}/extension", $"{FiltersBy} must be the name of a top-level element, repeated for several, or nothing.");
        }

        if (elements.Length > 0)
        {
            _filters[name] = elements is [ByNothing] ? [] : elements;
        }

        var isResource = ResourceType.TryParse(type, out _) || Containers.Contains(type);
        // What an address has no room for has to be there only where it is required: without it the call is one of simple inputs.
        var isComplex = isResource || (type.Length > 0 && char.IsAsciiLetterUpper(type[0]) && type != "Reference");
        _needsBody |= isComplex && !IsOptional(item);
        var isPatients = StrictJson
            .Items(item, "targetProfile")
            .Any(static profile =>
                profile.ValueKind == JsonValueKind.String && profile.GetString()!.Contains("patient", StringComparison.OrdinalIgnoreCase)
            );
        if (isPatients || (name is "patient" or "subject" && !isResource))
        {
            _subjects.Add(name);
        }
    }

    private static bool IsOptional(JsonElement item) =>
        item.TryGetProperty("min", out var min) && min.ValueKind == JsonValueKind.Number && min.TryGetInt32(out var least) && least == 0;

    private static bool IsElement(string name) =>
        name is { Length: > 0 and <= 64 } and not ByNothing && char.IsAsciiLetterLower(name[0]) && name.All(char.IsAsciiLetterOrDigit);

    private void ReadOutput(JsonElement item, string at, int depth)
    {
        var type = StrictJson.Text(item, "type");
        var named = Codes(item, AnswerType).ToList();
        if (type is not null && Containers.Contains(type))
        {
            var types = default(ResourceTypeSet);
            foreach (var name in named)
            {
                if (ResourceType.TryParse(name, out var known))
                {
                    types = types.With(known);
                }
                else
                {
                    Wrong($"{at}/extension", $"{AnswerType} must be the name of an R4 type.");
                }
            }

            _answers = _answers.Union(named.Count == 0 ? ResourceTypeSet.All : types);
            _named = _named.Union(types);
        }
        else if (named.Count > 0)
        {
            Wrong($"{at}/extension", $"{AnswerType} belongs to an output that is a Bundle or any resource.");
        }
        else if (type is not null && ResourceType.TryParse(type, out var one))
        {
            _answers = _answers.With(one);
            _named = _named.With(one);
        }

        var place = 0;
        foreach (var part in depth < 8 ? StrictJson.Items(item, "part") : default)
        {
            ReadOutput(part, $"{at}/part/{place++}", depth + 1);
        }
    }

    private bool Flag(string name)
    {
        if (!resource.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.False)
        {
            return false;
        }

        if (value.ValueKind != JsonValueKind.True)
        {
            Wrong($"/{name}", "must be true or false.");
        }

        return true;
    }

    private static IEnumerable<string> Codes(JsonElement element, string extension)
    {
        foreach (var item in StrictJson.Items(element, "extension"))
        {
            if (StrictJson.Text(item, "url") == extension)
            {
                yield return StrictJson.Text(item, "valueCode") ?? string.Empty;
            }
        }
    }

    private void Wrong(string at, string message)
    {
        _isWrong = true;
        problem(at, message);
    }
}
