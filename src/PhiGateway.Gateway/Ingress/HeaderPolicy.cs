using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;

namespace PhiGateway.Gateway.Ingress;

/// <summary>
/// Reads the request headers that carry meaning, and finds one that makes the request refused; all others are never looked at and never
/// forwarded. Asked by the CrossOrigin and Ingress stages.
/// </summary>
/// <remarks>
/// The upstream request is generated, so identity, forwarded, certificate and tenant headers of a client end here whatever their spelling.
/// </remarks>
internal static class HeaderPolicy
{
    // Headers that carry meaning for the gateway: two of one are two readings. Accept and Prefer are lists, and lines of a list are
    // one list (RFC 9110 section 5.3). If-None-Match is one as well, but servers read two lines of it in two ways.
    private static readonly string[] Single =
    [
        HeaderNames.Authorization,
        HeaderNames.ContentType,
        HeaderNames.IfMatch,
        HeaderNames.IfNoneMatch,
        HeaderNames.IfModifiedSince,
        KnownHeaders.IfNoneExist,
        KnownHeaders.SecurityContext,
        HeaderNames.Host,
        HeaderNames.ContentLength,
        KnownHeaders.Dpop,
    ];

    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    );

    // Folded names ('_' and '.' read as '-', lower case) by which clients ask for another request than the one they sent; and whether they
    // name a target (true) or a method. Proxies write some of them to say what came to them: that is no other request when it is this one.
    private static readonly Dictionary<string, bool> Overrides = new(StringComparer.Ordinal)
    {
        ["x-http-method-override"] = false,
        ["x-http-method"] = false,
        ["x-method-override"] = false,
        ["x-original-method"] = false,
        ["x-forwarded-method"] = false,
        ["x-original-url"] = true,
        ["x-original-uri"] = true,
        ["x-rewrite-url"] = true,
        ["x-forwarded-uri"] = true,
        ["x-override-url"] = true,
    };

    /// <summary>Name of the first header that makes the request unreadable in one way; null when there is none.</summary>
    /// <param name="request">The request.</param>
    /// <param name="rawTarget">Its target as it was sent.</param>
    public static string? FindBroken(HttpRequest request, string rawTarget)
    {
        var (headers, protocol) = (request.Headers, request.Protocol);

        // One walk over what came, instead of a look-up for each name that may come once: nearly nobody sends anything twice. The wire guard
        // reads the grammar of HTTP/1.1; names that came otherwise are held to it here (RFC 9110 section 5.1).
        var isGuarded = protocol is "HTTP/1.1" or "HTTP/1.0";
        var cameTwice = false;
        string? broken = null;
        foreach (var header in headers)
        {
            cameTwice |= header.Value.Count > 1;
            broken ??= FindBroken(request, rawTarget, header, isGuarded);
        }

        if (cameTwice && FindTwice(headers) is { } twice)
        {
            return twice;
        }

        // An offer of another protocol is an offer: it is ignored, and never forwarded (RFC 9110, 7.8). A WebSocket is not an offer, since its
        // client can do nothing with an answer.
        if (headers.TryGetValue(HeaderNames.Upgrade, out var offered) && AsksWebSocket(offered))
        {
            return HeaderNames.Upgrade;
        }

        if (headers.TryGetValue(HeaderNames.TransferEncoding, out var encoding) && !IsOneFraming(encoding, headers, protocol))
        {
            return HeaderNames.TransferEncoding;
        }

        // That nothing was done to the body says nothing (RFC 9110, 8.4.1).
        if (
            headers.TryGetValue(HeaderNames.ContentEncoding, out var coding)
            && !(coding.Count == 1 && string.Equals(coding[0], "identity", StringComparison.OrdinalIgnoreCase))
        )
        {
            return HeaderNames.ContentEncoding;
        }

        return broken;
    }

    /// <summary>The headers with meaning in FHIR.</summary>
    public static FhirHeaders Read(IHeaderDictionary headers) =>
        new()
        {
            ContentType = One(headers.ContentType),
            Accept = Joined(headers.Accept),
            Prefer = Joined(headers[KnownHeaders.Prefer]),
            IfMatch = One(headers.IfMatch),
            IfNoneMatch = One(headers.IfNoneMatch),
            IfModifiedSince = One(headers.IfModifiedSince),
            IfNoneExist = One(headers[KnownHeaders.IfNoneExist]),
            Provenance = One(headers[KnownHeaders.Provenance]),
            SecurityContext = One(headers[KnownHeaders.SecurityContext]),
        };

    private static string? FindTwice(IHeaderDictionary headers)
    {
        foreach (var name in Single)
        {
            if (headers.TryGetValue(name, out var values) && values.Count > 1)
            {
                return name;
            }
        }

        return null;
    }

    private static string? FindBroken(HttpRequest request, string rawTarget, in KeyValuePair<string, StringValues> header, bool isGuarded)
    {
        if (!isGuarded && header.Key.AsSpan().ContainsAnyExcept(TokenCharacters))
        {
            return "header-name";
        }

        return
            header.Key.Length >= 13
            && (header.Key[0] | 0x20) == 'x'
            && Overrides.TryGetValue(Fold(header.Key), out var isTarget)
            && !IsThisRequest(request, rawTarget, header.Value, isTarget)
            ? "method-or-path-override"
            : null;
    }

    // Chunks and a length are two ends of one body, and HTTP/1.0 knows no chunks (RFC 9112 section 6.1). Kestrel takes the length away from
    // a
    // request with both and keeps it under the name below.
    private static bool IsOneFraming(StringValues encoding, IHeaderDictionary headers, string protocol) =>
        encoding.Count == 1
        && string.Equals(encoding[0], "chunked", StringComparison.OrdinalIgnoreCase)
        && protocol != "HTTP/1.0"
        && headers.ContentLength is null
        && !headers.ContainsKey("X-Content-Length");

    private static bool AsksWebSocket(StringValues offered)
    {
        for (var i = 0; i < offered.Count; i++)
        {
            if (offered[i]?.Contains("websocket", StringComparison.OrdinalIgnoreCase) != false)
            {
                return true;
            }
        }

        return false;
    }

    // Letter for letter: the target as it was sent, alone or behind this host.
    private static bool IsThisRequest(HttpRequest request, string rawTarget, StringValues values, bool isTarget)
    {
        for (var i = 0; i < values.Count; i++)
        {
            var said = values[i] ?? string.Empty;
            if (!isTarget)
            {
                if (!string.Equals(said, request.Method, StringComparison.Ordinal))
                {
                    return false;
                }

                continue;
            }

            var scheme = said.IndexOf("://", StringComparison.Ordinal);
            var isAbsolute = scheme > 0 && said[..scheme] is "http" or "https";
            var origin = isAbsolute ? said.AsSpan(scheme + 3) : default;
            var target =
                isAbsolute && origin.StartsWith(request.Host.Value, StringComparison.OrdinalIgnoreCase)
                    ? origin[request.Host.Value!.Length..]
                    : said;
            if (!target.SequenceEqual(rawTarget))
            {
                return false;
            }
        }

        return true;
    }

    private static string? Joined(StringValues values) => values.Count <= 1 ? One(values) : string.Join(", ", values.ToArray());

    private static string? One(StringValues values) => values.Count == 0 ? null : values[0];

    private static string Fold(string name) => name.Replace('_', '-').Replace('.', '-').ToLowerInvariant();
}
