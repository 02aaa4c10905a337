using System.IO.Compression;
using System.Text;
using PhiGateway.Gateway.Exchange;
using Xunit;

namespace PhiGateway.Tests.Gateway.Exchange;

public sealed class RatioLimitedStreamTests
{
    private const int Mebi = 1024 * 1024;

    [Fact]
    public async Task Read_BodyMadeToExpand_FailsBeforeItHasExpanded()
    {
        await using var body = Open(Compress(new byte[256 * Mebi]));
        var buffer = new byte[65536];
        long read = 0;

        await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            while (await body.ReadAsync(buffer) is var count and > 0)
            {
                read += count;
            }
        });

        Assert.InRange(read, 0, 4 * Mebi);
    }

    [Fact]
    public async Task Read_ManyLikeResources_ComeThroughWhole()
    {
        var text = new StringBuilder("[");
        for (var i = 0; text.Length < 8 * Mebi; i++)
        {
            text.Append("{\"resourceType\":\"Observation\",\"id\":\"o")
                .Append(i)
                .Append("\",\"status\":\"final\",\"valueQuantity\":{\"value\":");
            text.Append(i * 7919 % 1000).Append("}},");
        }

        var plain = Encoding.UTF8.GetBytes(text.ToString());
        await using var body = Open(Compress(plain));
        using var copy = new MemoryStream();

        await body.CopyToAsync(copy);

        Assert.Equal(plain.Length, copy.Length);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task Read_DamagedBody_IsUnreadableWhateverItsCoding(string coding)
    {
        byte[] damaged = [.. Enumerable.Range(1, 4096).Select(static place => (byte)(place * 7919 % 251))];
        await using var body = RatioLimitedStream.Over(
            new MemoryStream(damaged),
            wire =>
                coding switch
                {
                    "gzip" => new GZipStream(wire, CompressionMode.Decompress),
                    "br" => new BrotliStream(wire, CompressionMode.Decompress),
                    _ => new ZLibStream(wire, CompressionMode.Decompress),
                }
        );

        await Assert.ThrowsAsync<InvalidDataException>(async () => await body.CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task Read_SmallBody_MayBeAnything()
    {
        await using var body = Open(Compress(new byte[Mebi]));
        using var copy = new MemoryStream();

        await body.CopyToAsync(copy);

        Assert.Equal(Mebi, copy.Length);
    }

    private static RatioLimitedStream Open(byte[] compressed) =>
        RatioLimitedStream.Over(new MemoryStream(compressed), static wire => new GZipStream(wire, CompressionMode.Decompress));

    private static byte[] Compress(byte[] plain)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Optimal))
        {
            gzip.Write(plain);
        }

        return output.ToArray();
    }
}
