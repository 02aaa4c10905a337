using System.Net;
using PhiGateway.Gateway.Egress;
using Xunit;

namespace PhiGateway.Tests.Gateway.Egress;

public sealed class EgressPolicyTests
{
    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("169.254.1.1")]
    [InlineData("100.100.100.200")]
    [InlineData("168.63.129.16")]
    [InlineData("0.0.0.0")]
    [InlineData("0.1.2.3")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("fe80::1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("::169.254.169.254")]
    [InlineData("64:ff9b::169.254.169.254")]
    [InlineData("2002:a9fe:a9fe::1")]
    public void Allows_PlaceWhereNobodyLives_Never(string address)
    {
        Assert.False(new EgressPolicy().Allows(IPAddress.Parse(address)));
        Assert.False(new EgressPolicy().Allows(IPAddress.Parse(address), isLiteral: true));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.1.2.3")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("64:ff9b::127.0.0.1")]
    public void Allows_Loopback_OnlyWhereItIsWritten(string address)
    {
        Assert.False(new EgressPolicy().Allows(IPAddress.Parse(address)));
        Assert.True(new EgressPolicy().Allows(IPAddress.Parse(address), isLiteral: true));
    }

    [Theory]
    [InlineData("10.1.2.3")]
    [InlineData("172.16.0.1")]
    [InlineData("192.168.1.1")]
    [InlineData("fd12:3456::1")]
    [InlineData("203.0.113.9")]
    [InlineData("2001:db8::1")]
    public void Allows_HospitalsAndTheWorld_ByDefault(string address) => Assert.True(new EgressPolicy().Allows(IPAddress.Parse(address)));

    [Fact]
    public void Allows_WithAList_NothingBesideIt()
    {
        var policy = new EgressPolicy(["10.1.0.0/16", "169.254.7.7", "2001:db8::/32"]);

        Assert.True(policy.Allows(IPAddress.Parse("10.1.9.9")));
        Assert.True(policy.Allows(IPAddress.Parse("::ffff:10.1.9.9")));
        Assert.True(policy.Allows(IPAddress.Parse("169.254.7.7")));
        Assert.True(policy.Allows(IPAddress.Parse("2001:db8::9")));
        Assert.False(policy.Allows(IPAddress.Parse("10.2.0.1")));
        Assert.False(policy.Allows(IPAddress.Parse("203.0.113.9")));
        Assert.False(policy.Allows(IPAddress.Loopback, isLiteral: true));
    }

    [Theory]
    [InlineData("http://2130706433/r4", "unusual")]
    [InlineData("http://0x7f000001/r4", "unusual")]
    [InlineData("http://127.1/r4", "unusual")]
    [InlineData("http://0177.0.0.1/r4", "unusual")]
    [InlineData("http://169.254.169.254/latest", "not called")]
    [InlineData("http://[fe80::1]/r4", "not called")]
    [InlineData("http://[::ffff:169.254.169.254]/r4", "not called")]
    [InlineData("http://0.0.0.0:8080/r4", "not called")]
    [InlineData("http://224.0.0.1/r4", "not called")]
    [InlineData("https://user:secret@ehr.internal/r4", "user information")]
    [InlineData("https://@ehr.internal/r4", "user information")]
    [InlineData("https://ehr.internal/r4#a", "fragment")]
    [InlineData("http://localhost./r4", "dot")]
    [InlineData("ftp://ehr.internal/r4", "http")]
    public void FindFlaw_AddressNobodyShouldCall_IsSaid(string text, string words) =>
        Assert.Contains(words, new EgressPolicy().FindFlaw(text), StringComparison.Ordinal);

    [Theory]
    [InlineData("https://ehr.internal:8443/r4")]
    [InlineData("http://127.0.0.1:9/fhir")]
    [InlineData("http://localhost:8080/fhir")]
    [InlineData("http://[::1]:8080/fhir")]
    [InlineData("http://10.1.2.3/fhir")]
    [InlineData("http://10.1.2.3?x=1")]
    [InlineData("https://fhir.hospital.example")]
    public void FindFlaw_AddressOfAServer_IsNone(string text) => Assert.Null(new EgressPolicy().FindFlaw(text));

    [Fact]
    public async Task Connect_NameThatLeadsToLoopback_IsRefusedAndTheLiteralIsNot()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        // A name that leads to this machine today and led elsewhere at start.
        var rebound = new EgressConnector(new EgressPolicy(), static (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]));
        var connector = new EgressConnector(new EgressPolicy());

        await Assert.ThrowsAsync<EgressRefusedException>(async () =>
        {
            using var wrong = await rebound.ConnectAsync(new DnsEndPoint("ehr.hospital.example", port), default);
        });
        await Assert.ThrowsAsync<EgressRefusedException>(async () =>
        {
            using var wrong = await connector.ConnectAsync(new DnsEndPoint("169.254.169.254", 80), default);
        });
        using var right = await connector.ConnectAsync(new DnsEndPoint("127.0.0.1", port), default);
        using var named = await connector.ConnectAsync(new DnsEndPoint("localhost", port), default);
        Assert.True(right.Connected && named.Connected);
    }
}
