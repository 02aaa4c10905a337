using System.Text.Json;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Resources;

/// <summary>
/// Lists the elements at which each token and date search parameter looks (<c>Data/search_parameters.json</c>). Read once.
/// </summary>
/// <remarks>A parameter that is no plain path has no paths: nothing is ever found for it, so a condition on it is never met.</remarks>
internal sealed class TokenPathTable
{
    private readonly KeyValuePair<string, string[]>[][] _parameters = new KeyValuePair<string, string[]>[ResourceType.IndexCount][];

    private TokenPathTable()
    {
        Array.Fill(_parameters, []);
        using var stream =
            typeof(TokenPathTable).Assembly.GetManifestResourceStream("PhiGateway.Fhir.Data.search_parameters.json")
            ?? throw new InvalidOperationException("The table of search parameters is not in the assembly.");
        using var document = JsonDocument.Parse(stream);
        foreach (var type in document.RootElement.EnumerateObject())
        {
            _parameters[ResourceType.Parse(type.Name).Index] = Tokens(type.Value).ToArray();
        }
    }

    public static TokenPathTable Instance { get; } = new();

    public IReadOnlyList<KeyValuePair<string, string[]>> For(ResourceType type) => _parameters[type.Index];

    private static IEnumerable<KeyValuePair<string, string[]>> Tokens(JsonElement parameters)
    {
        foreach (var parameter in parameters.EnumerateObject())
        {
            // An expression says that the paths alone are wider than the parameter: not to be judged by.
            if (parameter.Value.GetProperty("type").ValueEquals("token") && !parameter.Value.TryGetProperty("expression", out _))
            {
                var paths = parameter
                    .Value.GetProperty("paths")
                    .EnumerateArray()
                    .Select(static path => path.GetString() ?? string.Empty)
                    .ToArray();
                if (paths.Length > 0)
                {
                    yield return KeyValuePair.Create(parameter.Name, paths);
                }
            }
            else if (IsDate(parameter, out var dates))
            {
                // A date stands there, or a period of two.
                yield return KeyValuePair.Create(parameter.Name, dates);
                yield return KeyValuePair.Create(parameter.Name + ":start", Array.ConvertAll(dates, static path => path + ".start"));
                yield return KeyValuePair.Create(parameter.Name + ":end", Array.ConvertAll(dates, static path => path + ".end"));
            }
        }
    }

    private static bool IsDate(JsonProperty parameter, out string[] paths)
    {
        paths = [];
        if (
            !parameter.Value.GetProperty("type").ValueEquals("date")
            || parameter.Value.TryGetProperty("expression", out _)
            || parameter.Name[0] == '_'
        )
        {
            return false;
        }

        paths = [.. parameter.Value.GetProperty("paths").EnumerateArray().Select(static path => path.GetString() ?? string.Empty)];
        return paths.Length > 0;
    }
}
