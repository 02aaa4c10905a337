using System.Net.Sockets;
using System.Text;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Egress;
using PhiGateway.Gateway.Upstream.Lean;
using Xunit;

namespace PhiGateway.Tests.Gateway.Upstream;

/// <summary>Over real sockets: what an upstream sends behind an answer never becomes part of the next one, and half an answer is none.</summary>
public sealed class LeanClientTests : IDisposable
{
    private const string Whole = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private static readonly LeanTimes Patient = new(Long, Long, Long);

#pragma warning disable CA5359 // The test's own server shows a certificate of its own.
    private readonly LeanClient _client = new(new EgressConnector(new EgressPolicy()), static (_, _, _, _) => true);
#pragma warning restore CA5359

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task SendAsync_WholeAnswers_ShareOneConnection()
    {
        using var upstream = new RawUpstream(static (_, _) => Whole);

        for (var time = 0; time < 5; time++)
        {
            Assert.Equal("hello", await GetAsync(upstream));
        }

        Assert.Equal(1, upstream.Connections);
        Assert.StartsWith("GET /r4/Observation/o1 HTTP/1.1\r\nHost: 127.0.0.1:", upstream.Requests.First(), StringComparison.Ordinal);
        Assert.EndsWith("Authorization: Bearer t\r\nX-Request-Id: id\r\n\r\n", upstream.Requests.First(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Trailer: a\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r…\nh…e\r\n3\r\nl…lo\r\n0\r\n…\r\n")]
    [InlineData(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
    )]
    [InlineData("HTT…P/1.1 200 OK\r\nContent-Le…ngth: 5\r\n\r…\nhe…llo")]
    public async Task SendAsync_OtherFramings_AreReadWholeAndReused(string answer)
    {
        using var upstream = new RawUpstream((_, _) => answer);

        Assert.Equal("hello", await GetAsync(upstream));
        Assert.Equal("hello", await GetAsync(upstream));

        Assert.Equal(1, upstream.Connections);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello\r\n")]
    [InlineData(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged"
    )]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello")]
    public async Task SendAsync_SomethingBehindTheAnswer_IsNeverPartOfTheNext(string answer)
    {
        using var upstream = new RawUpstream((connection, _) => connection == 0 ? answer : Whole);

        Assert.Equal("hello", await GetAsync(upstream));
        Assert.Equal("hello", await GetAsync(upstream));

        Assert.Equal(2, upstream.Connections);
    }

    [Fact]
    public async Task SendAsync_BytesUnaskedForWhileIdle_AreNotAnAnswer()
    {
        // The upstream speaks once more after its answer, when the connection is back in the pool.
        using var upstream = new RawUpstream(
            static (connection, _) => connection == 0 ? Whole + "…HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged" : Whole
        );
        Assert.Equal("hello", await GetAsync(upstream));
        while (upstream.Pieces < 2)
        {
            await Task.Yield();
        }

        Assert.Equal("hello", await GetAsync(upstream));

        Assert.Equal(2, upstream.Connections);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged", 2)]
    public async Task SendAsync_SomethingBehindTheAnswerWithinItsTlsRecord_IsNeverPartOfTheNext(string surplus, int connections)
    {
        // The reader takes no more than the body's length, so what stands behind it in the record waits within the secured stream.
        var body = new string('a', 12_000);
        using var certificate = CertifiedServer.MakeOwn();
        using var upstream = new RawUpstream(
            (connection, _) => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}{(connection == 0 ? surplus : "")}"
        )
        {
            Certificate = certificate,
        };

        for (var time = 0; time < 3; time++)
        {
            Assert.Equal(body, await GetAsync(upstream));
        }

        Assert.Equal(connections, upstream.Connections);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhell")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhello\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\n0\n\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\nhello\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello")]
    public async Task SendAsync_HalfOrDoubtfulAnswer_Throws(string answer)
    {
        using var upstream = new RawUpstream((_, _) => answer) { ClosesAfterwards = true };

        await Assert.ThrowsAnyAsync<IOException>(async () => await GetAsync(upstream));
    }

    [Fact]
    public async Task SendAsync_ConnectionClosedWhileIdle_IsTriedOnceMore()
    {
        using var upstream = new RawUpstream(static (connection, request) => connection == 0 && request == 1 ? null : Whole);

        Assert.Equal("hello", await GetAsync(upstream));
        Assert.Equal("hello", await GetAsync(upstream));

        Assert.Equal((2, 3), (upstream.Connections, upstream.Requests.Count));
    }

    [Fact]
    public async Task SendAsync_FreshConnectionClosedWithoutAWord_Throws()
    {
        using var upstream = new RawUpstream(static (_, _) => null);

        await Assert.ThrowsAnyAsync<IOException>(async () => await GetAsync(upstream));

        Assert.Single(upstream.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-")]
    public async Task SendAsync_AnswerDoesNotBegin_TimesOut(string beginning)
    {
        using var upstream = new RawUpstream((_, _) => beginning);

        await Assert.ThrowsAsync<TimeoutException>(async () => await GetAsync(upstream, timeout: TimeSpan.FromMilliseconds(300)));
    }

    [Fact]
    public async Task ReadAsync_UpstreamFallsSilent_Throws()
    {
        using var upstream = new RawUpstream(static (_, _) => "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello");

        await Assert.ThrowsAsync<IOException>(async () => await GetAsync(upstream, idle: TimeSpan.FromMilliseconds(300)));
    }

    [Fact]
    public async Task OpenAsync_MoreThanMayBeOpen_IsRefusedUntilOneIsClosed()
    {
        using var upstream = new RawUpstream(static (_, _) => string.Empty);
        using var pool = new LeanPool(new Uri(upstream.Address), new EgressConnector(new EgressPolicy()), most: 2);
        using var first = await pool.OpenAsync(CancellationToken.None);
        using var second = await pool.OpenAsync(CancellationToken.None);

        await Assert.ThrowsAsync<SocketException>(async () => await pool.OpenAsync(CancellationToken.None));
        first.Dispose();
        first.Dispose();

        using var third = await pool.OpenAsync(CancellationToken.None);
        await Assert.ThrowsAsync<SocketException>(async () => await pool.OpenAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Read_BodyThatDrips_HoldsItsPlaceNoLongerThanASilentOne()
    {
        var drops = string.Concat(Enumerable.Repeat("x\u2026", 60));
        using var upstream = new RawUpstream((_, _) => $"HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n{drops}")
        {
            Between = TimeSpan.FromMilliseconds(50),
        };
        var second = TimeSpan.FromSeconds(1);

        await Assert.ThrowsAsync<IOException>(async () => await GetAsync(upstream, idle: second, leastRate: 1000));
        Assert.Equal(60, (await GetAsync(upstream, leastRate: 1000)).Length);
    }

    [Fact]
    public async Task Read_ChunksThatDrip_HoldTheirPlaceNoLongerThanASilentOne()
    {
        var drops = string.Concat(Enumerable.Repeat("1\r\nx\r\n\u2026", 60));
        using var upstream = new RawUpstream((_, _) => $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{drops}0\r\n\r\n")
        {
            Between = TimeSpan.FromMilliseconds(50),
        };
        var second = TimeSpan.FromSeconds(1);

        await Assert.ThrowsAsync<IOException>(async () => await GetAsync(upstream, idle: second, leastRate: 1000));
        Assert.Equal(60, (await GetAsync(upstream, leastRate: 1000)).Length);
    }

    // The framing in the way of the reader wherever it can be: chunks from one byte to more than is received at a time, cut into pieces
    // anywhere, also within what stands between two chunks.
    [Theory]
    [InlineData(1, 40)]
    [InlineData(2, 3_000)]
    [InlineData(3, 20_000)]
    [InlineData(4, 150_000)]
    public async Task Read_ChunksOfAnySizeInPiecesOfAnySize_AreReadWholeAndReused(int seed, int largest)
    {
        var random = new Random(seed);
        var (body, wire) = (new StringBuilder(), new StringBuilder());
        while (body.Length < 300_000)
        {
            var chunk = new string((char)random.Next('a', 'z' + 1), random.Next(1, largest + 1));
            var extension = random.Next(4) == 0 ? ";a=b" : string.Empty;
            body.Append(chunk);
            wire.Append($"{chunk.Length:x}{extension}\r\n{chunk}\r\n");
        }

        wire.Append("0\r\n\r\n");
        for (var cut = 0; cut < 60; cut++)
        {
            wire.Insert(random.Next(wire.Length), '\u2026');
        }

        using var upstream = new RawUpstream((_, _) => $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{wire}");

        Assert.Equal(body.ToString(), await GetAsync(upstream));
        Assert.Equal(body.ToString(), await GetAsync(upstream));

        Assert.Equal(1, upstream.Connections);
    }

    [Theory]
    [InlineData("5\r\nhello\r\n5\nworld\r\n0\r\n\r\n")]
    [InlineData("5\r\nhello\r\nx\r\nworld\r\n0\r\n\r\n")]
    [InlineData("5\r\nhello\n5\r\nworld\r\n0\r\n\r\n")]
    [InlineData("5\r\nhello5\r\nworld\r\n0\r\n\r\n")]
    [InlineData("5\r\nhello\r\n5\r\nworld0\r\n\r\n")]
    [InlineData("5\r\nhello\r\n5\r\nworld\r\n0\r\nX\n\r\n")]
    public async Task Read_ChunkBehindGoodOnesThatIsNotAsItShouldBe_IsNoWholeBody(string chunks)
    {
        using var upstream = new RawUpstream((_, _) => $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}")
        {
            ClosesAfterwards = true,
        };

        await Assert.ThrowsAnyAsync<IOException>(async () => await GetAsync(upstream));
    }

    [Fact]
    public async Task Read_ManySmallChunksThatHaveCome_AreGivenAtOnce()
    {
        var chunks = string.Concat(Enumerable.Repeat("3\r\nabc\r\n", 500));
        using var upstream = new RawUpstream((_, _) => $"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n");
        var answer = await _client.SendAsync(Call(), upstream.Address, null, "id", Patient, CancellationToken.None);
        await using var body = answer.Body;
        var buffer = new byte[64 * 1024];
        var (reads, length) = (0, 0);
        while (await body.ReadAsync(buffer) is > 0 and var read)
        {
            reads++;
            length += read;
        }

        Assert.Equal(1500, length);
        Assert.InRange(reads, 1, 20);
    }

    [Fact]
    public async Task Read_BodyThatCameWithItsHead_IsGivenWithoutAWaitAndItsConnectionReused()
    {
        using var upstream = new RawUpstream(static (_, _) => Whole);
        for (var time = 0; time < 2; time++)
        {
            var answer = await _client.SendAsync(Call(), upstream.Address, null, "id", Patient, CancellationToken.None);
            await using var body = answer.Body;
            var read = new List<byte>();
            var buffer = new byte[2];
            for (var piece = 0; piece < 3; piece++)
            {
                var given = body.ReadAsync(buffer, CancellationToken.None);
                Assert.True(given.IsCompletedSuccessfully);
                read.AddRange(buffer.AsSpan(0, await given));
            }

            Assert.Equal("hello", Encoding.ASCII.GetString([.. read]));
            Assert.Equal(0, await body.ReadAsync(buffer, CancellationToken.None));
        }

        Assert.Equal(1, upstream.Connections);
    }

    [Fact]
    public async Task SendAsync_Cancelled_Cuts()
    {
        using var upstream = new RawUpstream(static (_, _) => string.Empty);
        using var cancelled = new CancellationTokenSource();

        var answer = _client.SendAsync(Call(), upstream.Address, null, "id", Patient, cancelled.Token).AsTask();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
    }

    [Theory]
    [InlineData("/a b", "t")]
    [InlineData("/a\r\nX: y", "t")]
    [InlineData("/a", "t\r\nX: y")]
    public void CanSend_WhatWouldBreakTheHead_IsNotWritten(string target, string authorization) =>
        Assert.False(LeanClient.CanSend(new UpstreamCall("GET", target, null, default, []), authorization));

    [Fact]
    public void CanSend_Writes_GoByAnotherWay()
    {
        Assert.True(LeanClient.CanSend(Call(), "Bearer t"));
        Assert.False(LeanClient.CanSend(new UpstreamCall("POST", "/a", "application/fhir+json", "{}"u8.ToArray(), []), null));
        Assert.False(LeanClient.CanSend(new UpstreamCall("DELETE", "/a", null, default, []), null));
    }

    private static UpstreamCall Call() =>
        new("GET", "/Observation/o1", null, default, [KeyValuePair.Create("Accept", "application/fhir+json")]);

    private async Task<string> GetAsync(RawUpstream upstream, TimeSpan? timeout = null, TimeSpan? idle = null, int leastRate = 1)
    {
        var answer = await _client.SendAsync(
            Call(),
            upstream.Address,
            "Bearer t",
            "id",
            new LeanTimes(timeout ?? Long, idle ?? Long, Long, leastRate),
            CancellationToken.None
        );
        await using var body = answer.Body;
        using var whole = new MemoryStream();
        await body.CopyToAsync(whole);
        return Encoding.ASCII.GetString(whole.ToArray());
    }
}
