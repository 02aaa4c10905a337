using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Shipping;
using PhiGateway.Fhir.Context;
using PhiGateway.Gateway.Admit;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Egress;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Following;
using PhiGateway.Gateway.Forward;
using PhiGateway.Gateway.Handles;
using PhiGateway.Gateway.Identify;
using PhiGateway.Gateway.Ingress;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Gateway.Pipeline;
using PhiGateway.Gateway.Release;
using PhiGateway.Gateway.Settle;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Gateway.Trail;
using PhiGateway.Gateway.Understand;
using PhiGateway.Gateway.Upstream;
using PhiGateway.Identity.Issuers;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;
using Yarp.ReverseProxy.Model;

namespace PhiGateway.Tests.Gateway.Stages;

/// <summary>
/// The data plane's rooms, composed as in the product, between an upstream, a journal and callers that are made up: no socket, no process.
/// One client may do with Observations of patient 17 what the grant says.
/// </summary>
internal sealed class StageWorld : IDisposable
{
    private readonly Lazy<ServiceProvider> _services;

    internal StageWorld(Client? client = null, Action<GatewayOptions>? change = null, params Grant[] grants)
    {
        Options = new GatewayOptions { Environment = "production", PublicBase = "https://gw.example" };
        change?.Invoke(Options);
        Snapshots = new SnapshotHolder(Clock);
        Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: grants), client)));
        _services = new Lazy<ServiceProvider>(Compose);
    }

    /// <summary>Secret that seals pages, jobs and files; null: one of this world alone.</summary>
    internal string? HandleKey { get; init; }

    internal GatewayOptions Options { get; }

    internal SnapshotHolder Snapshots { get; }

    internal StoppedClock Clock { get; } = new(TestRegistry.Now);

    internal RecordingUpstream Upstream { get; } = new();

    internal RecordingJournal Journal { get; } = new();

    internal TaskPot Tasks { get; } = new();

    internal QuotaBoard Quotas { get; init; } = new();

    internal MadeUpCallers Callers { get; } = new();

    /// <summary>Pages that were kept; shared by worlds that are nodes of one fleet.</summary>
    internal PageShelf Pages { get; init; } = new();

    /// <summary>The route that requests come to; null: none matches.</summary>
    internal PhiRoute? Route { get; set; } =
        new()
        {
            RouteId = "fhir",
            Base = "/fhir",
            PublicOrigin = "https://gw.example",
            Tenant = "north",
            Environment = "production",
            Timeout = TimeSpan.FromSeconds(10),
            Language = new FhirContext { GatewayBase = "https://gw.example/fhir", UpstreamBases = ["http://fhir.example/r4"] },
        };

    public void Dispose()
    {
        if (_services.IsValueCreated)
        {
            _services.Value.Dispose();
        }
    }

    internal T Get<T>()
        where T : notnull => _services.Value.GetRequiredService<T>();

    internal void Publish(RegistrySnapshot snapshot) => Snapshots.Publish(snapshot, Clock.GetUtcNow());

    /// <summary>A request that has just come.</summary>
    internal GatewayExchange Open(string method, string target, string? body = null, params (string Name, string Value)[] headers)
    {
        var http = new DefaultHttpContext();
        http.Request.Method = method;
        http.Request.Protocol = "HTTP/1.1";
        http.Request.Host = new HostString("gw.example");
        http.Request.Path = target.Split('?')[0];
        http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = target;
        http.Features.Set<IHttpRequestBodyDetectionFeature>(new BodyDetection(body is not null));
        http.Response.Body = new MemoryStream();
        if (body is not null)
        {
            http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
            http.Request.ContentLength = Encoding.UTF8.GetByteCount(body);
            http.Request.ContentType = KnownMediaTypes.FhirJson;
        }

        foreach (var (name, value) in headers)
        {
            http.Request.Headers[name] = value;
        }

        return new GatewayExchange(http, Route, new NoProxy(), Snapshots.Current, Clock.GetUtcNow(), Guid.CreateVersion7());
    }

    /// <summary>Walks a request through the stages in their order, up to and with the named one.</summary>
    internal async Task<StageResult> WalkAsync(GatewayExchange exchange, string last)
    {
        foreach (var stage in Get<GatewayPipeline>().Stages)
        {
            var result = await stage.RunAsync(exchange);
            if (!result.Continues || stage.Name == last)
            {
                return result;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(last));
    }

    /// <summary>What a client is answered that asks for something which must be served.</summary>
    internal async Task<JsonNode> AskAsync(string target)
    {
        using var exchange = Open("GET", target);
        var result = await WalkAsync(exchange, "Release");
        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail} {string.Join(' ', Upstream.Lines)}");
        return JsonNode.Parse(Written(exchange))!;
    }

    /// <summary>What was written to the client.</summary>
    internal static string Written(GatewayExchange exchange) =>
        Encoding.UTF8.GetString(((MemoryStream)exchange.Http.Response.Body).ToArray());

    internal static string Observation(string id = "1", string patient = "17", string version = "3") =>
        $$$"""
            {"resourceType":"Observation","id":"{{{id}}}","meta":{"versionId":"{{{version}}}"},"status":"final","code":{"text":"x"},
            "subject":{"reference":"Patient/{{{patient}}}"}}
            """;

    /// <summary>A grant to do these things with Observations of the roster's patients.</summary>
    internal static Grant Grant(params string[] interactions) => TestRegistry.Grant() with { Interactions = interactions };

    /// <summary>A grant under which nothing of the roster's patients is withheld, to call these operations.</summary>
    internal static Grant Whole(params string[] operations) =>
        TestRegistry.Grant() with
        {
            Types = [.. ResourceType.All.Select(static type => type.Name)],
            Operations = operations,
            Confidentiality = "V",
            Labels = EverySensitivity,
        };

    /// <summary>Whatever HL7 has a code for.</summary>
    internal static string[] EverySensitivity { get; } =
    ["_ActInformationSensitivityPolicy", "_EntitySensitivityPolicyType", "_RoleInformationSensitivityPolicy"];

    /// <summary>A clock that goes on when it is told to.</summary>
    internal sealed class StoppedClock(DateTimeOffset now) : TimeProvider
    {
        private DateTimeOffset _now = now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => _now;

        public override long GetTimestamp() => _now.UtcTicks;

        internal void Advance(TimeSpan by) => _now += by;
    }

    /// <summary>Whoever calls is the registered client, until a test says otherwise.</summary>
    internal sealed class MadeUpCallers : ICallerAuthenticator
    {
        internal CallerResult Result { get; set; } = CallerResult.Of(Asked.Caller());

        internal int Asks { get; private set; }

        public ValueTask<CallerResult> AuthenticateAsync(HttpContext context, string? publicOrigin = null)
        {
            Asks++;
            return new(Result);
        }

        public ValueTask<Caller?> RecogniseAsync(HttpContext context) => new(Result.Reading.TryGet(out var caller, out _) ? caller : null);

        public IReadOnlyList<HeldKeySet> Held => [];

        public Task<bool> PurgeAsync(string name) => Task.FromResult(false);

        public IReadOnlyList<IssuerStatus> GetStatus() => [];
    }

    /// <summary>Uses of tasks that were taken.</summary>
    internal sealed class TaskPot : ITaskUses
    {
        internal int Taken { get; private set; }

        internal int Left { get; set; } = int.MaxValue;

        public Task<string?> TryTakeAsync(IReadOnlyList<TaskUse> uses, CancellationToken cancellationToken)
        {
            Taken += uses.Sum(static use => use.Count);
            return Task.FromResult(Taken > Left ? uses[0].Task : null);
        }
    }

    /// <summary>What nodes said of quotas; away while it is told so.</summary>
    internal sealed class QuotaBoard : IQuotaUses
    {
        private readonly Dictionary<(string, string), QuotaUse> _uses = [];
        private readonly List<QuotaPatient> _patients = [];

        internal bool IsAway { get; set; }

        /// <summary>What stands there now.</summary>
        internal IEnumerable<QuotaUse> Uses => _uses.Values;

        /// <summary>Whom nodes said that they met.</summary>
        internal IEnumerable<QuotaPatient> Patients => _patients;

        /// <summary>How many words and rows were written, of both sorts.</summary>
        internal int Written { get; private set; }

        /// <summary>Puts there what a node said.</summary>
        internal void Say(QuotaUse use) => _uses[(use.Client, use.Node)] = use;

        public Task<QuotaNews> ExchangeAsync(IReadOnlyList<QuotaUse> own, DateTimeOffset since, CancellationToken cancellationToken)
        {
            if (IsAway)
            {
                throw new IOException("away");
            }

            foreach (var use in own)
            {
                _uses[(use.Client, use.Node)] = use with { Fresh = [] };
                _patients.AddRange(use.Fresh.Select(word => new QuotaPatient(use.Client, use.Hour, word)));
                Written += 1 + use.Patients.Count + use.Fresh.Count;
            }

            return Task.FromResult(new QuotaNews([.. _uses.Values], DateTimeOffset.UnixEpoch) { Patients = [.. Patients] });
        }
    }

    private ServiceProvider Compose()
    {
        var services = new ServiceCollection().AddLogging();
        services
            .AddSingleton(Options)
            .AddSingleton<TimeProvider>(Clock)
            .AddSingleton(Snapshots)
            .AddSingleton<CutAnswers>()
            .AddSingleton<IAuditJournal>(Journal);
        services.AddSingleton(new PatientPseudonym(new byte[32]));
        services
            .AddSingleton<ITaskUses>(Tasks)
            .AddSingleton<IQuotaUses>(_ => Quotas)
            .AddSingleton<IKeptPages>(Pages)
            .AddSingleton<ICallerAuthenticator>(Callers);
        services
            .AddEgress(new EgressConnector(new EgressPolicy()))
            .AddExchange()
            .AddTelemetry(new GatewayMetrics())
            .AddTrail()
            .AddHandles(HandleKey)
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
        services.Replace(ServiceDescriptor.Singleton<IUpstream>(Upstream));
        return services.BuildServiceProvider();
    }

    private sealed record BodyDetection(bool CanHaveBody) : IHttpRequestBodyDetectionFeature;

    private sealed class NoProxy : IReverseProxyFeature
    {
        public RouteModel Route => throw new NotSupportedException();

        public ClusterModel Cluster { get; set; } = null!;

        public IReadOnlyList<DestinationState> AllDestinations => [];

        public IReadOnlyList<DestinationState> AvailableDestinations { get; set; } = [];

        public DestinationState? ProxiedDestination { get; set; }
    }
}
