using PhiGateway.Audit.Shipping;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Sinks;
using Xunit;

namespace PhiGateway.Tests.Audit.Shipping;

public sealed class WholePlacesTests
{
    [Theory]
    [InlineData(new long[] { 4 }, 1, null)]
    [InlineData(new long[] { 4, 5 }, 2, null)]
    [InlineData(new long[] { 4, 5, 6 }, 2, 6L)]
    [InlineData(new long[] { 4, 6, 6 }, 1, 6L)]
    [InlineData(new long[] { 6, 6, 6 }, 3, 7L)]
    [InlineData(new long[] { 4, 5, long.MaxValue }, 2, long.MaxValue)]
    [InlineData(new long[] { long.MaxValue, long.MaxValue, long.MaxValue }, 3, null)]
    public void Of_PageOfThree_LeavesTheLastPlaceToTheNextPageWhereItMayHaveMore(long[] places, int whole, long? next)
    {
        AuditEntry[] page = [.. places.Select(static place => SinkSample.Stored(TestRecords.Disclosure(), place))];

        var read = WholePlaces.Of(page, 3);

        Assert.Equal((whole, next), (read.Rows.Count, read.Next));
    }
}
