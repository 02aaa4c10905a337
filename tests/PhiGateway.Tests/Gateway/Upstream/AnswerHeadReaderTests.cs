using System.Text;
using PhiGateway.Gateway.Upstream.Lean;
using Xunit;

namespace PhiGateway.Tests.Gateway.Upstream;

/// <summary>An answer's head is read in one way or not at all: what two readers could take for two answers is refused.</summary>
public sealed class AnswerHeadReaderTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", "the same length twice")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", "two lengths")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n", "a list of lengths")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n", "a sign")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -0\r\n\r\n", "a minus")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\n", "another base")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", "no length")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999999\r\n\r\n", "more than can be counted")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "length and chunks")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", "chunks twice")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "another coding")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\n", "identity")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n", "nearly chunked")]
    [InlineData("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "chunks in HTTP/1.0")]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 5\r\n\r\n", "a bare line feed")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\rContent-Length: 5\r\n\r\n", "a bare carriage return")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\0\r\n\r\n", "a nul")]
    [InlineData("HTTP/1.1 200 OK\r\nA: b\r\n Content-Length: 5\r\n\r\n", "a folded line")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\n", "a blank before the colon")]
    [InlineData("HTTP/1.1 200 OK\r\n: 5\r\n\r\n", "no name")]
    [InlineData("HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "no colon")]
    [InlineData("HTTP/1.1 200 OK\r\nA(b): c\r\n\r\n", "a name that is no token")]
    [InlineData("HTTP/1.1 200 OK\r\nETag: \"1\"\r\nETag: \"2\"\r\n\r\n", "two tags")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Type: c/d\r\n\r\n", "two types")]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", "a body where there is none")]
    [InlineData("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", "chunks where there is no body")]
    [InlineData("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", "chunks of nothing new")]
    [InlineData("HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\n", "an interim answer with a body")]
    [InlineData("HTTP/2 200 OK\r\n\r\n", "another version")]
    [InlineData("HTTP/1.2 200 OK\r\n\r\n", "a version that is not")]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n", "two digits")]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n", "four digits")]
    [InlineData("HTTP/1.1 600 OK\r\n\r\n", "a class that is not")]
    [InlineData("HTTP/1.1  200 OK\r\n\r\n", "two blanks")]
    [InlineData("http/1.1 200 OK\r\n\r\n", "lower case")]
    [InlineData("ICY 200 OK\r\n\r\n", "another protocol")]
    [InlineData("\r\nHTTP/1.1 200 OK\r\n\r\n", "an empty line before")]
    [InlineData("SSH-2.0-server", "another protocol, unfinished")]
    public void Read_MoreThanOneReading_IsBroken(string text, string kind)
    {
        Assert.NotEmpty(kind);
        Assert.Equal(HeadState.Broken, Read(text, out _, out _));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 200, BodyFraming.Length, true)]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length:5  \r\n\r\n", 200, BodyFraming.Length, true)]
    [InlineData("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", 200, BodyFraming.Length, true)]
    [InlineData("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", 200, BodyFraming.Length, true)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n", 200, BodyFraming.Chunked, true)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: keep-alive, Close\r\nContent-Length: 5\r\n\r\n", 200, BodyFraming.Length, false)]
    [InlineData("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", 200, BodyFraming.UntilClose, false)]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n", 200, BodyFraming.Length, false)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", 204, BodyFraming.None, true)]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", 204, BodyFraming.None, true)]
    [InlineData("HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n", 304, BodyFraming.None, true)]
    [InlineData("HTTP/1.1 404 Nicht gefunden \u00e4\r\nX: \u00e4\tb\r\nContent-Length: 1\r\n\r\n", 404, BodyFraming.Length, true)]
    internal void Read_OneReading_IsRead(string text, int status, BodyFraming framing, bool keeps)
    {
        Assert.Equal(HeadState.Read, Read(text + "{\"surplus\":1}", out var head, out var consumed));

        Assert.Equal((status, framing, keeps), (head!.Status, head.Framing, head.KeepsAlive));
        Assert.Equal(Encoding.Latin1.GetByteCount(text), consumed);
    }

    [Fact]
    public void Read_KnownFields_AreHandedOver()
    {
        const string Text =
            "HTTP/1.1 201 Created\r\nETag: W/\"3\"\r\nLast-Modified: Mon, 05 Jan 2026 08:00:00 GMT\r\nLocation: http://ehr/r4/Observation/1\r\n"
            + "Content-Location: /job/1\r\nRetry-After: 120\r\nContent-Type: application/fhir+json;charset=utf-8\r\nContent-Encoding: gzip\r\n"
            + "Set-Cookie: a=b\r\nSet-Cookie: c=d\r\nContent-Length: 2\r\n\r\n";

        Assert.Equal(HeadState.Read, Read(Text, out var head, out _));

        Assert.Equal(("W/\"3\"", "Mon, 05 Jan 2026 08:00:00 GMT"), (head!.ETag, head.LastModified));
        Assert.Equal(("http://ehr/r4/Observation/1", "/job/1"), (head.Location, head.ContentLocation));
        Assert.Equal(("120", "gzip"), (head.RetryAfter, head.ContentEncoding));
        Assert.Equal(("application/fhir+json;charset=utf-8", 2L), (head.ContentType, head.Length));
    }

    [Fact]
    public void Read_AnswerToHead_HasNoBody()
    {
        var data = "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"u8;

        Assert.Equal(HeadState.Read, AnswerHeadReader.Read(data, isHead: true, out var head, out _));

        Assert.Equal((BodyFraming.None, 500L), (head!.Framing, head.Length));
    }

    [Fact]
    public void Read_EveryBeginning_IsIncomplete()
    {
        const string Text = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nETag: \"1\"\r\n\r\n";
        for (var length = 0; length < Text.Length; length++)
        {
            Assert.Equal(HeadState.Incomplete, Read(Text[..length], out _, out _));
        }
    }

    [Theory]
    [InlineData(AnswerHeadReader.MaxHead)]
    [InlineData(AnswerHeadReader.MaxHead * 2)]
    public void Read_HeadWithoutEnd_IsBroken(int length) =>
        Assert.Equal(HeadState.Broken, Read(("HTTP/1.1 200 OK\r\nA: " + new string('a', length))[..length], out _, out _));

    [Fact]
    public void Read_ManyFields_IsBroken()
    {
        static string Of(int count) => "HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Repeat("A: b\r\n", count)) + "\r\n";

        Assert.Equal(HeadState.Read, Read(Of(128), out _, out _));
        Assert.Equal(HeadState.Broken, Read(Of(129), out _, out _));
    }

    private static HeadState Read(string text, out AnswerHead? head, out int consumed) =>
        AnswerHeadReader.Read(Encoding.Latin1.GetBytes(text), isHead: false, out head, out consumed);
}
