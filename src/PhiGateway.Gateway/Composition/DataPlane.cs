using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using PhiGateway.Audit.Journal;
using PhiGateway.Fhir.Scopes;
using PhiGateway.Gateway.Admit;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Forward;
using PhiGateway.Gateway.Handles;
using PhiGateway.Gateway.Identify;
using PhiGateway.Gateway.Ingress;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Gateway.Pipeline;
using PhiGateway.Gateway.Release;
using PhiGateway.Gateway.Release.Apis;
using PhiGateway.Gateway.Release.Batches;
using PhiGateway.Gateway.Release.Documents;
using PhiGateway.Gateway.Release.Exports;
using PhiGateway.Gateway.Release.Leaving;
using PhiGateway.Gateway.Release.Pages;
using PhiGateway.Gateway.Release.Streaming;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Gateway.Trail;
using PhiGateway.Gateway.Understand;
using PhiGateway.Gateway.Upstream;
using PhiGateway.Identity;
using PhiGateway.Identity.Common;

namespace PhiGateway.Gateway.Composition;

/// <summary>Builds the web application that clients reach: YARP's routes, our pipeline, nothing else.</summary>
internal static class DataPlane
{
    /// <summary>Builds it, not started.</summary>
    public static WebApplication Build(GatewayParts parts, IConfigurationRoot configuration)
    {
        var options = parts.Options;
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
                kestrel.Limits.MaxRequestLineSize = 16 * 1024;
                kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
                kestrel.Limits.MaxRequestHeaderCount = 64;
                Listeners.Add(kestrel, options.Listeners.Data, options.Listeners);
            });

        var services = builder.Services;
        services.AddSingleton(options).AddSingleton(parts.Clock).AddSingleton(parts.Snapshots).AddSingleton<IAuditJournal>(parts.Journal);
        services.AddPhiGatewayIdentity(options.Issuers, SmartScopeReader.Read);
        services.AddReverseProxy().LoadFromConfig(configuration.GetSection("ReverseProxy"));
        services.AddSingleton<RouteCatalog>().AddSingleton<GatewayMetrics>();
        services.AddSingleton<AuditTrail>().AddSingleton<RefusalFold>().AddSingleton<LateOutcomes>();
        services
            .AddSingleton<OwnHosts>()
            .AddSingleton<IngressStage>()
            .AddSingleton<IdentifyStage>()
            .AddSingleton<UnderstandStage>()
            .AddSingleton<DecideStage>();
        services.AddSingleton<AdmitStage>().AddSingleton<ForwardStage>().AddSingleton<ReleaseStage>();
        services
            .AddSingleton<IUpstream, YarpUpstream>()
            .AddSingleton<StoredVersionGuard>()
            .AddSingleton<ApiVersionGuard>()
            .AddSingleton<ConditionSearch>()
            .AddSingleton<CallPreparation>()
            .AddSingleton<TransactionPreparation>()
            .AddSingleton(parts.TaskUses)
            .AddSingleton<TaskCounter>();
        services
            .AddSingleton<DiscoveryDocuments>()
            .AddSingleton<AnswerJudge>()
            .AddSingleton<PageWalk>()
            .AddSingleton<VersionLookup>()
            .AddSingleton<TargetLookup>()
            .AddSingleton<BatchRelease>();
        services
            .AddSingleton(new HandleSealer(SecretOf(options.HandleKey)))
            .AddSingleton<HandleIssuer>()
            .AddSingleton<HandleReader>()
            .AddSingleton<ApiUnderstanding>();
        services.AddSingleton<StreamedRelease>().AddSingleton<ExportAnswers>().AddSingleton<ApiAnswers>();
        services.AddSingleton<GatewayPipeline>().AddSingleton<RequestRunner>().AddSingleton<CrossOrigin>();

        var app = builder.Build();
        KeepOut(app);
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

    // Validated at start; a secret that has gone since then must not become a random one.
    private static string? SecretOf(string? reference) =>
        reference is null ? null
        : SecretReference.TryResolve(reference, out var secret, out var why) ? secret
        : throw new InvalidOperationException($"PhiGateway:HandleKey: {why}");
}
