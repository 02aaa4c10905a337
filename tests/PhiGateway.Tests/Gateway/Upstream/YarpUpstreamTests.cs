using System.Collections.Concurrent;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Egress;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Upstream.Credentials;
using PhiGateway.Policy.Vocabulary;
using Xunit;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

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
    private readonly UpstreamCaller _caller = new();

    public void Dispose()
    {
        _caller.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SendAsync_CredentialRefusedToARead_IsMadeAnewAndSentOnceMore(bool isLean)
    {
        using var upstream = new RawUpstream(static (_, request) => request == 0 ? No : Ok);
        var credential = new Script("Bearer one", "Bearer two");

        var reply = await _caller.SendAsync(upstream.Address, isLean, credential);

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

        var reply = await _caller.SendAsync(upstream.Address, isLean, new Script("Bearer one", "Bearer two", "Bearer three"));

        Assert.Equal((401, 2), (reply.Status, upstream.Requests.Count));
    }

    [Fact]
    public async Task SendAsync_CredentialRefusedToAWrite_IsMadeAnewButNotSentAgain()
    {
        using var upstream = new RawUpstream(static (_, request) => request == 0 ? No : Ok);
        var credential = new Script("Bearer one", "Bearer two");

        var reply = await _caller.SendAsync(
            upstream.Address,
            false,
            credential,
            new UpstreamCall("DELETE", "/Observation/1", null, default, [])
        );

        Assert.Equal((401, 1), (reply.Status, upstream.Requests.Count));
        Assert.Equal("Bearer two", credential.Current);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SendAsync_NoCredentialToBeHad_SendsNothingNotEvenTheClientsOwn(bool isLean)
    {
        using var upstream = new RawUpstream(static (_, _) => Ok);

        var reply = await _caller.SendAsync(upstream.Address, isLean, new Script());

        Assert.Equal(DenyReason.UpstreamCredential, reply.Answer.Result.Refusal);
        Assert.False(reply.WasSent);
        Assert.Empty(upstream.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SendAsync_NoCredentialConfigured_SendsNone(bool isLean)
    {
        using var upstream = new RawUpstream(static (_, _) => Ok);

        var reply = await _caller.SendAsync(upstream.Address, isLean, null);

        Assert.Equal(200, reply.Status);
        Assert.Null(AuthorizationOf(upstream.Requests.Single()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SendAsync_CertificateExchanged_IsShownInTheNextHandshake(bool isLean)
    {
        using var upstream = new CertifiedServer();
        using var credentials = _caller.Credentials();
        var (file, key) = (Path.Combine(_folder, "gw.pem"), Path.Combine(_folder, "gw.key"));
        CertifiedServer.Write(file, key, "gateway-1");
        var certificate = credentials.FindCertificate(file, key);
        var proxy = _caller.Proxy(upstream.Address, isLean, credentials, (file, key));

        Assert.Equal("CN=gateway-1", await ReadAsync(await _caller.SendAsync(proxy, UpstreamCaller.Route(null, certificate))));
        Assert.Equal("CN=gateway-1", await ReadAsync(await _caller.SendAsync(proxy, UpstreamCaller.Route(null, certificate))));
        CertifiedServer.Write(file, key, "gateway-2");
        _caller.Clock.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal("CN=gateway-2", await ReadAsync(await _caller.SendAsync(proxy, UpstreamCaller.Route(null, certificate))));
        Assert.Equal(["CN=gateway-1", "CN=gateway-2"], upstream.Shown);
    }

    [Fact]
    public async Task SendAsync_HalfExchangedCertificate_GoesOnWithTheOldOne()
    {
        using var upstream = new CertifiedServer();
        using var credentials = _caller.Credentials();
        var (file, key) = (Path.Combine(_folder, "gw.pem"), Path.Combine(_folder, "gw.key"));
        CertifiedServer.Write(file, key, "gateway-1");
        var certificate = credentials.FindCertificate(file, key);
        CertifiedServer.Write(file, Path.Combine(_folder, "other.key"), "gateway-2");
        _caller.Clock.Advance(TimeSpan.FromSeconds(6));

        Assert.NotNull(credentials.Status.Single().Problem);
        var proxy = _caller.Proxy(upstream.Address, true, credentials, (file, key));
        Assert.Equal("CN=gateway-1", await ReadAsync(await _caller.SendAsync(proxy, UpstreamCaller.Route(null, certificate))));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SendAsync_CertificateThatCannotBeRead_SendsNothing(bool isLean)
    {
        using var upstream = new CertifiedServer();
        using var credentials = _caller.Credentials();
        var (file, key) = (Path.Combine(_folder, "none.pem"), Path.Combine(_folder, "none.key"));
        var proxy = _caller.Proxy(upstream.Address, isLean, credentials, (file, key));

        var reply = await _caller.SendAsync(proxy, UpstreamCaller.Route(null, credentials.FindCertificate(file, key)));

        Assert.Equal(DenyReason.UpstreamCredential, reply.Answer.Result.Refusal);
        Assert.Empty(upstream.Shown);
    }

    [Fact]
    public void CreateClient_OtherCertificate_IsAnotherClient()
    {
        using var credentials = _caller.Credentials();
        var factory = new UpstreamClientFactory(new EgressHttpClientFactory(_caller.Connector), credentials);
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
            OldMetadata = UpstreamCaller.MetadataOf(before),
            NewConfig = HttpClientConfig.Empty,
            NewMetadata = UpstreamCaller.MetadataOf(after),
        };

    private static string? AuthorizationOf(string request) =>
        Array.Find(request.Split("\r\n"), static line => line.StartsWith("Authorization: ", StringComparison.Ordinal))?[15..];

    private static async Task<string> ReadAsync(UpstreamReply reply)
    {
        Assert.True(reply.Answer.Continues, reply.Answer.Result.Refusal?.Code);
        using var answer = reply.Answer.Value;
        using var reader = new StreamReader((await answer.OpenAsync(CancellationToken.None))!);
        return await reader.ReadToEndAsync();
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
}
