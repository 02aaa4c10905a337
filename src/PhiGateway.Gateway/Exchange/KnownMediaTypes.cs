namespace PhiGateway.Gateway.Exchange;

/// <summary>Media types that are sent and read; each stands here once.</summary>
internal static class KnownMediaTypes
{
    public const string FhirJson = "application/fhir+json";
    public const string FhirJsonUtf8 = "application/fhir+json; charset=utf-8";
    public const string Json = "application/json";
    public const string JsonUtf8 = "application/json; charset=utf-8";
    public const string FhirNdjson = "application/fhir+ndjson";
    public const string JsonPatch = "application/json-patch+json";
    public const string Problem = "application/problem+json";

    /// <summary>The media type of a Content-Type, without parameters, in lower case; empty when there is none.</summary>
    public static string WithoutParameters(string? contentType)
    {
        if (contentType is null || ReferenceEquals(contentType, FhirJson))
        {
            return contentType ?? string.Empty;
        }

        var text = contentType.AsSpan();
        var end = text.IndexOf(';');
        text = (end < 0 ? text : text[..end]).Trim();
        return text.Equals(FhirJson, StringComparison.OrdinalIgnoreCase) ? FhirJson : text.ToString().ToLowerInvariant();
    }

    /// <summary>
    /// Whether a media type (lower case, without parameters) of an upstream's is that of FHIR's JSON, or says nothing: what is not JSON is
    /// found out when it is read.
    /// </summary>
    public static bool IsFhirJson(string mediaType) => mediaType is FhirJson or Json or "application/json+fhir" or "text/json" or "";

    /// <summary>
    /// Whether a media type (lower case, without parameters) of a backend's is that of some JSON, or says nothing: what is not JSON is found
    /// out when it is read.
    /// </summary>
    public static bool IsJson(string mediaType) =>
        mediaType is Json or "text/json" or ""
        || (mediaType.StartsWith("application/", StringComparison.Ordinal) && mediaType.EndsWith("+json", StringComparison.Ordinal));

    /// <summary>
    /// Whether a media type (lower case, without parameters) of an upstream's is that of resources line by line, or what storage says of any
    /// file: what is no resource is found out line by line.
    /// </summary>
    public static bool IsNdjson(string mediaType) =>
        mediaType
            is FhirNdjson
                or "application/ndjson"
                or "application/x-ndjson"
                or "text/ndjson"
                or "text/x-ndjson"
                or "application/jsonl"
                or "application/jsonlines"
                or "application/x-jsonlines"
                or "application/octet-stream"
                or "binary/octet-stream"
                or "text/plain"
                or "";
}
