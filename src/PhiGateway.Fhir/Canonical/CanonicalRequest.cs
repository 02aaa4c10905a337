namespace PhiGateway.Fhir.Canonical;

/// <summary>The one reading of a request line that gate, policy, audit and upstream share; immutable.</summary>
public sealed class CanonicalRequest
{
    internal CanonicalRequest(string method, string basePath, string[] segments, QueryParameter[] query)
    {
        Method = method;
        Base = basePath;
        Segments = SegmentArray = segments;
        Query = QueryArray = query;
    }

    /// <summary>One of the exact upper-case methods GET, HEAD, POST, PUT, PATCH, DELETE.</summary>
    public string Method { get; }

    /// <summary>The route's FHIR base as a path without trailing slash, such as <c>/fhir</c>; may be empty.</summary>
    public string Base { get; }

    /// <summary>Decoded path segments below the base; none is empty, <c>.</c> or <c>..</c>.</summary>
    public IReadOnlyList<string> Segments { get; }

    /// <summary>The canonical spelling of the target: reading it again gives the same request.</summary>
    /// <remarks>PHI: for the upstream and for tests, never for a log.</remarks>
    public string ToTarget() => CanonicalWriter.Target(this);

    /// <summary>Query parameters in order.</summary>
    public IReadOnlyList<QueryParameter> Query { get; }

    // The same as arrays: on the hot path a call through the interface of an array costs more than the work.
    internal string[] SegmentArray { get; }

    internal QueryParameter[] QueryArray { get; }
}
