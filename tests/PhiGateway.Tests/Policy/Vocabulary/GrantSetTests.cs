using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Policy.Vocabulary;

public sealed class GrantSetTests
{
    private static readonly GrantSet Some = Of(0, 5, 63);

    [Fact]
    public void GetEnumerator_Members_ComeInAscendingOrder()
    {
        var places = new List<int>();
        foreach (var place in Of(63, 0, 5))
        {
            places.Add(place);
        }

        Assert.Equal([0, 5, 63], places);
    }

    [Fact]
    public void GetEnumerator_ManyTimes_AllocatesNothing()
    {
        var sum = 0;
        foreach (var place in Some)
        {
            sum += place;
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 1000; round++)
        {
            foreach (var place in Some)
            {
                sum += place;
            }
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1001 * 68, sum);
    }

    [Fact]
    public void Contains_OutsideTheWord_IsNeverAMember()
    {
        Assert.True(Some.Contains(63));
        Assert.All([-1, 1, 64, 128, int.MaxValue, int.MinValue], static place => Assert.False(Some.Contains(place)));
    }

    [Fact]
    public void Single_OutsideTheWord_IsAFaultAndNoOtherGrant() =>
        Assert.All([-1, 64, 69], static place => Assert.Throws<ArgumentOutOfRangeException>(() => GrantSet.Single(place)));

    [Fact]
    public void UnionIntersectExcept_TwoSets_AreThoseOfSets()
    {
        Assert.Equal(Of(0, 1, 5, 63), Some.Union(Of(1, 5)));
        Assert.Equal(Of(5), Some.Intersect(Of(1, 5)));
        Assert.Equal(Of(0, 63), Some.Except(Of(1, 5)));
        Assert.Equal(Of(0, 63), Some.Without(5));
        Assert.Equal(Some, Some.With(5));
    }

    [Fact]
    public void Count_NoneOneAndSeveral_IsTold()
    {
        Assert.True(default(GrantSet).IsEmpty);
        Assert.False(default(GrantSet).IsSingle);
        Assert.Equal(GrantSet.Most, default(GrantSet).First);
        Assert.True(Of(7).IsSingle);
        Assert.Equal(7, Of(7).First);
        Assert.False(Some.IsSingle);
        Assert.Equal(3, Some.Count);
    }

    private static GrantSet Of(params int[] places) => places.Aggregate(default(GrantSet), static (set, place) => set.With(place));
}
