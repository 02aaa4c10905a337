using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Configuration;
using PhiGateway.Audit.Journal;
using PhiGateway.Fhir.Scopes;
using PhiGateway.Gateway.Admit;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Egress;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Forward;
using PhiGateway.Gateway.Handles;
using PhiGateway.Gateway.Health;
using PhiGateway.Gateway.Identify;
using PhiGateway.Gateway.Ingress;
using PhiGateway.Gateway.Ingress.Wire;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Gateway.Mcp;
using PhiGateway.Gateway.Pipeline;
using PhiGateway.Gateway.Release;
using PhiGateway.Gateway.Release.Leaving;
using PhiGateway.Gateway.Settle;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Gateway.Trail;
using PhiGateway.Gateway.Understand;
using PhiGateway.Gateway.Upstream;
using PhiGateway.Identity;
using PhiGateway.Identity.Common;
using PhiGateway.Identity.Workloads;
using PhiGateway.Policy.Snapshot;
using Yarp.ReverseProxy.Configuration;

namespace PhiGateway.Gateway.Composition;

/// <summary>Builds the web application that clients reach: YARP's routes, our pipeline, nothing else.</summary>
internal static class DataPlane
{
    // Beside the token.
    private const int OtherHeaders = 16 * 1024;

    /// <summary>Builds it, not started.</summary>
    /// <param name="parts">What both planes share.</param>
    /// <param name="configuration">Where the routes stand.</param>
    /// <param name="readiness">For probes, once it is there.</param>
    /// <param name="rehearsed">Takes the records of a rehearsal; null: it is the node's own plane, and the node's journal takes them.</param>
    public static WebApplication Build(
        GatewayParts parts,
        IConfigurationRoot configuration,
        Func<Readiness> readiness,
        RehearsedJournal? rehearsed = null
    )
    {
        var options = parts.Options;
        IAuditJournal journal = rehearsed is null ? parts.Journal : rehearsed;
        var heads = new WireLimits(
            RequestLine: 16 * 1024,
            HeaderBytes: OtherHeaders + options.Limits.MaxToken,
            Headers: 64,
            HeadTime: TimeSpan.FromSeconds(30)
        );
        var peers = new PeerAddress(options.TrustedProxies);
        var metrics = parts.Metrics;
        var gate = new ConnectionGate(ConnectionLimits.Of(options), peers, metrics, "data");
        var egress = new EgressConnector(new EgressPolicy(options.Egress.Allow));
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddConfiguration(configuration);
        // ASP.NET's own request log would write URLs; off, it also makes no activity per request.
        builder.Logging.AddGatewayLog(parts.Log).AddFilter("Microsoft.AspNetCore", LogLevel.None);
        builder
            .WebHost.UseKestrelCore()
            .UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.AllowSynchronousIO = false;
                kestrel.Limits.MaxRequestBodySize = options.Limits.MaxRequestBody + 1;
                kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(options.Limits.LeastRate, ReaderPace.Grace);
                kestrel.Limits.MinResponseDataRate = new MinDataRate(options.Limits.LeastRate, ReaderPace.Grace);
                kestrel.Limits.MaxRequestLineSize = heads.RequestLine;
                kestrel.Limits.MaxRequestHeadersTotalSize = heads.HeaderBytes;
                kestrel.Limits.Http2.MaxRequestHeaderFieldSize = heads.HeaderBytes;
                kestrel.Limits.MaxRequestHeaderCount = heads.Headers;
                Listeners.Add(
                    kestrel,
                    options.Listeners.Data,
                    options.Listeners,
                    parts.Certificate,
                    before: gate.Use,
                    after: listen => WireGuard.Use(listen, heads)
                );
            });

        var services = builder.Services;
        // What arrives is already told by a worker of the pool: Kestrel need not hand the request over to another one, nor the answer to a
        // third. Nothing runs on the thread that waits for the sockets.
        services.Configure<SocketTransportOptions>(static sockets =>
        {
            sockets.UnsafePreferInlineScheduling = true;
            // Else each request is looked for in vain, then announced, then read: one call into the kernel less where a connection keeps a
            // page of 4 KiB while it waits, 40 MB for as many as a node lets in by default.
            sockets.WaitForDataBeforeAllocatingBuffer = false;
        });
        services
            .AddSingleton(options)
            .AddSingleton(parts.Clock)
            .AddSingleton(parts.Snapshots)
            .AddSingleton(parts.CutAnswers)
            .AddSingleton(journal);
        services
            .AddSingleton<ISnapshotSource>(parts.Snapshots)
            .AddPhiGatewayIdentity(
                options.Issuers,
                SmartScopeReader.Read,
                egress.ConnectAsync,
                options.Dpop,
                options.Limits.MaxToken,
                options.ApiKeys ? options.Environment : null,
                (options.Spiffe, options.Environment),
                options.BasicKeys,
                options.Limits.FalseTokensPerSecondPerPeer
            );
        services.AddReverseProxy();
        services
            .AddSingleton<IProxyConfigProvider>(static provider => provider.GetRequiredService<RouteSource>())
            .AddSingleton(provider => new RouteSource(
                configuration,
                options,
                journal,
                parts.Clock,
                provider.GetRequiredService<ILogger<RouteSource>>()
            ));
        if (options.TokenService?.Udap is { } udap)
        {
            services.AddSingleton(new UdapStatements(udap.Certificate, udap.Key, parts.Clock));
        }

        services.AddSingleton(parts.TaskUses).AddSingleton(parts.QuotaUses).AddSingleton(parts.SingleUses).AddSingleton(parts.Pseudonym);
        services.AddSingleton(parts.KeptPages);
        services
            .AddEgress(egress)
            .AddExchange()
            .AddTelemetry(metrics)
            .AddTrail()
            .AddHandles(SecretOf(options.HandleKey))
            .AddUpstream()
            .AddLookups()
            .AddIngress()
            .AddIdentify()
            .AddUnderstand()
            .AddDecide()
            .AddAdmit()
            .AddSettle()
            .AddForward()
            .AddRelease()
            .AddPipeline();

        if (options.Mcp.Bases.Count > 0)
        {
            services.AddMcp();
        }

        var app = builder.Build();
        KeepOut(app);
        app.Lifetime.ApplicationStopped.Register(metrics.Dispose);
        UnreadableRequests.Count(app.Services, metrics);
        metrics.Show(app.Services.GetRequiredService<HeldMemory>());
        if (options.Listeners.Probes)
        {
            HealthEndpoints.UseWords(app, readiness);
        }

        Greeting.Use(app, Greeting.OfData);
        if (peers.IsOn)
        {
            app.Use(next =>
                http =>
                {
                    peers.Apply(http);
                    return next(http);
                }
            );
        }

        ResourceMetadata.Use(app, options);
        if (options.Mcp.Bases.Count > 0)
        {
            app.UseMcpDoor(new McpRefusal(static http => http.Features.Get<WireFlaw>() is not null, Mark));
        }

        var runner = app.Services.GetRequiredService<RequestRunner>();
        app.UseRouting();
        // Two ways in, one pipeline: what YARP has a route for, and whatever it has none for, which is refused on the record.
