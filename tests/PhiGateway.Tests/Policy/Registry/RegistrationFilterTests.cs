using PhiGateway.Policy.Registry;
using Xunit;

namespace PhiGateway.Tests.Policy.Registry;

/// <summary>Which strangers a network means: those whose peer lies in it, as peers are kept, and nobody by a slip of the pen.</summary>
public sealed class RegistrationFilterTests
{
    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7", true)]
    [InlineData("203.0.113.7", "203.0.113.70", false)]
    [InlineData("203.0.113.0/24", "203.0.113.255", true)]
    [InlineData("203.0.113.0/24", "203.0.114.0", false)]
    [InlineData("2001:db8::/32", "2001:db8:7:1::/64", true)]
    [InlineData("2001:db8::/32", "2001:db9::/64", false)]
    [InlineData("2001:db8:7:1::/64", "2001:db8:7:1::/64", true)]
    [InlineData("2001:db8:7:1:aaaa::1", "2001:db8:7:1::/64", true)]
    [InlineData("2001:db8:7:1:aaaa::1", "2001:db8:7:2::/64", false)]
    [InlineData("0.0.0.0/0", "2001:db8::/64", false)]
    [InlineData("::/0", "203.0.113.7", false)]
    [InlineData("::/0", "none", false)]
    public void CoversPeer_OfANetwork_IsWhoLiesInIt(string network, string peer, bool isCovered)
    {
        Assert.True(RegistrationFilter.TryParseNetwork(network, out var read));
        Assert.Equal(isCovered, new RegistrationFilter { Network = read }.CoversPeer(peer));
        Assert.True(new RegistrationFilter().CoversPeer(peer));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("none")]
    [InlineData("1")]
    [InlineData("10/8")]
    [InlineData("203.0.113.7/24")]
    [InlineData("203.0.113.0/33")]
    [InlineData("203.0.113.0/")]
    [InlineData("203.0.113.0/24/24")]
    [InlineData("2001:db8::1/32")]
    [InlineData("2001:db8::/65")]
    [InlineData("2001:db8::/128")]
    [InlineData("::ffff:203.0.113.7")]
    [InlineData("::ffff:0:0/96")]
    [InlineData("fe80::1%eth0")]
    [InlineData(" 203.0.113.7")]
    [InlineData("203.0.113.07")]
    public void TryParseNetwork_OfWhatIsNone_IsRefused(string? text) => Assert.False(RegistrationFilter.TryParseNetwork(text, out _));

    [Fact]
    public void IsNarrow_OfAStateAlone_IsNot()
    {
        Assert.False(new RegistrationFilter { State = RegistrationState.Pending }.IsNarrow);
        Assert.True(new RegistrationFilter { Form = "metadata" }.IsNarrow);
        Assert.True(new RegistrationFilter { ReceivedBefore = DateTimeOffset.UnixEpoch }.IsNarrow);
    }
}
