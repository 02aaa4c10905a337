using Microsoft.Extensions.Configuration;
using PhiGateway.Fhir.Grammar.Declared;

namespace PhiGateway.Gateway.Configuration;

/// <summary>
/// Reads the <c>SearchParameter</c> and <c>OperationDefinition</c> resources that an operator names, for all routes and for one; a file that
/// is not right is a problem, and its route has no grammar.
/// </summary>
internal static class SearchParameterFiles
{
    private const long MostBytes = 16L * 1024 * 1024;
    private const string GlobalKey = "PhiGateway:SearchParameters";
    private const string GlobalOperationsKey = "PhiGateway:Operations";

    // No path has one.
    private const char Separator = '\n';

    /// <summary>Reads the parameters of every route at start; adds every problem found.</summary>
    public static void Load(IConfigurationSection proxy, GatewayOptions options, List<ConfigurationProblem> problems)
    {
        var declared = new Dictionary<string, DeclaredParameters>(StringComparer.Ordinal);
        AddTo(declared, string.Empty, GlobalKey, options, problems);
        foreach (var route in proxy.GetSection("Routes").GetChildren())
        {
            var metadata = route.GetSection("Metadata");
            var isRight = Check(metadata, RouteMetadata.SearchParameters, GlobalKey, problems);
            isRight &= Check(metadata, RouteMetadata.Operations, GlobalOperationsKey, problems);
            if (isRight && OwnOf(key => metadata[key]) is { Length: > 0 } own && !declared.ContainsKey(own))
            {
                var key = metadata[RouteMetadata.SearchParameters] is null ? RouteMetadata.Operations : RouteMetadata.SearchParameters;
                AddTo(declared, own, metadata.GetSection(key).Path, options, problems);
            }
        }

        options.DeclaredParameters = declared;
        options.DeclaredPaths = proxy
            .GetSection("Routes")
            .GetChildren()
            .Select(static route => route.GetSection("Metadata"))
            .GroupBy(static metadata => metadata[RouteMetadata.Base] ?? string.Empty, StringComparer.Ordinal)
            .ToDictionary(static routes => routes.Key, static routes => OwnOf(key => routes.First()[key]), StringComparer.Ordinal);
    }

    /// <summary>What a route names of its own: its paths, or empty.</summary>
    /// <param name="metadata">Gives the route's metadata by their keys.</param>
    public static string OwnOf(Func<string, string?> metadata)
    {
        var (parameters, operations) = (metadata(RouteMetadata.SearchParameters), metadata(RouteMetadata.Operations));
        return string.Join(Separator, new[] { parameters, operations }.Where(static path => !string.IsNullOrEmpty(path)));
    }

    /// <summary>The parameters of a route by what it names of its own (none: empty); null when a file is not right.</summary>
    public static DeclaredParameters? Find(GatewayOptions options, string own)
    {
        var found = options.DeclaredParameters;
        if (found.TryGetValue(own, out var known))
        {
            return known;
        }

        // A route that came with a reload: what is wrong with its files leaves it without a grammar, so nothing is served there.
        var later = new Dictionary<string, DeclaredParameters>(StringComparer.Ordinal);
        AddTo(later, own, GlobalKey, options, []);
        return later.GetValueOrDefault(own);
    }

    /// <summary>The parameters of the first route with a base path, for explanations; of an unknown path those of all routes.</summary>
    public static DeclaredParameters OfBase(GatewayOptions options, string basePath) =>
        Find(options, options.DeclaredPaths.GetValueOrDefault(basePath) ?? string.Empty) ?? DeclaredParameters.None;

    private static bool Check(IConfigurationSection metadata, string name, string global, List<ConfigurationProblem> problems)
    {
        var own = metadata.GetSection(name);
        if (own.GetChildren().Any() || own.Value is { Length: 0 })
        {
            problems.Add(
                new ConfigurationProblem(own.Path, $"must be one path, of a file or a folder; files for all routes stand in {global}.")
            );
            return false;
        }

        if (own.Value is null || metadata[RouteMetadata.Kind] != RouteMetadata.RestJson)
        {
            return true;
        }

        problems.Add(new ConfigurationProblem(own.Path, "belongs to routes of the kind fhir-r4."));
        return false;
    }

    private static void AddTo(
        Dictionary<string, DeclaredParameters> declared,
        string own,
        string key,
        GatewayOptions options,
        List<ConfigurationProblem> problems
    )
    {
        var before = problems.Count;
        var files = new List<DeclaredFile>();
        var keys = new Dictionary<string, string?>(StringComparer.Ordinal);
        for (var i = 0; i < options.SearchParameters.Count; i++)
        {
            // Said once, where it stands, and not again for every route.
            AddFiles(options.SearchParameters[i], own.Length == 0 ? $"{GlobalKey}:{i}" : null, files, keys, problems);
        }

        for (var i = 0; i < options.Operations.Count; i++)
        {
            AddFiles(options.Operations[i], own.Length == 0 ? $"{GlobalOperationsKey}:{i}" : null, files, keys, problems);
        }

        foreach (var path in own.Split(Separator, StringSplitOptions.RemoveEmptyEntries))
        {
            AddFiles(path, key, files, keys, problems);
        }

        var found = new List<DeclaredProblem>();
        var read = DeclaredParameters.Read(files, found);
        foreach (var problem in found)
        {
            if (keys[problem.File] is { } place)
            {
                problems.Add(new ConfigurationProblem(place, $"{problem.File}: {problem.Pointer} {problem.Message}"));
            }
        }

        if (read is not null && problems.Count == before && files.Count == keys.Count)
        {
            declared[own] = read;
        }
    }

    private static void AddFiles(
        string path,
        string? key,
        List<DeclaredFile> files,
        Dictionary<string, string?> keys,
        List<ConfigurationProblem> problems
    )
    {
        try
        {
            IEnumerable<string> names = Directory.Exists(path)
                ? Directory
                    .EnumerateFiles(path)
                    .Where(static name => Path.GetExtension(name) is ".json" or ".ndjson")
                    .Order(StringComparer.Ordinal)
                : [path];
            var any = false;
            foreach (var name in names)
            {
                any = true;
                if (new FileInfo(name).Length > MostBytes)
                {
                    Add($"{name} is larger than 16 MiB.");
                    continue;
                }

                keys[name] = key;
                files.Add(new DeclaredFile(name, File.ReadAllBytes(name)));
            }

            if (!any)
            {
                Add($"{path} is a folder without .json or .ndjson files.");
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            Add(
                $"{path} cannot be read: it must be a file of SearchParameter or OperationDefinition resources (JSON, a Bundle, NDJSON) "
                    + "or a folder of such files."
            );
        }

        void Add(string message)
        {
            if (key is not null)
            {
                problems.Add(new ConfigurationProblem(key, message));
            }
        }
    }
}
