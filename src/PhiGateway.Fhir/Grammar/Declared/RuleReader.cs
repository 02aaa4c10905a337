using System.Text.Json;

namespace PhiGateway.Fhir.Grammar.Declared;

/// <summary>Reads what a <c>SearchParameter</c> says about its use: comparators, modifiers, chains, repetition.</summary>
/// <param name="resource">The resource.</param>
/// <param name="kind">Its type.</param>
/// <param name="problem">Takes the pointer and what is wrong there.</param>
internal sealed class RuleReader(JsonElement resource, SearchParameterKind kind, Action<string, string> problem)
{
    private static readonly string[] Comparators = ["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"];

    internal ParameterRules Read() =>
        new()
        {
            Comparators = ReadComparators(),
            Modifiers = ReadModifiers(),
            Chains = ReadChains(),
            MultipleOr = ReadBoolean("multipleOr"),
            MultipleAnd = ReadBoolean("multipleAnd"),
        };

    private List<string>? ReadComparators()
    {
        var list = ReadCodes("comparator");
        if (list is null)
        {
            return null;
        }

        if (
            kind is not (SearchParameterKind.Number or SearchParameterKind.Date or SearchParameterKind.Quantity)
            || list.Exists(static code => !Comparators.Contains(code))
        )
        {
            problem("/comparator", $"must be of {string.Join(' ', Comparators)}, on a number, date or quantity.");
        }

        return list;
    }

    private List<string> ReadModifiers()
    {
        var modifiers = new List<string>();
        foreach (var code in ReadCodes("modifier") ?? [])
        {
            // The one whose code and spelling in URLs differ.
            var modifier = code == "ofType" ? "of-type" : code;
            if (modifier == "type" ? kind != SearchParameterKind.Reference : !SearchModifiers.IsDefined(kind, modifier))
            {
                problem("/modifier", $"has {code}, which R4 does not define for parameters of this type.");
            }

            modifiers.Add(modifier);
        }

        return modifiers;
    }

    private List<string> ReadChains()
    {
        var chains = ReadCodes("chain") ?? [];
        if (chains.Count > 0 && kind != SearchParameterKind.Reference)
        {
            problem("/chain", "belongs to references.");
        }

        return chains;
    }

    private bool ReadBoolean(string name)
    {
        if (!resource.TryGetProperty(name, out var value))
        {
            return true;
        }

        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            problem("/" + name, "must be true or false.");
        }

        return value.ValueKind == JsonValueKind.True;
    }

    private List<string>? ReadCodes(string name)
    {
        if (!resource.TryGetProperty(name, out var list))
        {
            return null;
        }

        var codes = new List<string>();
        foreach (var item in list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : default)
        {
            if (item.ValueKind == JsonValueKind.String && item.GetString() is { Length: > 0 } code)
            {
                codes.Add(code);
                continue;
            }

            codes.Clear();
            break;
        }

        if (codes.Count == 0)
        {
            problem("/" + name, "must be a list of codes.");
        }

        return codes;
    }
}