#pragma warning disable ASP0014 // Endpoints must run before the terminal middleware, not after it.
        app.UseEndpoints(endpoints => endpoints.MapReverseProxy(proxy => proxy.Run(runner.RunAsync)));
#pragma warning restore ASP0014
        app.Run(runner.RunAsync);
        return app;
    }

    // The identify stage asks JwtBearer itself; because its services are here, ASP.NET would put two middlewares of its own around every
    // request.
    private static void KeepOut(IApplicationBuilder app)
    {
        app.Properties["__AuthenticationMiddlewareSet"] = true;
        app.Properties["__AuthorizationMiddlewareSet"] = true;
    }

    // As of a request whose bytes cannot be read: the ingress stage refuses it, on the record.
    private static void Mark(HttpContext http, McpFlaw flaw)
    {
        http.Request.Method = WireFlaw.Method;
        http.Features.Set(
            flaw switch
            {
                McpFlaw.Headers => WireFlaw.McpHeaders,
                McpFlaw.Origin => WireFlaw.McpOrigin,
                McpFlaw.TooLarge => WireFlaw.McpTooLarge,
                McpFlaw.Slow => WireFlaw.McpSlow,
                _ => WireFlaw.McpMessage,
            }
        );
    }

    // Validated at start; a secret that has gone since then must not become a random one.
    private static string? SecretOf(string? reference)
    {
        if (reference is null)
        {
            return null;
        }

        return SecretReference.TryResolve(reference, out var secret, out var why)
            ? secret
            : throw new InvalidDataException($"PhiGateway:HandleKey: {why}");
    }
}
