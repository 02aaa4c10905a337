using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Egress;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Upstream;
using PhiGateway.Gateway.Upstream.Credentials;
using PhiGateway.Gateway.Upstream.Lean;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Policy.Snapshot;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace PhiGateway.Tests.Gateway.Upstream;

/// <summary>Calls an upstream both ways, by the gateway's own connections and by YARP's, for a client that has a token of its own.</summary>
internal sealed class UpstreamCaller : IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private YarpUpstream? _upstream;

    public ManualClock Clock { get; } = new();

    public EgressConnector Connector { get; } = new(new EgressPolicy());

    public GatewayOptions Options { get; } = new();

    public void Dispose() => _owned.ForEach(static one => one.Dispose());

    public BackendCredentials Credentials() => new(new GatewayOptions(), Connector, Clock, NullLogger<BackendCredentials>.Instance);

    public async Task<UpstreamReply> SendAsync(string address, bool isLean, BackendCredential? credential, UpstreamCall? call = null)
    {
        using var credentials = Credentials();
        return await SendAsync(Proxy(address, isLean, credentials, null), Route(credential, null), call);
    }

    public async Task<UpstreamReply> SendAsync(IReverseProxyFeature proxy, PhiRoute route, UpstreamCall? call = null)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.Authorization = "Bearer of-the-client";
        var now = new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
        var exchange = new GatewayExchange(http, route, proxy, TestRegistry.Build([]), now, Guid.CreateVersion7());
        exchange.Fill(new Ingressed(route, proxy, null!, default!));
        _owned.Add(exchange);
        return await Upstream()
            .SendAsync(call ?? new UpstreamCall("GET", "/Observation/1", null, default, []), exchange, CancellationToken.None);
    }

    private YarpUpstream Upstream()
    {
        if (_upstream is null)
        {
#pragma warning disable CA5359 // The certificate was made a moment ago, by the test itself.
            var lean = new LeanClient(Connector, static (_, _, _, _) => true);
#pragma warning restore CA5359
            var storage = new StorageClient(Connector, Options, Clock);
            _owned.AddRange([lean, storage]);
            _upstream = new YarpUpstream([], lean, storage, Options, TimeProvider.System);
        }

        return _upstream;
    }

    public OneDestination Proxy(string address, bool isLean, IBackendCredentials credentials, (string, string)? files)
    {
        // What an operator sets for a cluster's client takes it away from the lean way.
        var client = isLean ? null : new HttpClientConfig { DangerousAcceptAnyServerCertificate = true };
        var cluster = new ClusterConfig
        {
            ClusterId = "ehr",
            HttpClient = client,
            Metadata = MetadataOf(files),
        };
        var invoker = new UpstreamClientFactory(new EgressHttpClientFactory(Connector), credentials).CreateClient(
            new ForwarderHttpClientContext
            {
                ClusterId = "ehr",
                NewConfig = client ?? HttpClientConfig.Empty,
                NewMetadata = MetadataOf(files),
            }
        );
        _owned.Add(invoker);
        return new OneDestination(cluster, invoker, address);
    }

    public static PhiRoute Route(BackendCredential? credential, UpstreamCertificate? certificate) =>
        new()
        {
            RouteId = "fhir",
            Base = "/fhir",
            PublicOrigin = "https://gw.example",
            Tenant = "north",
            Environment = "production",
            // Security: a credential of the cluster's own goes, or nothing does.
            ForwardsClientToken = credential is not null,
            Timeout = TimeSpan.FromMinutes(2),
            Credential = credential,
            Certificate = certificate,
            Language = new FhirContext { GatewayBase = "https://gw.example/fhir", UpstreamBases = ["http://fhir.example/r4"] },
        };

    public static Dictionary<string, string>? MetadataOf((string Certificate, string Key)? files) =>
        files is { } given
            ? new Dictionary<string, string>
            {
                [RouteMetadata.ClientCertificate] = given.Certificate,
                [RouteMetadata.ClientCertificateKey] = given.Key,
            }
            : null;

    internal sealed class OneDestination(ClusterConfig cluster, HttpMessageInvoker client, string address) : IReverseProxyFeature
    {
        public RouteModel Route => throw new NotSupportedException();

        public ClusterModel Cluster { get; set; } = new(cluster, client);

        public IReadOnlyList<DestinationState> AllDestinations => AvailableDestinations;

        public IReadOnlyList<DestinationState> AvailableDestinations { get; set; } =
        [new("a", new DestinationModel(new DestinationConfig { Address = address }))];

        public DestinationState? ProxiedDestination { get; set; }
    }
}
