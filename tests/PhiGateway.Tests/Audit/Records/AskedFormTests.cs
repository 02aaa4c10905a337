using System.Text;
using PhiGateway.Audit.Records;
using Xunit;

namespace PhiGateway.Tests.Audit.Records;

/// <summary>What a record keeps of the body of a search by POST, and that it says when that is not all.</summary>
public sealed class AskedFormTests
{
    private const int Room = 64;

    [Theory]
    [InlineData("patient=17&code=1234-5")]
    [InlineData("name=and+so+on...")]
    [InlineData("code=http%3A%2F%2Floinc.org%7C1234-5")]
    public void Of_ABodyThatFits_IsIt(string body)
    {
        Assert.Equal(body, Of(body));
        Assert.True(AskedForm.IsWhole(new AuditRecord { Form = body }));
    }

    // Wherever the long ones stand, what is short is kept, and it is said that something is missing.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_ABodyThatIsTooLong_KeepsTheShortParameters(bool isFirst)
    {
        var filler = "code=" + new string('a', Room);
        var kept = Of(isFirst ? filler + "&value-quantity=gt5" : "value-quantity=gt5&" + filler);

        Assert.Equal("value-quantity=gt5&...", kept);
        Assert.False(AskedForm.IsWhole(new AuditRecord { Form = kept }));
    }

    // Of many that are alike all or none: what is kept does not depend on their order.
    [Fact]
    public void Of_ManyOfOneLength_KeepsNoneOfThem()
    {
        var kept = Of("a=1&" + string.Join('&', Enumerable.Range(10, 30).Select(static one => $"b={one}")));

        Assert.Equal("a=1&...", kept);
    }

    [Fact]
    public void Of_WhateverIsTooLong_StaysWithinTheRoom()
    {
        var chance = new Random(7);
        for (var turn = 0; turn < 500; turn++)
        {
            var pairs = Enumerable.Range(0, chance.Next(1, 40)).Select(_ => "x=" + new string('y', chance.Next(0, 30))).ToList();
            var body = string.Join('&', pairs);
            var kept = Of(body)!;

            Assert.True(kept.Length <= Room, kept);
            Assert.Equal(body == kept, body.Length <= Room);
            Assert.All(kept.Split('&'), one => Assert.True(one == AskedForm.Left || pairs.Contains(one)));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("a=1&...")]
    [InlineData("...")]
    [InlineData("a=1\u2026 (300 bytes, sha256 00)")]
    public void IsWhole_WhatIsNotAllOfIt_IsNot(string? form) => Assert.False(AskedForm.IsWhole(new AuditRecord { Form = form }));

    [Fact]
    public void Of_NoForm_IsNothing()
    {
        Assert.Null(AskedForm.Of([], Room));
        Assert.Null(AskedForm.Of([0xc3, 0xa9], Room));
    }

    private static string? Of(string body) => AskedForm.Of(Encoding.ASCII.GetBytes(body), Room);
}
