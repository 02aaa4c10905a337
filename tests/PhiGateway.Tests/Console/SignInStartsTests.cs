using System.Net;
using PhiGateway.Console.Configuration;
using PhiGateway.Console.SignIn;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>A visitor makes the node call the identity provider only so often.</summary>
public sealed class SignInStartsTests
{
    private static readonly IPAddress Visitor = IPAddress.Parse("192.0.2.1");

    private readonly AdjustableClock _clock = new();
    private readonly List<string> _exhausted = [];

    [Fact]
    public void TryTake_OfOneAddress_EndsBeforeOthersFeelIt()
    {
        var starts = Create(perMinute: 100, perPeer: 10);
        Assert.All(Enumerable.Range(0, 10), _ => Assert.True(starts.TryTake(Visitor)));

        Assert.False(starts.TryTake(Visitor));
        Assert.False(starts.TryTake(IPAddress.Parse("::ffff:192.0.2.1")));
        Assert.Equal(["sign-in-starts", "sign-in-starts"], _exhausted);
        Assert.True(starts.TryTake(IPAddress.Parse("192.0.2.2")));

        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(starts.TryTake(Visitor));
    }

    [Fact]
    public void TryTake_OfManyAddresses_EndsForAllUntilTheNextMinute()
    {
        var starts = Create(perMinute: 5000, perPeer: 1);
        var taken = Enumerable.Range(0, 6000).Count(peer => starts.TryTake(new IPAddress([10, 0, (byte)(peer / 256), (byte)(peer % 256)])));

        // So many addresses are told apart; the others share one count.
        Assert.Equal(4097, taken);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.True(starts.TryTake(Visitor));
    }

    [Fact]
    public void TryTake_InAll_IsBounded()
    {
        var starts = Create(perMinute: 3, perPeer: 3);

        Assert.Equal(3, Enumerable.Range(0, 10).Count(peer => starts.TryTake(new IPAddress([10, 0, 0, (byte)peer]))));
    }

    private SignInStarts Create(int perMinute, int perPeer) =>
        new(
            new ConsoleOptions
            {
                PublicBase = new Uri("https://console.hospital.example"),
                SignInStartsPerMinute = perMinute,
                SignInStartsPerMinutePerPeer = perPeer,
                Exhausted = _exhausted.Add,
            },
            _clock
        );
}
