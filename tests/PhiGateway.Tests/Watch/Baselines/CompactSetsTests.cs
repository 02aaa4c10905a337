using PhiGateway.Watch.Baselines;
using Xunit;

namespace PhiGateway.Tests.Watch.Baselines;

/// <summary>What is small for ten thousand clients holds what a set and a dictionary would.</summary>
public sealed class CompactSetsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(1_000)]
    [InlineData(20_000)]
    public void HashedSet_OfManyHashes_IsTheSetThatTheFrameworkMakes(int many)
    {
        var (set, expected) = (new HashedSet(), new HashSet<uint>());
        for (var number = 0u; number < many; number++)
        {
            // Zero among them, many twice, and long runs of neighbours.
            var hash = number % 3 == 0 ? number / 6 : unchecked(number * 2_654_435_761u);
            Assert.Equal(expected.Add(hash), set.Add(hash));
        }

        Assert.Equal(expected.Count, set.Count);
        Assert.Equal(expected.Order(), set.All.Order());
        Assert.All(expected, hash => Assert.True(set.Contains(hash)));
        Assert.False(set.Contains(0xFFFF_FFF1));

        set.Clear();
        Assert.Equal((0, false), (set.Count, set.Contains(expected.First())));
        Assert.True(set.Add(0));
        Assert.Equal([0u], set.All);
    }

    [Fact]
    public void KnownWords_MoreThanAreKept_LoseTheLongestUnseen()
    {
        var words = new KnownWords();
        words.Note("home", Noon);
        for (var number = 0; number < 300; number++)
        {
            words.Note($"word {number}", Noon.AddMinutes(number));
            words.Note("home", Noon.AddMinutes(number));
        }

        Assert.Equal(256, words.Count);
        Assert.Equal((301, Noon), (words.Find("home")!.Count, words.Find("home")!.First));
        Assert.Null(words.Find("word 0"));
        Assert.Equal(1, words.Find("word 299")!.Count);
        Assert.Equal(256, words.All.ToArray().Select(static known => known.Word).Distinct().Count());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(12)]
    [InlineData(40)]
    public void RecordRing_OfMany_HasTheLastDozen_TheOldestFirst(int many)
    {
        var ring = new RecordRing();
        var ids = Enumerable.Range(0, many).Select(static number => new Guid(number, 0, 0, new byte[8])).ToList();
        ids.ForEach(ring.Add);

        Assert.Equal(ids.TakeLast(12), ring.List());
        Assert.Equal(ids.TakeLast(3), ring.List(3));

        ring.Clear();
        Assert.Empty(ring.List());
        ring.Add(Guid.Empty);
        Assert.Single(ring.List());
    }

    [Fact]
    public void SharedWords_OfTheSameWord_AreOneCopy()
    {
        var (one, other) = (new string("search-type Observation".AsSpan()), new string("search-type Observation".AsSpan()));

        Assert.Same(SharedWords.Of(one), SharedWords.Of(other));
        Assert.Equal(new string('a', 4_000), SharedWords.Of(new string('a', 4_000)));
    }
}
