using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using PhiGateway.Gateway.Ingress.Wire;
using Xunit;

namespace PhiGateway.Tests.Gateway.Ingress;

/// <summary>What reaches the server's parser of what came over the wire.</summary>
public sealed class GuardedReaderTests
{
    private const string Get = "GET /fhir/Patient/1 HTTP/1.1\r\nHost: gw.example:8443\r\nX-A:\t1 \r\n\r\n";
    private const string Post = "POST /fhir/Patient HTTP/1.1\r\nHost: gw\r\nContent-Length: 012\r\n\r\n\r\n a: bb\n\r\n.";
    private const string Chunks =
        "POST /f HTTP/1.1\r\nTransfer-Encoding: Chunked\r\nHost: [::1]:80\r\n\r\n5;a=\"b\"\r\n\r\n\n12\r\n00a\r\n0123456789\r\n0\r\nX-T: 1\r\n\r\n";

    private const string Substitute = "UNREADABLE / HTTP/1.1\r\n";

    public static TheoryData<string, string> Flawed =>
        new()
        {
            { "request-line", "GET  /a HTTP/1.1\r\nHost: a\r\n\r\n" },
            { "request-line", "GET\t/a HTTP/1.1\r\nHost: a\r\n\r\n" },
            { "request-line", "GET /a\u00e4 HTTP/1.1\r\nHost: a\r\n\r\n" },
            { "request-line", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n" },
            { "request-line", "G(T /a HTTP/1.1\r\nHost: a\r\n\r\n" },
            { "request-line", "GET /a\r\n\r\n" },
            { "http-version", "GET /a HTTP/1.2\r\nHost: a\r\n\r\n" },
            { "http-version", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" },
            { "target-form", "GET http://a/b HTTP/1.1\r\nHost: a\r\n\r\n" },
            { "target-form", "GET * HTTP/1.1\r\nHost: a\r\n\r\n" },
            { "target-form", "GET /a%00b HTTP/1.1\r\nHost: a\r\n\r\n" },
            { "connect", "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n" },
            { "bare-line-end", "GET /a HTTP/1.1\nHost: a\n\n" },
            { "bare-line-end", "GET /a HTTP/1.1\r\nHost: a\n\r\n" },
            { "bare-line-end", "GET /a HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n" },
            { "bare-line-end", "GET /a HTTP/1.1\r\nHost: a\r\nX: a\r\r\n\r\n" },
            { "folded-header", "GET /a HTTP/1.1\r\nHost: a\r\n b\r\n\r\n" },
            { "folded-header", "GET /a HTTP/1.1\r\n\tHost: a\r\n\r\n" },
            { "header-name", "GET /a HTTP/1.1\r\nHost: a\r\nX : 1\r\n\r\n" },
            { "header-name", "GET /a HTTP/1.1\r\nHost: a\r\n: 1\r\n\r\n" },
            { "header-name", "GET /a HTTP/1.1\r\nHost: a\r\nX[]: 1\r\n\r\n" },
            { "header-name", "GET /a HTTP/1.1\r\nHost: a\r\nX\u00e4: 1\r\n\r\n" },
            { "header-name", "GET /a HTTP/1.1\r\nHost: a\r\nnothing\r\n\r\n" },
            { "header-value", "GET /a HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n" },
            { "header-value", "GET /a HTTP/1.1\r\nHost: a\r\nX: a\u007fb\r\n\r\n" },
            { "header-value", "GET /a HTTP/1.1\r\nHost: a\r\nX: \u00e4\r\n\r\n" },
            { "host", "GET /a HTTP/1.1\r\n\r\n" },
            { "host", "GET /a HTTP/1.1\r\nHost:\r\n\r\n" },
            { "host", "GET /a HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n" },
            { "host", "GET /a HTTP/1.1\r\nHost: a@b\r\n\r\n" },
            { "host", "GET /a HTTP/1.1\r\nHost: 127.0.0.1:80.evil.example\r\n\r\n" },
            { "host", "GET /a HTTP/1.1\r\nHost: a:\r\n\r\n" },
            { "host", "GET /a HTTP/1.1\r\nHost: a, b\r\n\r\n" },
            { "host", "GET /a HTTP/1.1\r\nHost: [::1\r\n\r\n" },
            { "content-length", "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: +10\r\n\r\n0123456789" },
            { "content-length", "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: -0\r\n\r\n" },
            { "content-length", "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n0" },
            { "content-length", "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n0" },
            { "content-length", "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\n0" },
            { "content-length", "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n" },
            { "content-length", "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999999999999999\r\n\r\n" },
            { "content-length", "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" },
            { "transfer-encoding", "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
            { "transfer-encoding", "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" },
            { "transfer-encoding", "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n" },
            {
                "transfer-encoding",
                "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            },
            { "transfer-encoding", "POST /a HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
            { "head-cut-short", "GET /a HTTP/1.1\r\nHost: a\r\n" },
            { "head-cut-short", "GET /a HT" },
            { "request-line-too-long", "GET /" + new string('a', 300) },
            { "headers-too-large", "GET /a HTTP/1.1\r\nHost: a\r\n" + string.Concat(Enumerable.Repeat("X: 1\r\n", 9)) },
            { "headers-too-large", "GET /a HTTP/1.1\r\nHost: a\r\nX: " + new string('a', 700) },
        };

    public static TheoryData<string> BadChunks =>
        [
            "\r\n",
            "z\r\n",
            "-1\r\n",
            "0x1\r\na\r\n",
            "1;a\nb\r\n",
            "1\na\r\n",
            "1\r\nab\r\n",
            "1\r\na\n0\r\n\r\n",
            "ffffffffffffffff\r\n",
            "1 ;\0\r\na\r\n",
            "1 2\r\na\r\n",
            "0\r\nContent-Length: 1\r\n\r\n",
            "0\r\nno trailer\r\n\r\n",
            "0;" + new string('a', 300),
        ];

    [Fact]
    public async Task Read_GoodMessages_ComeThroughByteForByteHoweverTheyAreCut()
    {
        const string All = "\r\n" + Get + Post + Chunks + Get + "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n" + Post + Get;
        for (var size = 1; size < 120; size++)
        {
            var (text, flaw) = await ReadAsync(All, size);

            Assert.Null(flaw);
            Assert.Equal(All, text);
        }
    }

    [Theory]
    [MemberData(nameof(Flawed))]
    public async Task Read_HeadWithAFlaw_IsReplacedHoweverItIsCutAndNothingBehindItComes(string detail, string attack)
    {
        for (var size = 1; size < 80; size += 7)
        {
            foreach (var before in new[] { string.Empty, Get, Post, Chunks })
            {
                var (text, flaw) = await ReadAsync(before + attack + (detail == "head-cut-short" ? string.Empty : Get), size);

                Assert.Equal(detail, flaw?.Detail);
                Assert.StartsWith(before + Substitute, text, StringComparison.Ordinal);
                Assert.DoesNotContain("GET ", text[before.Length..], StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [MemberData(nameof(BadChunks))]
    public async Task Read_ChunksWithAFlaw_EndWhereTheFlawIs(string chunks)
    {
        const string Head = "POST /f HTTP/1.1\r\nTransfer-Encoding: chunked\r\nHost: a\r\n\r\n";
        for (var size = 1; size < 80; size += 7)
        {
            var (text, flaw) = await ReadAsync(Head + chunks + Get, size);

            Assert.Equal("chunk", flaw?.Detail);
            Assert.StartsWith(Head, text, StringComparison.Ordinal);
            Assert.EndsWith("z\r\n", text, StringComparison.Ordinal);
            Assert.DoesNotContain("GET ", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Read_HeadThatIsNotWhole_IsHeldBack()
    {
        var pipe = new Pipe();
        var reader = new GuardedReader(pipe.Reader, new FeatureCollection(), new WireLimits(256, 512, 8));
        await pipe.Writer.WriteAsync(Encoding.Latin1.GetBytes(Get[..^2]));

        var reading = reader.ReadAsync();

        Assert.False(reading.IsCompleted);
        await pipe.Writer.WriteAsync(Encoding.Latin1.GetBytes(Get[^2..]));
        Assert.Equal(Get.Length, (await reading).Buffer.Length);
    }

    [Fact]
    public async Task Read_HeadThatNeverEnds_IsRefusedInTheEnd()
    {
        var pipe = new Pipe();
        var features = new FeatureCollection();
        var reader = new GuardedReader(pipe.Reader, features, new WireLimits(256, 512, 8, TimeSpan.FromMilliseconds(20)));
        await pipe.Writer.WriteAsync(Encoding.Latin1.GetBytes(Get + Post[..^1] + "." + Get[..20]));
        var good = await reader.ReadAsync();
        Assert.Equal(Get.Length + Post.Length, good.Buffer.Length);
        reader.AdvanceTo(good.Buffer.End);

        var late = await reader.ReadAsync();

        Assert.StartsWith(Substitute, Encoding.Latin1.GetString(late.Buffer), StringComparison.Ordinal);
        Assert.Equal("head-too-slow", features.Get<WireFlaw>()?.Detail);
    }

    [Fact]
    public async Task Read_ConnectionThatIsIdleBetweenHeads_IsLeftAlone()
    {
        var pipe = new Pipe();
        var features = new FeatureCollection();
        var reader = new GuardedReader(pipe.Reader, features, new WireLimits(256, 512, 8, TimeSpan.FromMilliseconds(20)));
        await pipe.Writer.WriteAsync(Encoding.Latin1.GetBytes(Get));
        reader.AdvanceTo((await reader.ReadAsync()).Buffer.End);
        var reading = reader.ReadAsync();
        await Task.Delay(60);
        Assert.False(reading.IsCompleted);

        await pipe.Writer.WriteAsync(Encoding.Latin1.GetBytes(Get));

        Assert.Equal(Get.Length, (await reading).Buffer.Length);
    }

    [Fact]
    public async Task Read_Cancelled_SaysSoAndGoesOn()
    {
        var pipe = new Pipe();
        var reader = new GuardedReader(pipe.Reader, new FeatureCollection(), new WireLimits(256, 512, 8));
        await pipe.Writer.WriteAsync(Encoding.Latin1.GetBytes(Get[..9]));
        var reading = reader.ReadAsync();

        reader.CancelPendingRead();

        var cancelled = await reading;
        Assert.True(cancelled.IsCanceled);
        reader.AdvanceTo(cancelled.Buffer.Start, cancelled.Buffer.End);
        await pipe.Writer.WriteAsync(Encoding.Latin1.GetBytes(Get[9..]));
        Assert.Equal(Get.Length, (await reader.ReadAsync()).Buffer.Length);
    }

    // Reads as a parser does: takes what it gets, now and then only a part of it.
    private static async Task<(string Text, WireFlaw? Flaw)> ReadAsync(string input, int size)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0, minimumSegmentSize: 16));
        var features = new FeatureCollection();
        var reader = new GuardedReader(pipe.Reader, features, new WireLimits(256, 512, 8));
        var writing = WriteAsync(pipe.Writer, input, size);
        var text = new StringBuilder();
        for (var turn = 0; ; turn++)
        {
            var result = await reader.ReadAsync();
            var take = turn % 3 == 0 ? result.Buffer.Slice(0, (result.Buffer.Length + 1) / 2) : result.Buffer;
            text.Append(Encoding.Latin1.GetString(take));
            reader.AdvanceTo(take.End);
            if (result.IsCompleted && take.Length == result.Buffer.Length)
            {
                await writing;
                return (text.ToString(), features.Get<WireFlaw>());
            }
        }
    }

    private static async Task WriteAsync(PipeWriter writer, string input, int size)
    {
        var bytes = Encoding.Latin1.GetBytes(input);
        for (var at = 0; at < bytes.Length; at += size)
        {
            await writer.WriteAsync(bytes.AsMemory(at, Math.Min(size, bytes.Length - at)));
        }

        await writer.CompleteAsync();
    }
}
