using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Primitives;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Telemetry;
using Yarp.ReverseProxy.Configuration;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// Gives YARP its routes: those of the start, and those of a changed file once the whole file has passed what a start asks of it.
/// </summary>
/// <remarks>
/// Security: there is one way in. A candidate with any problem, or whose change cannot be recorded, leaves what is in force as it is and
/// is told by readiness. Thread-safe.
/// </remarks>
internal sealed class RouteSource : IProxyConfigProvider, IDisposable
{
    private const string Section = "ReverseProxy";

    private readonly Lock _gate = new();
    private readonly IConfigurationRoot _configuration;
    private readonly GatewayOptions _options;
    private readonly IAuditJournal _journal;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly IDisposable _watch;
    private volatile Routes _current;
    private volatile RouteStatus _status;

    public RouteSource(
        IConfigurationRoot configuration,
        GatewayOptions options,
        IAuditJournal journal,
        TimeProvider clock,
        ILogger<RouteSource> log
    )
    {
        (_configuration, _options, _journal, _clock, _log) = (configuration, options, journal, clock, log);
        var first = Freeze();
        _current = Read(first);
        _status = new RouteStatus(_current.RevisionId, clock.GetUtcNow(), null);
        Record(null, _current.RevisionId, "start");
        _watch = ChangeToken.OnChange(configuration.GetReloadToken, Reload);
    }

    /// <summary>What is in force, and what is not.</summary>
    public RouteStatus Status => _status;

    public IProxyConfig GetConfig() => _current;

    public void Dispose()
    {
        _watch.Dispose();
        _current.Dispose();
    }

    /// <summary>Looks at the file's present content; called when it has changed.</summary>
    internal void Reload()
    {
        lock (_gate)
        {
            var candidate = Freeze();
            var section = candidate.GetSection(Section);
            var hash = HashOf(section);
            var problems = FindProblems(candidate, section);
            if (problems.Count > 0)
            {
                Refuse($"the file has {problems.Count} problems, the first at {problems[0].Key}: {problems[0].Message}");
                return;
            }

            if (hash == _current.RevisionId)
            {
                _status = _status with { Refused = null };
                return;
            }

            if (!Record(_current.RevisionId, hash, "reload"))
            {
                Refuse("the change cannot be recorded");
                return;
            }

            var before = _current;
            _options.RouteHosts = RoutePlaces.HostsOf(section);
            _options.RoutePlaces = RoutePlaces.Of(section);
            _current = Read(candidate);
            _status = new RouteStatus(hash, _clock.GetUtcNow(), null);
            GatewayLog.RoutesChanged(_log, hash);
            before.Replace();
        }
    }

    private List<ConfigurationProblem> FindProblems(IConfigurationRoot candidate, IConfigurationSection section)
    {
        try
        {
            // A file that cannot be parsed leaves what was read before, or nothing: neither is what stands in it.
            foreach (var file in _configuration.Providers.OfType<JsonConfigurationProvider>())
            {
                var path = file.Source.FileProvider?.GetFileInfo(file.Source.Path!).PhysicalPath;
                _ = new ConfigurationBuilder().AddJsonFile(path!, optional: false).Build();
            }

            var (_, problems) = NodeConfiguration.Read(candidate);
            var found = problems.ToList();
            if (found.Count == 0)
            {
                // Its routes must also fit what the rest of the process was started with.
                RouteValidator.Validate(section, _options, found);
            }

            return found;
        }
#pragma warning disable CA1031 // A file that cannot even be bound must not end the watch on it.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            return [new ConfigurationProblem(Section, $"cannot be read ({fault.GetType().Name}).")];
        }
    }

    private void Refuse(string why)
    {
        _status = _status with { Refused = why };
        GatewayLog.RoutesRefused(_log, _status.Hash, why);
    }

    private bool Record(string? before, string hash, string why)
    {
        var now = _clock.GetUtcNow();
        return _journal.TryAppend(
            new AuditRecord
            {
                Id = Guid.CreateVersion7(now),
                Kind = AuditKind.Admin,
                Event = "routes.enforced",
                Time = now,
                Actor = "system",
                Target = "routes/" + hash,
                Before = before,
                After = hash,
                Note = why,
            }
        );
    }

    // The file may change again while it is looked at.
    private IConfigurationRoot Freeze() =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(_configuration.AsEnumerable().Where(static pair => pair.Value is not null))
            .Build();

    // YARP's own reading of the section, without its watch on it.
    private static Routes Read(IConfigurationRoot frozen)
    {
        var section = frozen.GetSection(Section);
        var services = new ServiceCollection();
        services.AddLogging().AddReverseProxy().LoadFromConfig(section);
        using var provider = services.BuildServiceProvider();
        var read = provider.GetRequiredService<IProxyConfigProvider>().GetConfig();
        return new Routes(HashOf(section), read.Routes, read.Clusters);
    }

    private static string HashOf(IConfigurationSection section)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (key, value) in section.AsEnumerable().OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            if (value is not null)
            {
                hash.AppendData(Encoding.UTF8.GetBytes($"{key.Length} {key} {value.Length} {value}\n"));
            }
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private sealed class Routes : IProxyConfig, IDisposable
    {
        private readonly CancellationTokenSource _replaced = new();
        private readonly IReadOnlyList<RouteConfig> _routes;

        public Routes(string hash, IReadOnlyList<RouteConfig> routes, IReadOnlyList<ClusterConfig> clusters)
        {
            (RevisionId, _routes, Clusters) = (hash, routes, clusters);
            ChangeToken = new CancellationChangeToken(_replaced.Token);
        }

        public string RevisionId { get; }

        IReadOnlyList<RouteConfig> IProxyConfig.Routes => _routes;

        public IReadOnlyList<ClusterConfig> Clusters { get; }

        // Made once: a file that changes while the node starts replaces these routes before anybody has asked for it.
        public IChangeToken ChangeToken { get; }

        public void Replace() => _replaced.Cancel();

        public void Dispose() => _replaced.Dispose();
    }
}
