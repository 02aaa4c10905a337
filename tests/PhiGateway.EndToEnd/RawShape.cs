namespace PhiGateway.EndToEnd;

/// <summary>A request that must be refused, as it stands on the wire, and the nearest one that must pass.</summary>
/// <param name="Name">What is tried.</param>
/// <param name="Attack">Raw; <c>{host}</c> and <c>{token}</c> are filled in.</param>
/// <param name="Statuses">What it may be answered with.</param>
/// <param name="Twin">Raw.</param>
/// <param name="TwinStatus">What the twin is answered with.</param>
/// <param name="Closes">Whether the connection must be closed, since nobody knows where the next request begins.</param>
internal sealed record RawShape(string Name, string Attack, int[] Statuses, string Twin, int TwinStatus = 200, bool Closes = false)
{
    /// <summary>The connection ends without an answer.</summary>
    public const int NoAnswer = 0;

    /// <summary>A read that passes.</summary>
    public const string Plain = "GET /fhir/Patient/f001 HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\r\n";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<RawShape> All { get; } =
    [.. Lines(), .. RawFramings.All(), .. RawTargets.All(), .. HeaderShapes(), .. Sizes()];

    /// <summary>A GET of a target with further header lines.</summary>
    public static string Get(string target, string more = "", string method = "GET", string version = "HTTP/1.1") =>
        $"{method} {target} {version}\r\nHost: {{host}}\r\nAuthorization: Bearer {{token}}\r\n{more}\r\n";

    /// <summary>A search by form with given framing.</summary>
    public static string Search(string framing, string body) =>
        "POST /fhir/Observation/_search HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer "
        + $"{{token}}\r\nContent-Type: application/x-www-form-urlencoded\r\n{framing}\r\n{body}";

