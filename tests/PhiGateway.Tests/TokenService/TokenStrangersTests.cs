using System.Net;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Policy.Snapshot;
using PhiGateway.TokenService.Configuration;
using Xunit;

namespace PhiGateway.Tests.TokenService;

/// <summary>What strangers ask of the token service is paid with nobody else's room; whose path closes meanwhile is given no token.</summary>
public sealed class TokenStrangersTests : IDisposable
{
    private readonly TokenWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Refusal_OfOnePeerThatAsksWithoutEnd_HidesNobodyElses()
    {
        for (var i = 0; i < 2 * new TokenServiceOptions().RefusalsPerMinute; i++)
        {
            await _world.AskAsync(TokenWorld.Form("x"), static http => http.Connection.RemoteIpAddress = IPAddress.Parse("192.0.2.1"));
        }

        await _world.AskAsync(TokenWorld.Form("x"), static http => http.Connection.RemoteIpAddress = IPAddress.Parse("192.0.2.2"));

        Assert.Equal(
            new TokenServiceOptions().RefusalsPerMinutePerPeer,
            _world.Journal.Records.Count(static record => record.Peer == "192.0.2.1")
        );
        Assert.Single(_world.Journal.Records, static record => record.Peer == "192.0.2.2");
    }

    [Theory]
    [InlineData("client_credentials")]
    [InlineData("password")]
    public async Task Refusal_OfAStranger_IsCutAndTakesNoRoomOfOthers(string grant)
    {
        var form = new Dictionary<string, string> { ["grant_type"] = grant, ["client_id"] = new string('a', 30_000) };

        await _world.AskAsync(form);
        Assert.InRange(Assert.Single(_world.Journal.Records).IssuerClientId!.Length, 256, 400);

        _world.Journal.HasOnlyItsReserve = true;
        Assert.NotNull((await _world.AskAsync(form)).Error);
        Assert.Single(_world.Journal.Records);
    }

    [Fact]
    public async Task Token_ClientClosedWhileItsFormTrickles_IsNotIssued()
    {
        var form = TokenWorld.Form(_world.Assertion());
        var closed = TestRegistry.Client() with { Status = ClientStatus.Suspended };

        var reply = await _world.AskAsync(
            form,
            http => http.Request.Body = new Late(http.Request.Body, () => _world.Fill(closed, TestRegistry.UseCase()))
        );

        Assert.Null(reply.Json!["access_token"]);
        Assert.Equal("deny", Assert.Single(_world.Journal.Records).Decision);
    }

    // A form of which nothing comes before something has happened.
    private sealed class Late(Stream form, Action before) : MemoryStream(Read(form))
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            before();
            return base.ReadAsync(buffer, cancellationToken);
        }

        private static byte[] Read(Stream form) => ((MemoryStream)form).ToArray();
    }
}
