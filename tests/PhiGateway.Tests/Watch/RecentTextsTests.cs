using PhiGateway.Watch.Feed;
using Xunit;

namespace PhiGateway.Tests.Watch;

/// <summary>What is remembered of texts is what would have been made of them, and no text without bound.</summary>
public sealed class RecentTextsTests
{
    private int _made;

    [Fact]
    public void Of_TheSameTextAgain_MakesItOnce()
    {
        var recent = Of();

        Assert.Equal("10.0.0.1!", recent.Of("10.0.0.1"));
        Assert.Equal("10.0.0.1!", recent.Of(new string("10.0.0.1".AsSpan())));
        Assert.Equal(1, _made);
    }

    [Fact]
    public void Of_TextsThatShareAPlace_IsNeverThatOfAnother()
    {
        var recent = Of();

        // More than there are places, several times over.
        for (var number = 0; number < 1000; number++)
        {
            var text = $"10.0.{number % 250}.{number % 7}";
            Assert.Equal(text + "!", recent.Of(text));
        }
    }

    [Fact]
    public void Of_ALongText_IsMadeEachTime()
    {
        var (recent, text) = (Of(), new string('a', RecentTexts<string>.Longest + 1));

        Assert.Equal((text + "!", text + "!"), (recent.Of(text), recent.Of(text)));
        Assert.Equal("!", recent.Of(string.Empty));
        Assert.Equal(3, _made);
    }

    private RecentTexts<string> Of() =>
        new(text =>
        {
            _made++;
            return text + "!";
        });
}
