using Microsoft.Extensions.Configuration;
using PhiGateway.Gateway.Configuration;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// Reads the configuration of a node with its databases: what the start would stop at is said before it. Called by whatever starts a node or
/// says whether one would start.
/// </summary>
internal static class NodeConfiguration
{
    private const string Subject = "ConnectionString ";

    /// <summary>As <see cref="GatewayConfiguration.Read"/>, and how the databases are named besides.</summary>
    public static (GatewayOptions Options, IReadOnlyList<ConfigurationProblem> Problems) Read(IConfigurationRoot configuration)
    {
        var (options, problems) = GatewayConfiguration.Read(configuration);
        return (
            options,
            [
                .. problems,
                .. ProblemsOf("Registry", options.Registry.Provider, options.Registry.ConnectionString, problems),
                .. ProblemsOf("Audit:Store", options.Audit.Store.Provider, options.Audit.Store.ConnectionString, problems),
            ]
        );
    }

    // Only of what could be read: a secret that is not there has no form.
    private static IEnumerable<ConfigurationProblem> ProblemsOf(
        string store,
        string provider,
        string connectionString,
        IReadOnlyList<ConfigurationProblem> known
    )
    {
        var (kind, key) = ($"PhiGateway:{store}:Provider", $"PhiGateway:{store}:ConnectionString");
        if (known.Any(problem => problem.Key == kind || problem.Key == key))
        {
            yield break;
        }

        foreach (var problem in GatewayHost.StoreOf(provider, connectionString).Validate())
        {
            yield return new ConfigurationProblem(
                key,
                problem.StartsWith(Subject, StringComparison.Ordinal) ? problem[Subject.Length..] : problem
            );
        }
    }
}
