using System.Text;
using System.Text.Json;
using PhiGateway.Audit.Records;
using Xunit;

namespace PhiGateway.Tests.Audit.Records;

public sealed class KnownTextTests
{
    [Fact]
    public void Of_AnyTexts_AreWhatTheReaderGives()
    {
        var known = new KnownText();
        var random = new Random(3);
        for (var round = 0; round < 5_000; round++)
        {
            // Few letters and lengths, so that places are fought for.
            var text = new string([.. Enumerable.Range(0, random.Next(0, 5)).Select(_ => "ab\"é\u0001"[random.Next(5)])]);
            Assert.Equal(text, Read(known, JsonSerializer.Serialize(text)));
        }
    }

    [Fact]
    public void Of_SameTextTwice_IsMadeOnce()
    {
        var known = new KnownText();
        Assert.Same(Read(known, "\"acme\""), Read(known, "\"acme\""));
    }

    [Fact]
    public void Of_Null_IsNull() => Assert.Null(Read(new KnownText(), "null"));

    [Fact]
    public void Of_Number_IsRefused() => Assert.Throws<InvalidOperationException>(static () => Read(new KnownText(), "5"));

    private static string? Read(KnownText known, string json)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        _ = reader.Read();
        return known.Of(ref reader);
    }
}
