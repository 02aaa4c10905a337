using System.Net;
using PhiGateway.Identity.Issuers;
using PhiGateway.Identity.Tokens;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Identity;

/// <summary>Whoever sends what is no token takes a share of the room, never all of it.</summary>
public sealed class IntrospectionRoomTests : IDisposable
{
    private static readonly IPAddress Stranger = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress Good = IPAddress.Parse("198.51.100.1");

    private readonly AdjustableClock _clock = new();
    private readonly IntrospectionOptions _options = new();
    private readonly IntrospectionRoom _room;

    public IntrospectionRoomTests() => _room = new IntrospectionRoom(_options, _clock) { Patience = TimeSpan.Zero };

    public void Dispose() => _room.Dispose();

    [Fact]
    public async Task Enter_OnePeerWithManyQuestions_LeavesRoomForOthers()
    {
        var taken = await TakeAllAsync(Stranger);

        Assert.Equal(_options.AtOncePerPeer, taken.Count);
        using var other = await _room.EnterAsync(Good, false);
        Assert.NotNull(other);

        taken.ForEach(static place => place.Dispose());
        Assert.Equal(_options.AtOncePerPeer, (await TakeAllAsync(Stranger)).Count);
    }

    [Fact]
    public async Task Enter_ManyPeersWithManyQuestions_LeaveRoomForTokensThatWereActive()
    {
        for (var peer = 1; peer < 10; peer++)
        {
            await TakeAllAsync(IPAddress.Parse($"192.0.2.{peer}"));
        }

        Assert.Null(await _room.EnterAsync(Good, false));
        for (var known = 0; known < _options.AtOnce / 4; known++)
        {
            Assert.NotNull(await _room.EnterAsync(Good, true));
        }

        Assert.Null(await _room.EnterAsync(Good, true));
    }

    [Fact]
    public async Task Enter_TokensThatWereActive_HaveAllRoomWhileNobodyElseDoes()
    {
        for (var known = 0; known < _options.AtOnce; known++)
        {
            Assert.NotNull(await _room.EnterAsync(Good, true));
        }

        Assert.Null(await _room.EnterAsync(Good, true));
    }

    [Theory]
    [InlineData("2001:db8::1", "2001:db8::ffff:2", false)]
    [InlineData("2001:db8::1", "2001:db8:0:1::1", true)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", false)]
    [InlineData("192.0.2.1", "192.0.2.2", true)]
    public async Task Enter_FromTwoAddresses_AreTwoPeersWhereTheirNetworksDiffer(string one, string other, bool areTwo)
    {
        await TakeAllAsync(IPAddress.Parse(one));

        Assert.Equal(areTwo, await _room.EnterAsync(IPAddress.Parse(other), false) is not null);
    }

    [Fact]
    public async Task Enter_PeerWhoseTextsAreNoTokens_IsAskedAboutNoFurtherForAMoment()
    {
        for (var text = 0; text <= _options.UnknownPerSecondPerPeer * 10; text++)
        {
            using var place = await _room.EnterAsync(Stranger, false);
            Assert.NotNull(place);
            _room.NoteUnknown(Stranger);
        }

        Assert.Null(await _room.EnterAsync(Stranger, false));
        using (var others = await _room.EnterAsync(Good, false))
        using (var known = await _room.EnterAsync(Stranger, true))
        {
            Assert.NotNull(others);
            Assert.NotNull(known);
        }

        _clock.Advance(TimeSpan.FromSeconds(1));
        using var later = await _room.EnterAsync(Stranger, false);
        Assert.NotNull(later);
    }

    [Fact]
    public async Task Enter_BurstOfOneClient_WaitsItsTurn()
    {
        using var room = new IntrospectionRoom(_options, _clock) { Patience = TimeSpan.FromHours(1) };
        var places = Enumerable.Range(0, 40).Select(_ => room.EnterAsync(Good, false).AsTask()).ToList();
        Assert.Equal(_options.AtOncePerPeer, places.Count(static place => place.IsCompletedSuccessfully));

        foreach (var place in places)
        {
            (await place)!.Dispose();
        }
    }

    [Fact]
    public async Task Enter_FromMorePeersThanAreRemembered_GoesOn()
    {
        for (var peer = 0; peer < 5000; peer++)
        {
            using var place = await _room.EnterAsync(new IPAddress([10, 0, (byte)(peer / 256), (byte)(peer % 256)]), false);
            Assert.NotNull(place);
            _room.NoteUnknown(new IPAddress([10, 0, (byte)(peer / 256), (byte)(peer % 256)]));
            _clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private async Task<List<IntrospectionPlace>> TakeAllAsync(IPAddress peer)
    {
        var taken = new List<IntrospectionPlace>();
        while (taken.Count < 1000 && await _room.EnterAsync(peer, false) is { } place)
        {
            taken.Add(place);
        }

        return taken;
    }
}
