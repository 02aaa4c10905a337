using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Campaigns;
using PhiGateway.Admin.Composition;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Organizations;
using PhiGateway.Admin.Shadows;
using PhiGateway.Admin.Status;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Shipping;
using PhiGateway.Console.Composition;
using PhiGateway.Console.Configuration;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Gateway.Admit;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Egress;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Following;
using PhiGateway.Gateway.Health;
using PhiGateway.Gateway.Ingress;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Identity.Issuers;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.RegistryFiles.Documents;
using PhiGateway.Watch.Detection;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// Builds the web application that administrators reach, on its own listener: health, then the admin API behind its gate.
/// </summary>
internal static class ControlPlane
{
    private const long MaxBody = 64L * 1024 * 1024;
    private const int MaxRequestLine = 32 * 1024;

    /// <summary>Builds it, not started.</summary>
    /// <param name="parts">What both planes share.</param>
    /// <param name="readiness">For health.</param>
    /// <param name="data">What the data plane made and both use: the node's budget for bodies, and what runs.</param>
    /// <param name="keys">What the other planes hold of others' keys, to be shown and purged.</param>
    /// <param name="console">What people look at; null: it is not on.</param>
    /// <param name="watch">Who watches the trail; null: this node does not.</param>
    public static WebApplication Build(
        GatewayParts parts,
        Readiness readiness,
        IServiceProvider data,
        IReadOnlyList<IHeldKeys> keys,
        ConsoleOptions? console,
        TrailWatch? watch
    )
    {
        var options = parts.Options;
        var memory = data.GetRequiredService<HeldMemory>();
        var gates = data.GetRequiredService<ClientGates>();
        var peers = new PeerAddress(options.TrustedProxies);
        var gate = new ConnectionGate(ConnectionLimits.OfAdministrators(options.Limits), peers, parts.Metrics, "admin");
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddGatewayLog(parts.Log);
        builder
            .WebHost.UseKestrelCore()
            .UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Limits.MaxRequestBodySize = MaxBody;

                // A reader of the feed brings its place in every log along.
                kestrel.Limits.MaxRequestLineSize = MaxRequestLine;
                Listeners.Add(kestrel, options.Listeners.Admin, options.Listeners, parts.Certificate, before: gate.Use);
            });

        var services = builder.Services;
        services.AddRouting();
        services
            .AddSingleton(parts.Clock)
            .AddSingleton(parts.RegistryStore)
            .AddSingleton(parts.RegistrySource)
            .AddSingleton(parts.AuditStore)
            .AddSingleton(parts.AuditReports)
            .AddSingleton(parts.AuditKeeping);
        services.AddSingleton<IAuditJournal>(parts.Journal);
        services.AddSingleton(parts.Proof.Prover).AddSingleton(parts.Proof.Provers).AddSingleton<ITrailProof>(parts.Proof.Provers);
        if (parts.Proof.Fleet is { Log: { } fleet, Feed: { } feed })
        {
            services.AddSingleton(fleet).AddSingleton(feed);
            if (parts.Proof.Fleet.Witnesses is { } cosigning)
            {
                services.AddSingleton(cosigning);
            }
        }
        else if (parts.Proof.Fleet?.Fault is { } fault)
        {
            services.AddSingleton(fault);
        }

        services.AddSingleton<ISnapshotSource>(parts.Snapshots);
        services.AddSingleton(parts.SingleUses).AddSingleton(parts.RegistrationQueue);
        foreach (var holder in keys)
        {
            services.AddSingleton(holder);
        }

        services.AddSingleton<IPatientPseudonym>(parts.Pseudonym);
        if (watch is not null)
        {
            services.AddSingleton(watch.Usage).AddSingleton(watch.Repeats);
        }

        services
            .AddFollowing(parts.Snapshots)
            .AddHealth(
                options,
                parts.Snapshots,
                parts.Follower,
                parts.Shipper,
                () => (parts.Proof.Watch.Status, parts.Proof.Witnesses.Feed?.Status ?? [], parts.Sinks?.Status ?? [])
            );
        services.AddPhiGatewayAdmin(
            new AdminOptions
            {
                Node = options.Node,
                Connect = new EgressConnector(new EgressPolicy(options.Egress.Allow)).ConnectAsync,
                TakeRoom = bytes => memory.TryTake(bytes, HeldFor.Request) ? new HeldShare(memory, bytes) : null,
                Exhausted = parts.Metrics.CountExhausted,
                Oidc = options.Admin.Oidc,
                AuthZen = options.Admin.AuthZen,
                KnowsTokenParameter = ConditionParameters.Has,
                DeclaredParametersOf = path => SearchParameterFiles.OfBase(options, path),
                Keeping = new KeepingRules(options.Audit.Keep.Years, options.Audit.Keep.YearsOf),
                IsRegistrySealed = options.Registry is { SealKeyFile: not null, SealRequired: true },
                AreBodiesSealed = options.Audit.Bodies is { Key: not null, Keys.Count: > 0 },
                DoorWarningDays = options.Admin.DoorWarningDays ?? [30, 7],
                CertificateEnds = () => parts.Certificate?.EndsSoon,
                DormantDays = options.Admin.DormantDays ?? [30],
                EscalateAfter = TimeSpan.FromMinutes(options.Admin.EscalateMinutes ?? 60),
                TakenFor = TimeSpan.FromMinutes(options.Admin.TakenMinutes ?? 1440),
                NodeSilentAfter = TimeSpan.FromMinutes(options.Admin.NodeSilentMinutes ?? 5),
                AnswersCut = async (revision, begun) =>
                {
                    var (count, inForce) = await parts.CutAnswers.CountAsync(revision, begun);
                    return new AnswersCut(options.Node, count, inForce);
                },
                RunningRequests = clients => gates.RunningOf(clients),
                DefaultLimits = new ClientLimits
                {
                    RequestsPerSecond = options.Limits.RequestsPerSecond,
                    Concurrency = options.Limits.Concurrency,
                },
                TokenService = options.TokenService?.Name ?? options.Admin.TokenService,
                RosterGrowth = new RosterGrowthRules(
                    options.Admin.RosterAlertMembers ?? 1000,
                    options.Admin.RosterAlertPercent ?? 50,
                    options.Admin.RosterMostAlone
                ),
                AsksFreshSignIn = console is null ? null : console.StepUp is not null || console.Demo is not null,
                FreshSignInHangsOnProvider = console is { StepUp.IsByDefault: true, Demo: null },
                MaxSnapshotAge = options.Registry.MaxSnapshotAge,
                Shadows = ShadowsOf(options.Admin.Shadows),
                Signals = new SignalRules(options.Signals, SignalPlaces.IssuersOf(options), console?.Oidc?.Issuer),
                TokenRules = issuer =>
                    options.Issuers.FirstOrDefault(known => known.Name == issuer) is { } known
                        ? new TokenRules(known.MaxTokenLifetime, known.ClockSkew)
                        : null,
                Names = new NodeNames(
                    options.RouteNames.Select(static route => route.Tenant).ToHashSet(StringComparer.Ordinal),
                    options.RouteNames.Select(static route => route.Environment).ToHashSet(StringComparer.Ordinal),
                    options.Issuers.Select(static issuer => issuer.Name).ToHashSet(StringComparer.Ordinal)
                ),
                TenantTagsOf = (tenant, environment) => RoutePlaces.TagsOf(options.RoutePlaces, tenant, environment, options.Environment),
                SpoolDirectory = options.Admin.SpoolDirectory ?? Path.GetTempPath(),
                SpoolBytes = options.Admin.SpoolBytes,
            }
        );

        if (console is not null)
        {
            services.AddPhiGatewayConsole(console);
        }

        TelemetrySetup.Add(services, options);
        var app = builder.Build();

        // Who failed, and who acted, is whoever stands before the balancer, not the balancer.
        peers.Use(app);
        new BodyTime(parts.Options.Limits, parts.Clock, parts.Metrics).Use(app);
        HealthEndpoints.UseParts(app, readiness);
        if (parts.Proof.Witnesses.Own is { } witness)
        {
            app.UsePhiGatewayWitness(witness);
        }

        Greeting.Use(app, Greeting.OfControl);
        if (console is not null)
        {
            app.UsePhiGatewayConsole();
        }

        app.MapPhiGatewayAdmin();
        HealthEndpoints.MapParts(app, readiness);
        TelemetrySetup.Map(app, options);
        return app;
    }

    private static ShadowRules ShadowsOf(ShadowPlaneOptions written)
    {
        var plain = new ShadowRules();
        return new ShadowRules(written.Most ?? plain.Most, written.PerSecond ?? plain.PerSecond);
    }

    /// <summary>
    /// What looks over dates, silence and emergencies behind the traffic, for the host to run; what reads much of the trail on a thread of its
    /// own.
    /// </summary>
    public static IEnumerable<(string Part, Func<CancellationToken, Task> Look, bool IsBehind)> Looks(IServiceProvider services) =>
        [
            ("emergency uses", services.GetRequiredService<EmergencyUses>().RunAsync, false),
            ("door warnings", services.GetRequiredService<DoorWarnings>().RunAsync, false),
            ("silent nodes", services.GetRequiredService<NodeSilence>().RunAsync, false),
            ("dormancy", services.GetRequiredService<DormancyLadder>().RunAsync, false),
            ("escalation", services.GetRequiredService<AlertEscalation>().RunAsync, false),
            ("access reviews", services.GetRequiredService<CampaignDeadline>().RunAsync, false),
            ("offboardings", services.GetRequiredService<OffboardingClock>().RunAsync, false),
            ("shadows", services.GetRequiredService<ShadowWatch>().RunAsync, true),
        ];
}
