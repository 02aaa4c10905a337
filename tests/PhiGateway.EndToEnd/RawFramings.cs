using static PhiGateway.EndToEnd.RawShape;

namespace PhiGateway.EndToEnd;

/// <summary>Requests of which nobody can say for certain where they end; taken up by <see cref="RawShape.All"/>.</summary>
internal static class RawFramings
{
    public static IEnumerable<RawShape> All()
    {
        const string Body = "patient=f001";
        const string Chunks = "c\r\npatient=f001\r\n0\r\n\r\n";
        var twin = Search("Content-Length: 12\r\n", Body);
        var chunked = Search("Transfer-Encoding: chunked\r\n", Chunks);
        yield return new(
            "length and chunks",
            Search("Content-Length: 12\r\nTransfer-Encoding: chunked\r\n", Chunks),
            [400],
            chunked,
            Closes: true
        );
        yield return new(
            "chunks and length",
            Search("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", Chunks),
            [400],
            chunked,
            Closes: true
        );
        foreach (
            var coding in new[]
            {
                "identity",
                "identity, chunked",
                "chunked, identity",
                "chunked, chunked",
                "xchunked",
                "gzip, chunked",
                "chunked;q=1",
                "\vchunked",
                "\"chunked\"",
            }
        )
        {
            yield return new(
                $"coding {coding.Replace("\v", "VT ", StringComparison.Ordinal)}",
                Search($"Transfer-Encoding: {coding}\r\n", Chunks),
                [400, 411, 501],
                chunked,
                Closes: true
            );
        }

        yield return new(
            "two codings",
            Search("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", Chunks),
            [400],
            chunked,
            Closes: true
        );
        yield return new(
            "coding in HTTP/1.0",
            chunked.Replace("HTTP/1.1", "HTTP/1.0", StringComparison.Ordinal),
            [400],
            chunked,
            Closes: true
        );
        foreach (
            var length in new[]
            {
                "12\r\nContent-Length: 13",
                "12\r\nContent-Length: 12",
                "12, 12",
                "+12",
                "-1",
                "-0",
                "0x0c",
                "12 ;",
                "1 2",
                "99999999999999999999",
                "twelve",
                "",
            }
        )
        {
            yield return new(
                $"length {length.ReplaceLineEndings(" ")}",
                Search($"Content-Length: {length}\r\n", Body),
                [400],
                twin,
                Closes: true
            );
        }

        yield return new(
            "chunk of no size",
            Search("Transfer-Encoding: chunked\r\n", "\r\npatient=f001\r\n0\r\n\r\n"),
            [400],
            chunked,
            Closes: true
        );
        yield return new(
            "chunk size is no number",
            Search("Transfer-Encoding: chunked\r\n", "z\r\npatient=f001\r\n0\r\n\r\n"),
            [400],
            chunked,
            Closes: true
        );
        yield return new(
            "chunk size overflows",
            Search("Transfer-Encoding: chunked\r\n", "ffffffffffffffff\r\npatient=f001\r\n0\r\n\r\n"),
            [400, 413],
            chunked,
            Closes: true
        );
        yield return new(
            "chunk without its end",
            Search("Transfer-Encoding: chunked\r\n", "c\r\npatient=f001XX0\r\n\r\n"),
            [400],
            chunked,
            Closes: true
        );
        yield return new(
            "bare LF in a chunk extension",
            Search("Transfer-Encoding: chunked\r\n", "c;a\npatient=f001\r\n0\r\n\r\n"),
            [400],
            Search("Transfer-Encoding: chunked\r\n", "c;a=b\r\npatient=f001\r\n0\r\n\r\n"),
            Closes: true
        );
        yield return new(
            "body on a read",
            Get("/fhir/Patient/f001", "Content-Length: 2\r\n") + "{}",
            [400],
            Get("/fhir/Patient/f001", "Content-Length: 0\r\n"),
            Closes: true
        );
        yield return new(
            "chunks on a read",
            Get("/fhir/Patient/f001", "Transfer-Encoding: chunked\r\n") + "2\r\n{}\r\n0\r\n\r\n",
            [400],
            Plain,
            Closes: true
        );
        yield return new(
            "compressed body",
            Search("Content-Length: 12\r\nContent-Encoding: gzip\r\n", Body),
            [400, 415],
            twin,
            Closes: true
        );
    }
}
