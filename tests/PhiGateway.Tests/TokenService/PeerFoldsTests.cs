using System.Net;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.TokenService.Trail;
using Xunit;

namespace PhiGateway.Tests.TokenService;

/// <summary>However many addresses come, one that was there before them is counted by itself.</summary>
public sealed class PeerFoldsTests
{
    private readonly PeerFolds _folds = new(new ManualClock(), 2);

    [Fact]
    public void TryTake_KnownAddressBehindThousandsOfOthers_HasItsOwnCount()
    {
        Assert.True(_folds.TryTake(Address(0), out _));
        for (var other = 1; other < PeerFolds.MostPeers; other++)
        {
            Assert.True(_folds.TryTake(Address(other), out _));
        }

        // Those who come now share one count, which is used up by two of them.
        Assert.True(_folds.TryTake(Address(PeerFolds.MostPeers), out _));
        Assert.True(_folds.TryTake(Address(PeerFolds.MostPeers + 1), out _));
        Assert.False(_folds.TryTake(Address(PeerFolds.MostPeers + 2), out _));

        Assert.True(_folds.TryTake(Address(0), out _));
        Assert.False(_folds.TryTake(Address(0), out _));
    }

    private static IPAddress Address(int number) => new([10, 0, (byte)(number >> 8), (byte)(number & 0xff)]);
}
