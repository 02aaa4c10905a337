using PhiGateway.Watch.Baselines;
using PhiGateway.Watch.Feed;
using Xunit;

namespace PhiGateway.Tests.Watch;

/// <summary>What is remembered between records is what would be worked out anew.</summary>
public sealed class WorkedOutTests
{
    [Fact]
    public void Of_FarMoreWordsThanPlaces_IsOfEachItsOwn()
    {
        var known = new WorkedOut<int>(static word => word.Length);
        for (var turn = 0; turn < 3; turn++)
        {
            for (var length = 0; length < 1000; length++)
            {
                Assert.Equal(length, known.Of(new string('a', length)));
            }
        }
    }

    [Fact]
    public void Of_TheSameWord_IsWorkedOutOnce()
    {
        var calls = 0;
        var known = new WorkedOut<int>(_ => ++calls);

        Assert.Equal((1, 1), (known.Of("10.0.0.1"), known.Of("10.0.0.1")));
    }

    // A word that went is not found any more, also where it was the last one asked for.
    [Fact]
    public void Find_AWordThatMadeRoom_IsGone()
    {
        var words = new KnownWords();
        var at = new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
        for (var one = 0; one < 256; one++)
        {
            words.Note($"word {one}", at.AddMinutes(one));
        }

        Assert.NotNull(words.Find("word 0"));
        words.Note("another", at.AddDays(1));

        Assert.Null(words.Find("word 0"));
        Assert.Equal("another", words.Find("another")!.Word);
    }
}
