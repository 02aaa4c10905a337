using System.Net;
using PhiGateway.Gateway.Egress;
using PhiGateway.Identity.Issuers;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.Tests.Identity;
using Xunit;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace PhiGateway.Tests.Gateway.Egress;

/// <summary>Who calls out asks the policy: key sets, and the pools of connections to clinical systems.</summary>
public sealed class EgressUseTests
{
    private static readonly Func<string, CancellationToken, Task<IPAddress[]>> ToThisMachine = static (_, _) =>
        Task.FromResult<IPAddress[]>([IPAddress.Loopback]);

    [Fact]
    public async Task KeySet_IssuerWhereItMayBeCalled_IsRead()
    {
        await using var issuer = await LoopbackIssuer.StartAsync(SigningKey.Es256("k1"));
        using var reader = new DiscoveryKeySetReader(issuer.Issuer, new EgressConnector(new EgressPolicy()).ConnectAsync);

        Assert.NotNull((await reader.ReadAsync(default)).Keys);
    }

    [Fact]
    public async Task KeySet_IssuerOutsideTheList_IsNotCalled()
    {
        await using var issuer = await LoopbackIssuer.StartAsync(SigningKey.Es256("k1"));
        using var reader = new DiscoveryKeySetReader(issuer.Issuer, new EgressConnector(new EgressPolicy(["10.0.0.0/8"])).ConnectAsync);

        var reading = await reader.ReadAsync(default);

        Assert.Null(reading.Keys);
        Assert.Equal(0, issuer.Fetches);
        Assert.Contains("cannot be reached", Assert.Single(reading.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ClinicalSystem_NameThatLeadsHome_IsNotCalledAndItsLiteralIs()
    {
        await using var server = await LoopbackIssuer.StartAsync(SigningKey.Es256("k1"));
        var connector = new EgressConnector(new EgressPolicy(), ToThisMachine);
        using var pool = new EgressHttpClientFactory(connector).CreateClient(
            new ForwarderHttpClientContext { NewConfig = HttpClientConfig.Empty }
        );
        var port = new Uri(server.Issuer).Port;

        using var named = new HttpRequestMessage(HttpMethod.Get, $"http://ehr.hospital.example:{port}/jwks");
        var fault = await Assert.ThrowsAsync<HttpRequestException>(() => pool.SendAsync(named, default));

        Assert.IsType<EgressRefusedException>(fault.InnerException);
        Assert.Equal(0, server.Fetches);
        using var literal = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{port}/jwks");
        using var answer = await pool.SendAsync(literal, default);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }
}