    private static IEnumerable<RawShape> Lines()
    {
        yield return new("bare LF ends the lines", Plain.Replace("\r\n", "\n", StringComparison.Ordinal), [400], Plain, Closes: true);
        yield return new(
            "bare LF ends one header",
            Plain.Replace("{host}\r\n", "{host}\n", StringComparison.Ordinal),
            [400],
            Plain,
            Closes: true
        );
        yield return new(
            "bare CR inside a header",
            Get("/fhir/Patient/f001", "X-A: 1\rX-B: 2\r\n"),
            [400],
            Get("/fhir/Patient/f001", "X-A: 1\r\nX-B: 2\r\n"),
            Closes: true
        );
        yield return new(
            "folded header",
            Get("/fhir/Patient/f001", "X-A: 1\r\n 2\r\n"),
            [400],
            Get("/fhir/Patient/f001", "X-A: 1 2\r\n"),
            Closes: true
        );
        yield return new(
            "space before the colon",
            Get("/fhir/Patient/f001", "X-A : 1\r\n"),
            [400],
            Get("/fhir/Patient/f001", "X-A: 1\r\n"),
            Closes: true
        );
        foreach (var name in new[] { "X[1]", "X{a}", "X(a)", "X,a", "X/a", "X@a", "X\u00e4" })
        {
            yield return new(
                $"header name {name[1..]}",
                Get("/fhir/Patient/f001", $"{name}: 1\r\n"),
                [400],
                Get("/fhir/Patient/f001", "X!#$%&'*+-.^_`|~9: 1\r\n"),
                Closes: true
            );
        }

        yield return new("header without a name", Get("/fhir/Patient/f001", ": 1\r\n"), [400], Plain, Closes: true);
        yield return new("NUL in a header", Get("/fhir/Patient/f001", "X-A: 1\02\r\n"), [400], Plain, Closes: true);
        foreach (var method in new[] { "get", "Get", "TRACE", "TRACK", "OPTIONS", "PROPFIND", "LINK", "DEBUG" })
        {
            yield return new($"method {method}", Get("/fhir/Patient/f001", method: method), [405], Plain);
        }

        yield return new(
            "method delete in lower case",
            Get("/fhir/Observation/no-such", method: "delete"),
            [405],
            Get("/fhir/Observation/no-such", method: "DELETE"),
            TwinStatus: 404
        );
        yield return new("OPTIONS *", Get("*", method: "OPTIONS"), [400, 404, 405], Plain);
        yield return new("CONNECT with an authority", Get("{host}", method: "CONNECT"), [400, 404, 405], Plain, Closes: true);
        yield return new("absolute form", Get("http://{host}/fhir/Patient/f001"), [400], Plain, Closes: true);
        yield return new("absolute form of somebody else", Get("http://ehr.internal/fhir/Patient/f001"), [400, 421], Plain, Closes: true);
        yield return new("two spaces in the line", Plain.Replace("GET ", "GET  ", StringComparison.Ordinal), [400], Plain, Closes: true);
        yield return new("tab in the line", Plain.Replace("GET ", "GET\t", StringComparison.Ordinal), [400], Plain, Closes: true);
        yield return new("HTTP/0.9", "GET /fhir/Patient/f001\r\n\r\n", [400], Plain, Closes: true);
        yield return new(
            "HTTP/1.0 without Host",
            "GET /fhir/Patient/f001 HTTP/1.0\r\nAuthorization: Bearer {token}\r\n\r\n",
            [400, 421],
            Get("/fhir/Patient/f001", version: "HTTP/1.0"),
            Closes: true
        );
        yield return new(
            "HTTP/1.1 without Host",
            "GET /fhir/Patient/f001 HTTP/1.1\r\nAuthorization: Bearer {token}\r\n\r\n",
            [400],
            Plain,
            Closes: true
        );
        yield return new("HTTP/1.2", Get("/fhir/Patient/f001", version: "HTTP/1.2"), [400, 505], Plain, Closes: true);
        yield return new("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [NoAnswer, 400, 505], Plain, Closes: true);
    }

    private static IEnumerable<RawShape> HeaderShapes()
    {
        yield return new("two tokens", Get("/fhir/Patient/f001", "Authorization: Bearer {token}\r\n"), [400], Plain);
        yield return new("token and a password", Get("/fhir/Patient/f001", "Authorization: Basic YTpi\r\n"), [400], Plain);
        yield return new(
            "two tokens in one line",
            Plain.Replace("{token}", "{token}, Bearer {token}", StringComparison.Ordinal),
            [400],
            Plain
        );
        yield return new("two hosts", Get("/fhir/Patient/f001", "Host: {host}\r\n"), [400], Plain, Closes: true);
        foreach (
            var host in new[]
            {
                "ehr.internal",
                "localhost",
                "{host}.evil.example",
                "evil.example@{host}",
                "{host}, evil.example",
                "127.0.0.1",
                "127.0.0.1:1",
                "",
            }
        )
        {
            yield return new(
                $"host {host}",
                $"GET /fhir/Patient/f001 HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {{token}}\r\n\r\n",
                [400, 421],
                Plain,
                Closes: true
            );
        }

        foreach (
            var name in new[]
            {
                "X-HTTP-Method-Override",
                "X-HTTP-Method",
                "X-Method-Override",
                "x_http_method_override",
                "X.HTTP.Method.Override",
                "X_HTTP-Method.Override",
                "X-Original-URL",
                "X-Original-Uri",
                "X_Original_URL",
                "X-Rewrite-URL",
                "X.Rewrite.Url",
                "X-Original-Method",
                "X-Forwarded-Method",
                "X-Forwarded-Uri",
                "X-Override-URL",
            }
        )
        {
            yield return new(
                $"override by {name}",
                Get("/fhir/Patient/f001", $"{name}: DELETE\r\n"),
                [400],
                Get("/fhir/Patient/f001", $"{name}: {(IsOfTarget(name) ? "/fhir/Patient/f001" : "GET")}\r\n")
            );
        }

        foreach (var offered in new[] { "h2c", "TLS/1.0", "foo/2" })
        {
            yield return new(
                $"upgrade to a WebSocket, where {offered} is ignored",
                Get(
                    "/fhir/Patient/f001",
                    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                ),
                [400],
                Get(
                    "/fhir/Patient/f001",
                    $"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: {offered}\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n"
                )
            );
        }

        yield return new("Provenance in a header", Get("/fhir/Patient/f001", "X-Provenance: {}\r\n"), [400], Plain);
        foreach (var name in new[] { "If-Match", "If-None-Match", "If-Modified-Since", "If-None-Exist", "Content-Type", "DPoP" })
        {
            yield return new($"two of {name}", Get("/fhir/Patient/f001", $"{name}: a\r\n{name}: b\r\n"), [400], Plain);
        }
    }

    private static bool IsOfTarget(string header) =>
        header.EndsWith("url", StringComparison.OrdinalIgnoreCase) || header.EndsWith("uri", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<RawShape> Sizes()
    {
        yield return new(
            "line too long",
            Get("/fhir/Patient?_id=" + new string('a', 20_000)),
            [400, 414],
            Get("/fhir/Patient?_id=" + new string('a', 60)),
            Closes: true
        );
        yield return new("target longer than is read", Get("/fhir/Patient?_id=" + new string('a', 9_000)), [400, 414], Plain, Closes: true);
        yield return new(
            "header too long",
            Get("/fhir/Patient/f001", $"X-A: {new string('a', 40_000)}\r\n"),
            [431],
            Get("/fhir/Patient/f001", $"X-A: {new string('a', 4_000)}\r\n"),
            Closes: true
        );
        yield return new(
            "too many headers",
            Get("/fhir/Patient/f001", string.Concat(Enumerable.Range(0, 80).Select(i => $"X-{i}: 1\r\n"))),
            [431],
            Get("/fhir/Patient/f001", string.Concat(Enumerable.Range(0, 40).Select(i => $"X-{i}: 1\r\n"))),
            Closes: true
        );
        yield return new(
            "body too large, told before",
            Search("Content-Length: 5000000\r\n", string.Empty),
            [413],
            Search("Content-Length: 12\r\n", "patient=f001"),
            Closes: true
        );
        yield return new(
            "body too large, found while reading",
            Search("Transfer-Encoding: chunked\r\n", $"300000\r\n{new string('a', 0x300000)}\r\n0\r\n\r\n"),
            [413],
            Search("Transfer-Encoding: chunked\r\n", "c\r\npatient=f001\r\n0\r\n\r\n"),
            Closes: true
        );
    }
}
