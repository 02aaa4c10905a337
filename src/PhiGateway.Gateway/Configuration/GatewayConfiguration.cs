using Microsoft.Extensions.Configuration;

namespace PhiGateway.Gateway.Configuration;

/// <summary>Reads configuration: one JSON file and the environment (<c>PHIGW__Section__Key</c>), and lists every problem at once.</summary>
internal static class GatewayConfiguration
{
    /// <summary>Prefix of environment variables that set keys under <c>PhiGateway</c>, or any section when they name one.</summary>
    public const string EnvironmentPrefix = "PHIGW__";

    private static readonly string[] KnownSections = ["PhiGateway", "ReverseProxy", "Serilog"];

    /// <summary>Builds the configuration from a file, the environment and, strongest, given values.</summary>
    /// <exception cref="InvalidDataException">The file is not JSON.</exception>
    public static IConfigurationRoot Load(string? path, IEnumerable<KeyValuePair<string, string?>>? overrides = null)
    {
        var builder = new ConfigurationBuilder();
        var isLoaded = false;
        if (path is not null)
        {
            builder.AddJsonFile(source =>
            {
                source.Path = Path.GetFullPath(path);
                source.ReloadOnChange = true;
                source.ResolveFileProvider();
                // At start it is thrown; later what is in force stays in force, and readiness says why.
                source.OnLoadException = context => context.Ignore = isLoaded;
            });
        }

        builder.AddInMemoryCollection(FromEnvironment());
        if (overrides is not null)
        {
            builder.AddInMemoryCollection(overrides);
        }

        var root = builder.Build();
        isLoaded = true;
        return root;
    }

    /// <summary>Binds and validates everything; the options are only good when no problem is listed.</summary>
    public static (GatewayOptions Options, IReadOnlyList<ConfigurationProblem> Problems) Read(IConfigurationRoot configuration)
    {
        var problems = new List<ConfigurationProblem>();
        foreach (var section in configuration.GetChildren())
        {
            if (!KnownSections.Contains(section.Key, StringComparer.OrdinalIgnoreCase))
            {
                problems.Add(
                    new ConfigurationProblem(section.Key, "is not a known section; known are PhiGateway, ReverseProxy and Serilog.")
                );
            }
        }

        var gateway = configuration.GetSection("PhiGateway");
        problems.AddRange(UnknownKeys.Find(gateway, typeof(GatewayOptions)));
        var options = Bind(gateway, problems);
        options.RouteHosts = RoutePlaces.HostsOf(configuration.GetSection("ReverseProxy"));
        options.RoutePlaces = RoutePlaces.Of(configuration.GetSection("ReverseProxy"));
        options.RouteNames = RoutePlaces.NamesOf(configuration.GetSection("ReverseProxy"), options.Environment);
        GatewayOptionsValidator.Validate(options, problems);
        SearchParameterFiles.Load(configuration.GetSection("ReverseProxy"), options, problems);
        RouteValidator.Validate(configuration.GetSection("ReverseProxy"), options, problems);
        return (options, problems);
    }

    // What is already known to be wrong is left out: the binder would stop at it, or drop the whole item of a list around it without a
    // word.
    private static GatewayOptions Bind(IConfigurationSection section, List<ConfigurationProblem> problems)
    {
        var wrong = problems.Select(static problem => problem.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var values = section.AsEnumerable().Where(pair => pair.Value is not null && !wrong.Contains(pair.Key));
        var options = new GatewayOptions();
        new ConfigurationBuilder().AddInMemoryCollection(values).Build().GetSection(section.Path).Bind(options);
        return options;
    }

    private static IEnumerable<KeyValuePair<string, string?>> FromEnvironment()
    {
        foreach (System.Collections.DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
        {
            var name = (string)variable.Key;
            if (!name.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var key = name[EnvironmentPrefix.Length..].Replace("__", ":", StringComparison.Ordinal);
            var first = key.Split(':')[0];
            yield return new(
                KnownSections.Contains(first, StringComparer.OrdinalIgnoreCase) ? key : $"PhiGateway:{key}",
                (string?)variable.Value
            );
        }
    }
}
