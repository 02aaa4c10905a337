using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Signals;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Shipping;
using PhiGateway.Console.Configuration;
using PhiGateway.Gateway.Admit;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Following;
using PhiGateway.Gateway.Health;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Gateway.Upstream.Credentials;
using PhiGateway.Identity.Common;
using PhiGateway.Identity.Proofs;
using PhiGateway.Identity.Tokens;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;
using PhiGateway.TokenService.Signing;

namespace PhiGateway.Gateway.Composition;

/// <summary>One running gateway: stores, journal, snapshot, both planes; started in order, stopped in the reverse.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _owned = [];
    private WatchedLoops? _loops;
    private StoragePreparation? _preparation;
    private ILogger? _log;
    private WebApplication? _data;
    private WebApplication? _admin;
    private WebApplication? _tokens;
    private WebApplication? _signalPlane;
    private KeyRing? _ring;
    private Readiness? _readiness;
    private SharedSignals? _shared;
    private StopSignals? _signals;
    private IReadOnlyList<StartProblem> _problems = [];

    private GatewayHost() { }

    /// <summary>What both planes share.</summary>
    public GatewayParts Parts { get; private set; } = null!;

    /// <summary>Where clients reach it.</summary>
    public string DataAddress => LoopbackHost.AddressOf(_data!);

    /// <summary>Where administrators reach it.</summary>
    public string AdminAddress => LoopbackHost.AddressOf(_admin!);

    /// <summary>The first admin key, when one was made at this start; to be shown once and kept nowhere.</summary>
    public string? BootstrapKey { get; private set; }

    /// <summary>
    /// The same, when the registry's database did not answer at the start: made as soon as it does; null when there was none to make.
    /// </summary>
    public Task<string?> LateBootstrapKey { get; private set; } = Task.FromResult<string?>(null);

    /// <summary>Starts everything; what cannot be started is thrown in words for the operator.</summary>
    public static async Task<GatewayHost> StartAsync(
        GatewayOptions options,
        IConfigurationRoot configuration,
        bool quiet,
        CancellationToken cancellationToken,
        ConsoleOptions? console = null
    )
    {
        var host = new GatewayHost();
        try
        {
            await host.StartPartsAsync(options, quiet, cancellationToken);
            var rehearsal = options.RehearseStart
                ? Task.Run(() => StartRehearsal.RunAsync(host.Parts, host._log!), CancellationToken.None)
                : Task.CompletedTask;

            // The control plane first: an operator can look at a node that is not ready yet.
            host._data = DataPlane.Build(host.Parts, configuration, () => host._readiness!);
            if (options.TokenService is { } service && host._ring is { } ring)
            {
                host._tokens = TokenPlane.Build(host.Parts, service, ring, host._data.Services.GetRequiredService<IKeyProof>());
                host._owned.Add(host._tokens);
            }

            var routes = host._data.Services.GetRequiredService<RouteSource>();
            var readiness = new Readiness(
                options,
                host.Parts.Snapshots,
                host.Parts.Follower,
                host.Parts.Journal,
                host.Parts.Shipper,
                () => (host.Parts.Proof.Log.Status, host.Parts.Proof.Watch.Status, host.Parts.Proof.Witnesses.Feed?.Status ?? []),
                () => host.Parts.Sinks?.Status ?? [],
                () => host._shared?.Status ?? [],
                host._data.Services.GetRequiredService<ICallerAuthenticator>().GetStatus,
                () => routes.Status,
                () => host._data.Services.GetRequiredService<BackendCredentials>().Status,
                () => NodeProblems.Of([.. host._problems, .. host._preparation!.Problems], host.Parts, host._data.Services),
                () => host._loops!.Status,
                host.Parts.Clock
            );
            host._readiness = readiness;
            var log = host.Parts.Loggers.CreateLogger<GatewayHost>();
            var watch = WatchParts.Create(host.Parts, log);
            host._admin = ControlPlane.Build(
                host.Parts,
                readiness,
                host._data.Services,
                [host._data.Services.GetRequiredService<ICallerAuthenticator>(), .. TokenPlane.KeysOf(host._tokens)],
                console ?? ConsoleSetup.Of(options, host.Parts.Metrics.CountExhausted),
                watch
            );
            host._owned.AddRange([host._admin, host._data]);
            var shared = host._shared =
                options.Signals.Transmitters.Count > 0 ? host._admin.Services.GetRequiredService<SharedSignals>() : null;
            if (shared is not null && options.Signals.Listener is { } pushes)
            {
                host._signalPlane = SignalPlane.Build(host.Parts, pushes, shared);
                host._owned.Add(host._signalPlane);
            }

            host._signals = new StopSignals();
            await Listeners.StartAsync(host._admin, options.Listeners.Admin, cancellationToken);
            var quotas = host._data.Services.GetRequiredService<QuotaKeeper>();
            await quotas.StartAsync(cancellationToken);
            await Listeners.StartAsync(host._data, options.Listeners.Data, cancellationToken);
            if (host._tokens is not null)
            {
                await Listeners.StartAsync(host._tokens, options.TokenService!.Listener, cancellationToken);
            }

            if (host._signalPlane is not null)
            {
                await Listeners.StartAsync(host._signalPlane, options.Signals.Listener!, cancellationToken);
            }

            await rehearsal;
            readiness.Open();
            GatewayLog.Listening(log, "control", host.AdminAddress);
            GatewayLog.Listening(log, "data", host.DataAddress);
            var loops = host._loops!;
            loops.Start("quotas", quotas.RunAsync);
            foreach (var (part, look, isBehind) in ControlPlane.Looks(host._admin.Services))
            {
                if (isBehind)
                {
                    loops.StartBehind(part, look);
                }
                else
                {
                    loops.Start(part, look);
                }
            }

            if (shared is not null)
            {
                loops.Start("shared signals", shared.RunAsync);
            }

            if (watch is not null)
            {
                host._owned.Add(new OwnedPart(watch));
                loops.StartBehind("trail watch", watch.RunAsync);
            }

            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Waits for Ctrl-C or a termination signal; then says that it is not ready and goes on serving for a pause, so that load balancers have
    /// turned away before a connection is closed. A second signal ends the pause.
    /// </summary>
    public async Task WaitForStopAsync()
    {
        await _signals!.Asked;
        _readiness!.BeginDraining();
        var pause = Parts.Options.StopPause;
        if (pause > TimeSpan.Zero)
        {
            GatewayLog.Draining(Parts.Loggers.CreateLogger<GatewayHost>(), pause.TotalSeconds);
            await Task.WhenAny(Task.Delay(pause, Parts.Clock), _signals.AskedAgain);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Planes stop first and finish their requests; then the loops; then what they wrote to. Each step whatever the one before threw.
        var steps = new StopSteps(_log);
        foreach (var plane in new[] { _data, _tokens, _signalPlane, _admin })
        {
            if (plane is not null)
            {
                await steps.TakeAsync("a listener", async () => await plane.StopAsync());
            }
        }

        if (_loops is { } loops)
        {
            await steps.TakeAsync("the loops", async () => await loops.StopAsync());
        }

        if (Parts?.Proof is { } proof)
        {
            // A store that does not answer must not hold up the stop: the head goes out at the next start.
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await steps.TakeAsync("the transparency log", async () => await proof.Log.FinishAsync(patience.Token));
        }

        for (var i = _owned.Count - 1; i >= 0; i--)
        {
            await steps.TakeAsync((_owned[i] as OwnedPart)?.Name ?? _owned[i].GetType().Name, _owned[i].DisposeAsync);
        }

        _owned.Clear();
        _signals?.Dispose();
        _loops?.Dispose();
    }

    internal static StorageOptions StoreOf(string provider, string connectionString) =>
        new()
        {
            Provider = Enum.Parse<StorageProvider>(provider),
            ConnectionString =
                SecretReference.IsReference(connectionString) && SecretReference.TryResolve(connectionString, out var secret, out _)
                    ? secret
                    : connectionString,
        };

    private async Task StartPartsAsync(GatewayOptions options, bool quiet, CancellationToken cancellationToken)
    {
        TelemetrySetup.CloseContexts();
        // The journal watches the wall clock itself, and records when it jumps.
        var wall = TimeProvider.System;
        var clock = new SteadyClock(wall);
        var serilog = GatewayLogging.Create(options, quiet);
        _owned.Add(serilog);
        var loggers = LoggerFactory.Create(logging => logging.AddGatewayLog(serilog));
        _owned.Add(new OwnedPart(loggers));
        var log = loggers.CreateLogger<GatewayHost>();
        _log = log;
        var loops = _loops = new WatchedLoops(clock, log);

        // 1. Stores: connected to when needed, so that a database that is away does not keep the node from starting.
        var seal = RegistrySeals.Read(options, log);
        var registry = RegistryStorage.Create(StoreOf(options.Registry.Provider, options.Registry.ConnectionString), clock, seal);
        _owned.Add(registry);
        var audit = BodyKeys.Open(options, options.Audit.Store.ConnectionString, clock);
        _owned.Add(audit);
        var ofAdmins = (
            Registry: options.Admin.RegistryConnectionString is { } write
                ? RegistryStorage.Create(StoreOf(options.Registry.Provider, write), clock, seal)
                : registry,
            Audit: options.Admin.AuditConnectionString is { } read ? BodyKeys.Open(options, read, clock) : audit
        );
        _owned.Add(ofAdmins.Registry);
        _owned.Add(ofAdmins.Audit);
        _preparation = new StoragePreparation(clock, log);
        await _preparation.PrepareAsync([registry.Migrator, audit.Migrator], loops, cancellationToken);
        _problems = await BodyKeys.CheckAsync(ofAdmins.Audit, log, cancellationToken);

        // What this node issues itself it also takes, as of any issuer.
        if (options.TokenService is { } service)
        {
            _ring = await TokenPlane.OpenKeysAsync(service, options.Egress, clock, cancellationToken);
            _owned.Add(new OwnedPart(_ring));
            options.Issuers = [.. options.Issuers, TokenPlane.IssuerOf(service, options.Environment, _ring)];
        }

        // 2. The journal: without it nothing is ever released.
        var renewed = await FirstStart.EnsureAsync(options, audit.Store, cancellationToken);
        _ = ByteSize.TryParse(options.Audit.Journal.Budget, out var budget);
        var journal = await FileJournal.OpenAsync(
            new JournalOptions
            {
                Directory = options.Audit.Journal.Directory,
                LogName = options.Node,
                Budget = budget,
                SegmentBytes = SegmentOf(budget),
                StrangerPercent = options.Audit.Journal.StrangerPercent,
                AcceptRepaired = options.Audit.Journal.AcceptRepaired,
                IsFollowedByLog = true,
            },
            wall
        );
        _owned.Add(journal);
        if (renewed is not null)
        {
            await journal.SayAsync("journal.new", renewed);
        }

        var pseudonym = PatientPseudonym.OpenOrCreate(FirstStart.KeyPathOf(options));
        var proof = ProofParts.Open(
            options,
            journal,
            audit.Heads,
            (ofAdmins.Audit.Store, ofAdmins.Audit.Heads),
            new ProofAlerts(ofAdmins.Registry.Store, journal, clock),
            pseudonym,
            clock,
            log
        );
        _owned.Add(new OwnedPart(proof));

        var shipper = new AuditShipper(
            journal,
            audit.Store,
            new AuditEntryReader(journal.Log, pseudonym),
            new ShipperOptions(),
            clock,
            proof.Log
        );
        _owned.Add(new OwnedPart(shipper));
        shipper.Stopped += why => GatewayLog.LogForked(log, why);

        var sinks = SinkParts.Open(options, journal, ofAdmins.Audit.Store, pseudonym, clock);
        if (sinks is not null)
        {
            _owned.Add(new OwnedPart(sinks));
        }

        // 3. The registry in force.
        var snapshots = SnapshotHolder.Of(options.Registry, clock);
        var follower = new SnapshotFollower(
            registry.Source,
            snapshots,
            new LastGoodSnapshot(options, clock, loggers.CreateLogger<LastGoodSnapshot>()),
            options,
            clock,
            journal,
            loggers.CreateLogger<SnapshotFollower>(),
            () => shipper.Status.UnshippedRecords
        );
        Parts = new GatewayParts
        {
            Options = options,
            Clock = clock,
            Log = serilog,
            Loggers = loggers,
            Certificate = ListenerCertificate.Open(options, clock, loggers),
            RegistryStore = ofAdmins.Registry.Store,
            RegistrySource = registry.Source,
            TaskUses = registry.TaskUses,
            QuotaUses = registry.QuotaUses,
            SingleUses = registry.SingleUses,
            KeptPages = registry.KeptPages,
            RegistrationRequests = registry.RegistrationRequests,
            RegistrationQueue = ofAdmins.Registry.RegistrationRequests,
            AuditStore = ofAdmins.Audit.Store,
            AuditReports = ofAdmins.Audit.Reports,
            AuditKeeping = ofAdmins.Audit.Keeping,
            Snapshots = snapshots,
            CutAnswers = new CutAnswers(snapshots, clock),
            Follower = follower,
            Journal = journal,
            Shipper = shipper,
            Proof = proof,
            Sinks = sinks,
            Pseudonym = pseudonym,
            Metrics = new GatewayMetrics(),
        };
        await follower.StartWithRegistryAsync(cancellationToken);
        BackgroundThread.FillPool();
        Parts.Metrics.ShowLoops(() => loops.Status.Count(static loop => loop.Faults > 0), () => loops.Restarts);
        loops.Start("snapshot follower", follower.RunAsync, isNeeded: true);
        loops.StartBehind("audit shipper", shipper.RunAsync, isNeeded: true);
        loops.StartBehind("transparency log", proof.Log.RunAsync, isNeeded: true);
        loops.StartBehind("audit verifier", proof.Watch.RunAsync);
        foreach (var (name, run) in proof.Loops)
        {
            loops.Start(name, run);
        }

        loops.Start("partitions", stopping => PartitionsAhead.RunAsync(audit, clock, log, stopping));

        foreach (var (name, run) in sinks?.Loops ?? [])
        {
            loops.StartBehind($"sink {name}", run);
        }

        // 4. A first key to the control plane, if there is none.
        (BootstrapKey, var settled) = await FirstKey.TryEnsureAsync(Parts, cancellationToken);
        LateBootstrapKey = settled ? Task.FromResult<string?>(null) : FirstKey.EnsureLaterAsync(Parts, log, loops.Stopping);
    }

    // A small budget gets small segments, so that there are always several.
    private static long SegmentOf(long budget) =>
        Math.Clamp(budget / 16 / 4096 * 4096, JournalOptions.MinSegmentBytes, JournalOptions.DefaultSegmentBytes);
}
