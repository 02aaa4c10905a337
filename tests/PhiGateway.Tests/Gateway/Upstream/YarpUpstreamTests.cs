using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Egress;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Gateway.Upstream;
using PhiGateway.Gateway.Upstream.Credentials;
using PhiGateway.Gateway.Upstream.Lean;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace PhiGateway.Tests.Gateway.Upstream;

/// <summary>
/// What the gateway shows an upstream goes on both ways, by its own connections and by YARP's: the newest value, never the client's instead
/// of it, and after a 401 once more for reads alone.
/// </summary>
public sealed class YarpUpstreamTests : IDisposable
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private const string No = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("upstream-").FullName;
    private readonly ManualClock _clock = new();
    private readonly EgressConnector _connector = new(new EgressPolicy());
    private readonly List<IDisposable> _owned = [];
    private readonly GatewayOptions _options = new();

    public void Dispose()
    {
        _owned.ForEach(static one => one.Dispose());
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SendAsync_CredentialRefusedToARead_IsMadeAnewAndSentOnceMore(bool isLean)
    {
        using var upstream = new RawUpstream(static (_, request) => request == 0 ? No : Ok);
        var credential = new Script("Bearer one", "Bearer two");

        var reply = await SendAsync(upstream.Address, isLean, credential);

        Assert.Equal(200, reply.Status);
        Assert.Equal(["Bearer one", "Bearer two"], upstream.Requests.Select(AuthorizationOf));
        Assert.Equal(["Bearer one"], credential.Refused);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SendAsync_SecondValueRefusedToo_IsSaidAsItIs(bool isLean)
    {
        using var upstream = new RawUpstream(static (_, _) => No);

        var reply = await SendAsync(upstream.Address, isLean, new Script("Bearer one", "Bearer two", "Bearer three"));

        Assert.Equal((401, 2), (reply.Status, upstream.Requests.Count));
    }

    [Fact]
    public async Task SendAsync_CredentialRefusedToAWrite_IsMadeAnewButNotSentAgain()
    {
        using var upstream = new RawUpstream(static (_, request) => request == 0 ? No : Ok);
        var credential = new Script("Bearer one", "Bearer two");

        var reply = await SendAsync(upstream.Address, false, credential, new UpstreamCall("DELETE", "/Observation/1", null, default, []));

        Assert.Equal((401, 1), (reply.Status, upstream.Requests.Count));
        Assert.Equal("Bearer two", credential.Current);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SendAsync_NoCredentialToBeHad_SendsNothingNotEvenTheClientsOwn(bool isLean)
    {
        using var upstream = new RawUpstream(static (_, _) => Ok);

        var reply = await SendAsync(upstream.Address, isLean, new Script());

        Assert.Equal(DenyReason.UpstreamCredential, reply.Answer.Result.Refusal);
        Assert.False(reply.WasSent);
        Assert.Empty(upstream.Requests);
    }

    // Whoever connects a server for the first time finds in the record why it is not reached.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SendAsync_ServerThatIsNotReached_IsRefusedWithTheReason(bool isLean)
    {
        using var odd = new RawUpstream(static (_, _) => "HTTP/9.9 what\r\n\r\n");
        var silent = $"http://127.0.0.1:{LoopbackPort.Free()}/r4";

        Assert.Equal("upstream:connection", (await SendAsync(silent, isLean, null)).Answer.Result.Detail);
        Assert.Equal("upstream:answer", (await SendAsync(odd.Address, isLean, null)).Answer.Result.Detail);
        Assert.Equal("upstream:egress", (await SendAsync("http://169.254.169.254/r4", isLean, null)).Answer.Result.Detail);
    }

    [Fact]
    public void WordOf_Fault_IsThatOfTheInnermostThatHasOne()
    {
        var untrusted = new AuthenticationException("The certificate of Eva Muster is invalid");
        var unknown = new SocketException((int)SocketError.HostNotFound);

        Assert.Equal("upstream:tls", UpstreamFaults.WordOf(new NoConnectionException(untrusted)));
        Assert.Equal("upstream:tls", UpstreamFaults.WordOf(new HttpRequestException(HttpRequestError.ConnectionError, "x", untrusted)));
        Assert.Equal("upstream:name", UpstreamFaults.WordOf(new NoConnectionException(unknown)));
        Assert.Equal("upstream:cut", UpstreamFaults.WordOf(new IOException("The answer was cut short.")));
    }

    // So that its spans and the gateway's are one trace; where nobody collects spans it is told nothing.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SendAsync_WhereSpansAreCollected_NamesTheGatewaysOwnSpan(bool isLean)
    {
        using var upstream = new RawUpstream(static (_, _) => Ok);
        _options.Telemetry.Otlp = "http://127.0.0.1:4318";
        using var span = new Activity("in").SetIdFormat(ActivityIdFormat.W3C).Start();

        Assert.Equal(200, (await SendAsync(upstream.Address, isLean, null)).Status);
        Assert.Contains($"\r\ntraceparent: 00-{span.TraceId}-", upstream.Requests.Single(), StringComparison.OrdinalIgnoreCase);
    }

    // As the HTTP client's own: what it was asked for stands in neither name nor tags.
    [Theory]
    [InlineData(Ok, 200, null)]
    [InlineData(No, 401, "401")]
    [InlineData(null, 0, "upstream-unavailable")]
    public async Task SendAsync_AReadWhereSpansAreCollected_IsASpanOfItsOwn(string? answer, int status, string? error)
    {
        using var upstream = new RawUpstream((_, _) => answer);
        using var spans = new SpansOfReads();
        _options.Telemetry.Otlp = "http://127.0.0.1:4318";
        using var request = new Activity("in").SetIdFormat(ActivityIdFormat.W3C).Start();

        Assert.Equal(status, (await SendAsync(upstream.Address, true, null)).Status);
        var one = Assert.Single(spans.Of(request));
        Assert.Equal((ActivityKind.Client, "GET", request.SpanId), (one.Kind, one.DisplayName, one.ParentSpanId));
        Assert.Equal("GET", one.GetTagItem("http.request.method"));
        Assert.Equal(status, (int?)one.GetTagItem("http.response.status_code") ?? 0);
        Assert.Equal(error, one.GetTagItem("error.type"));
        Assert.All(one.TagObjects, static tag => Assert.True(TelemetryTags.IsAllowed(tag.Key)));
        Assert.Contains($"\r\ntraceparent: {one.Id}", upstream.Requests.First(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task SendAsync_AReadWhereNobodyCollectsSpans_IsNone()
    {
        using var upstream = new RawUpstream(static (_, _) => Ok);
        using var spans = new SpansOfReads();
        using var request = new Activity("in").SetIdFormat(ActivityIdFormat.W3C).Start();

        Assert.Equal(200, (await SendAsync(upstream.Address, true, null)).Status);
        Assert.Empty(spans.Of(request));
    }

    [Fact]
    public async Task SendAsync_WhereNobodyCollectsSpans_NamesNone()
    {
        using var upstream = new RawUpstream(static (_, _) => Ok);
        using var span = new Activity("in").SetIdFormat(ActivityIdFormat.W3C).Start();

        Assert.Equal(200, (await SendAsync(upstream.Address, true, null)).Status);
        Assert.DoesNotContain("traceparent", upstream.Requests.Single(), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SendAsync_NoCredentialConfigured_SendsNone(bool isLean)
    {
        using var upstream = new RawUpstream(static (_, _) => Ok);

        var reply = await SendAsync(upstream.Address, isLean, null);

        Assert.Equal(200, reply.Status);
        Assert.Null(AuthorizationOf(upstream.Requests.Single()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SendAsync_CertificateExchanged_IsShownInTheNextHandshake(bool isLean)
    {
        using var upstream = new CertifiedServer();
        using var credentials = Credentials();
        var (file, key) = (Path.Combine(_folder, "gw.pem"), Path.Combine(_folder, "gw.key"));
        CertifiedServer.Write(file, key, "gateway-1");
        var certificate = credentials.FindCertificate(file, key);
        var proxy = Proxy(upstream.Address, isLean, credentials, (file, key));

        Assert.Equal("CN=gateway-1", await ReadAsync(await SendAsync(proxy, Route(null, certificate))));
        Assert.Equal("CN=gateway-1", await ReadAsync(await SendAsync(proxy, Route(null, certificate))));
        CertifiedServer.Write(file, key, "gateway-2");
        _clock.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal("CN=gateway-2", await ReadAsync(await SendAsync(proxy, Route(null, certificate))));
        Assert.Equal(["CN=gateway-1", "CN=gateway-2"], upstream.Shown);
    }

    [Fact]
    public async Task SendAsync_HalfExchangedCertificate_GoesOnWithTheOldOne()
    {
        using var upstream = new CertifiedServer();
        using var credentials = Credentials();
        var (file, key) = (Path.Combine(_folder, "gw.pem"), Path.Combine(_folder, "gw.key"));
        CertifiedServer.Write(file, key, "gateway-1");
        var certificate = credentials.FindCertificate(file, key);
        CertifiedServer.Write(file, Path.Combine(_folder, "other.key"), "gateway-2");
        _clock.Advance(TimeSpan.FromSeconds(6));

        Assert.NotNull(credentials.Status.Single().Problem);
        var proxy = Proxy(upstream.Address, true, credentials, (file, key));
        Assert.Equal("CN=gateway-1", await ReadAsync(await SendAsync(proxy, Route(null, certificate))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SendAsync_CertificateThatCannotBeRead_SendsNothing(bool isLean)
    {
        using var upstream = new CertifiedServer();
        using var credentials = Credentials();
        var (file, key) = (Path.Combine(_folder, "none.pem"), Path.Combine(_folder, "none.key"));
        var proxy = Proxy(upstream.Address, isLean, credentials, (file, key));

        var reply = await SendAsync(proxy, Route(null, credentials.FindCertificate(file, key)));

        Assert.Equal(DenyReason.UpstreamCredential, reply.Answer.Result.Refusal);
        Assert.Empty(upstream.Shown);
    }

    [Fact]
    public void CreateClient_OtherCertificate_IsAnotherClient()
    {
        using var credentials = Credentials();
        var factory = new UpstreamClientFactory(new EgressHttpClientFactory(_connector), credentials);
        using var plain = factory.CreateClient(Context(null, null, null));
        using var first = factory.CreateClient(Context(plain, null, ("a.pem", "a.key")));

        Assert.NotSame(plain, first);
        Assert.Same(first, factory.CreateClient(Context(first, ("a.pem", "a.key"), ("a.pem", "a.key"))));
        using var second = factory.CreateClient(Context(first, ("a.pem", "a.key"), ("b.pem", "b.key")));
        Assert.NotSame(first, second);
        using var none = factory.CreateClient(Context(second, ("b.pem", "b.key"), null));
        Assert.NotSame(second, none);
        Assert.Same(none, factory.CreateClient(Context(none, null, null)));
    }

    private static ForwarderHttpClientContext Context(HttpMessageInvoker? old, (string, string)? before, (string, string)? after) =>
        new()
        {
            ClusterId = "ehr",
            OldClient = old,
            OldConfig = HttpClientConfig.Empty,
            OldMetadata = MetadataOf(before),
            NewConfig = HttpClientConfig.Empty,
            NewMetadata = MetadataOf(after),
        };

    private static Dictionary<string, string>? MetadataOf((string Certificate, string Key)? files) =>
        files is { } given
            ? new Dictionary<string, string>
            {
                [RouteMetadata.ClientCertificate] = given.Certificate,
                [RouteMetadata.ClientCertificateKey] = given.Key,
            }
            : null;

    private static string? AuthorizationOf(string request) =>
        Array.Find(request.Split("\r\n"), static line => line.StartsWith("Authorization: ", StringComparison.Ordinal))?[15..];

    private static async Task<string> ReadAsync(UpstreamReply reply)
    {
        Assert.True(reply.Answer.Continues, reply.Answer.Result.Refusal?.Code);
        using var answer = reply.Answer.Value;
        using var reader = new StreamReader((await answer.OpenAsync(CancellationToken.None))!);
        return await reader.ReadToEndAsync();
    }

    private static PhiRoute Route(BackendCredential? credential, UpstreamCertificate? certificate) =>
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

    private BackendCredentials Credentials() => new(new GatewayOptions(), _connector, _clock, NullLogger<BackendCredentials>.Instance);

    private async Task<UpstreamReply> SendAsync(string address, bool isLean, BackendCredential? credential, UpstreamCall? call = null)
    {
        using var credentials = Credentials();
        return await SendAsync(Proxy(address, isLean, credentials, null), Route(credential, null), call);
    }

    private async Task<UpstreamReply> SendAsync(IReverseProxyFeature proxy, PhiRoute route, UpstreamCall? call = null)
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

    private YarpUpstream? _upstream;

    private YarpUpstream Upstream()
    {
        if (_upstream is null)
        {
#pragma warning disable CA5359 // The certificate was made a moment ago, by the test itself.
            var lean = new LeanClient(_connector, static (_, _, _, _) => true);
#pragma warning restore CA5359
            var storage = new StorageClient(_connector, _options, _clock);
            _owned.AddRange([lean, storage]);
            _upstream = new YarpUpstream([], lean, storage, _options, TimeProvider.System);
        }

        return _upstream;
    }

    private OneDestination Proxy(string address, bool isLean, IBackendCredentials credentials, (string, string)? files)
    {
        // What an operator sets for a cluster's client takes it away from the lean way.
        var client = isLean ? null : new HttpClientConfig { DangerousAcceptAnyServerCertificate = true };
        var cluster = new ClusterConfig
        {
            ClusterId = "ehr",
            HttpClient = client,
            Metadata = MetadataOf(files),
        };
        var invoker = new UpstreamClientFactory(new EgressHttpClientFactory(_connector), credentials).CreateClient(
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

    /// <summary>Listens as a collector of spans does; other tests' requests are heard too.</summary>
    private sealed class SpansOfReads : IDisposable
    {
        private readonly ConcurrentQueue<Activity> _ended = new();
        private readonly ActivityListener _listener;

        public SpansOfReads()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = static source => source.Name == UpstreamSpans.SourceName,
                Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = _ended.Enqueue,
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public IEnumerable<Activity> Of(Activity request) => _ended.Where(span => span.TraceId == request.TraceId);

        public void Dispose() => _listener.Dispose();
    }

    /// <summary>Values one after the other: each is there until it is refused.</summary>
    private sealed class Script(params string[] values) : BackendCredential
    {
        private int _at;

        public override string? Current => _at < values.Length ? values[_at] : null;

        public ConcurrentQueue<string?> Refused { get; } = new();

        public override ValueTask<string?> RenewAsync(string? refused, CancellationToken cancellationToken)
        {
            Refused.Enqueue(refused);
            _at += refused == Current && _at < values.Length ? 1 : 0;
            return new(Current);
        }
    }

    private sealed class OneDestination(ClusterConfig cluster, HttpMessageInvoker client, string address) : IReverseProxyFeature
    {
        public RouteModel Route => throw new NotSupportedException();

        public ClusterModel Cluster { get; set; } = new(cluster, client);

        public IReadOnlyList<DestinationState> AllDestinations => AvailableDestinations;

        public IReadOnlyList<DestinationState> AvailableDestinations { get; set; } =
        [new("a", new DestinationModel(new DestinationConfig { Address = address }))];

        public DestinationState? ProxiedDestination { get; set; }
    }
}
