using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests.Bodies;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Routing;

/// <summary>Checks the headers that every interaction shares.</summary>
internal static class RequestHeaders
{
    /// <summary>Accept, <c>_format</c>, Prefer and the conditional headers; null when all is well.</summary>
    internal static Refusal? Check(RequestSource source)
    {
        var (headers, line) = (source.Headers, source.Line);
        var isSmart = line.SegmentArray is [".well-known", ..];
        var isFile = line.SegmentArray is ["_file", ..];
        if (!isSmart && !isFile && !HeaderGrammar.AllowsJson(headers.Accept) && !IsServedOtherwise(source))
        {
            return new Refusal(DenyReason.NotAcceptable, "Accept without FHIR 4.0 JSON");
        }

        for (var i = 0; i < line.QueryArray.Length; i++)
        {
            if (line.QueryArray[i].Name == "_format" && !IsJsonFormat(line.QueryArray[i].Value))
            {
                return new Refusal(DenyReason.NotAcceptable, "_format is not JSON");
            }
        }

        if (headers.IfMatch is { } tag && HeaderGrammar.VersionTag(tag) is null)
        {
            return Refusal.Header("If-Match is not one version tag");
        }

        if (headers.Provenance is not null)
        {
            return Refusal.Unknown("X-Provenance: a Provenance is written as a resource of its own, or in a transaction");
        }

        if (headers.SecurityContext is not null && !source.IsGet && !RawBinary.IsOne(source))
        {
            return Refusal.Header("X-Security-Context beside something other than the content of a Binary");
        }

        if (headers.IfNoneMatch is not null && !source.IsGet)
        {
            return Refusal.Header("If-None-Match on a write");
        }

        return headers.IfNoneExist is not null && line is not { Method: "POST", Segments.Count: 1 }
            ? Refusal.Header("If-None-Exist on something other than a create")
            : null;
    }

    /// <summary>
    /// Whether what is asked for is not the Binary but what is in it: a read, of a version too, that names no form of FHIR (R4 Binary,
    /// 2.8.2), by no Accept and by one for anything as well. Other forms of FHIR than JSON are not served.
    /// </summary>
    internal static bool AsksContent(RequestSource source) =>
        source
            is {
                IsGet: true,
                Bundle: null,
                Line: { SegmentArray: ["Binary", not ['_' or '$', ..]] or ["Binary", _, "_history", _], QueryArray: [] }
            }
        && (
            source.Headers.Accept is not { Length: > 0 } accept
            || (
                !accept.Contains("fhir", StringComparison.OrdinalIgnoreCase)
                && (!HeaderGrammar.AllowsJson(accept) || !accept.Contains("json", StringComparison.OrdinalIgnoreCase))
            )
        );

    /// <summary>Whether a <c>_format</c> is JSON's, in whatever letter case (RFC 6838, section 4.2).</summary>
    internal static bool IsJsonFormat(string value) =>
        IsJsonWord(value) || (value.AsSpan().ContainsAnyInRange('A', 'Z') && IsJsonWord(value.ToLowerInvariant()));

    // A plus that was not encoded is a space by the time it is read; clients are forgiven this one everywhere.
    private static bool IsJsonWord(string value) =>
        value is "json" or "application/json" or "application/fhir+json" or "application/fhir json" or "text/json"
        || value is HeaderGrammar.Old or "application/json fhir"
        || (
            value.Contains(';', StringComparison.Ordinal)
            && HeaderGrammar.IsJson(value.Replace("fhir json", "fhir+json", StringComparison.Ordinal))
        );

    // Though its Accept takes no JSON.
    private static bool IsServedOtherwise(RequestSource source) => AsksJson(source.Line) || AsksContent(source) || AsksExport(source);

    // What begins or follows an export is answered in JSON or without a body (Bulk Data Access); clients name the form of its files, too.
    private static bool AsksExport(RequestSource source) =>
        source.Line.SegmentArray is [.., "$export"] or ["_export", _]
        && source.Headers.Accept is { } accept
        && (HeaderGrammar.Allows(accept, "application/fhir+ndjson") || HeaderGrammar.Allows(accept, "application/ndjson"));

    private static bool AsksJson(Canonical.CanonicalRequest line)
    {
        for (var i = 0; i < line.QueryArray.Length; i++)
        {
            if (line.QueryArray[i].Name == "_format")
            {
                return IsJsonFormat(line.QueryArray[i].Value);
            }
        }

        return false;
    }
}
