using PhiGateway.Audit.Records;
using Xunit;

namespace PhiGateway.Tests.Audit.Records;

/// <summary>Places in a log as text: what was written is read back; what is no such list says nothing.</summary>
public sealed class SequenceRangesTests
{
    [Theory]
    [InlineData("5", 5L)]
    [InlineData("5-7", 5L, 6L, 7L)]
    [InlineData("0,2-3,9223372036854775807", 0L, 2L, 3L, long.MaxValue)]
    public void Write_Places_AreReadBack(string text, params long[] places)
    {
        Assert.Equal(text, SequenceRanges.Write(places));
        Assert.All(places, place => Assert.True(SequenceRanges.Covers(text, place)));
        Assert.False(SequenceRanges.Covers(text, 1));
        Assert.False(SequenceRanges.Covers(text, 8));
    }

    [Fact]
    public void Write_AnyPlaces_CoversThoseAndNoOther()
    {
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var places = Enumerable.Range(0, random.Next(1, 60)).Select(_ => (long)random.Next(90)).Distinct().Order().ToArray();
            var text = SequenceRanges.Write(places);
            Assert.Equal(places, Enumerable.Range(0, 91).Select(place => (long)place).Where(place => SequenceRanges.Covers(text, place)));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(",")]
    [InlineData("1,")]
    [InlineData("2,1")]
    [InlineData("1-3,3")]
    [InlineData("3-1")]
    [InlineData("-1")]
    [InlineData("1--2")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("1-x")]
    [InlineData("99999999999999999999")]
    public void TryRead_NoSuchList_IsRefusedWhole(string? text)
    {
        Assert.False(SequenceRanges.TryRead(text, out var ranges));
        Assert.Empty(ranges);
        Assert.False(SequenceRanges.Covers(text, 1));
    }
}
