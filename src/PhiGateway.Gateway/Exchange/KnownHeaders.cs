using Microsoft.Net.Http.Headers;

namespace PhiGateway.Gateway.Exchange;

/// <summary>Headers that are read or written and that the platform has no name for, and the forms of <c>Accept</c> that go upstream.</summary>
internal static class KnownHeaders
{
    public const string RequestId = "X-Request-Id";
    public const string Intermediary = "X-Intermediary";
    public const string Prefer = "Prefer";
    public const string IfNoneExist = "If-None-Exist";
    public const string Provenance = "X-Provenance";
    public const string SecurityContext = "X-Security-Context";
    public const string Dpop = "DPoP";
    public const string DpopNonce = "DPoP-Nonce";
    public const string Justification = "Phi-Justification";
    public const string Incomplete = "Phi-Incomplete";

    /// <summary>
    /// What the gateway reads from requests and takes from web apps: what a browser asks about before it sends it, beside the Fetch standard's
    /// safe headers.
    /// </summary>
    public static readonly string[] OfWebApps =
    [
        HeaderNames.Authorization,
        Dpop,
        HeaderNames.ContentType,
        HeaderNames.Accept,
        Prefer,
        HeaderNames.IfMatch,
        HeaderNames.IfNoneMatch,
        HeaderNames.IfModifiedSince,
        IfNoneExist,
        SecurityContext,
        Justification,
    ];

    /// <summary>
    /// Headers that browser apps and their instrumentation send along and that mean nothing here: a browser does not send the request where
    /// they may not come. None of them goes upstream.
    /// </summary>
    public static readonly string[] BesideOfWebApps =
    [
        HeaderNames.CacheControl,
        HeaderNames.Pragma,
        HeaderNames.XRequestedWith,
        RequestId,
        "X-Correlation-Id",
        HeaderNames.RequestId,
        HeaderNames.TraceParent,
        HeaderNames.TraceState,
        HeaderNames.Baggage,
        "Request-Context",
        "Sentry-Trace",
    ];

    /// <summary>What a web app needs from an answer besides its body, and the Fetch standard keeps from it unless it is named.</summary>
    public static readonly string[] ForWebApps =
    [
        HeaderNames.ETag,
        HeaderNames.LastModified,
        HeaderNames.Location,
        HeaderNames.ContentLocation,
        HeaderNames.RetryAfter,
        "X-Progress",
        HeaderNames.Expires,
        HeaderNames.AcceptRanges,
        RateLimitFields.Policy,
        RateLimitFields.State,
        HeaderNames.WWWAuthenticate,
        DpopNonce,
        RequestId,
        Incomplete,
    ];

    /// <summary>For what the gateway reads for its own judgement.</summary>
    public static readonly KeyValuePair<string, string>[] AcceptFhir = [KeyValuePair.Create("Accept", KnownMediaTypes.FhirJson)];

    /// <summary>For pages and jobs that the upstream has named.</summary>
    public static readonly KeyValuePair<string, string>[] AcceptJson =
    [
        KeyValuePair.Create("Accept", "application/fhir+json, application/json;q=0.9"),
    ];

    /// <summary>For files of an export.</summary>
    public static readonly KeyValuePair<string, string>[] AcceptNdjson = [KeyValuePair.Create("Accept", KnownMediaTypes.FhirNdjson)];
}
