using PhiGateway.Fhir.Json;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>Where the parts of one Bundle entry (resource, fullUrl, request, response) stand in the bytes being read.</summary>
internal struct EntrySpan
{
    /// <summary>Its opening brace.</summary>
    public int Start;

    /// <summary>After its closing brace.</summary>
    public int End;
    public TextSpan FullUrl;
    public int ResourceStart;
    public int ResourceEnd;

    /// <summary><c>search.mode</c></summary>
    public TextSpan Mode;

    /// <summary><c>search.score</c>, a number.</summary>
    public TextSpan Score;

    /// <summary><c>search.extension</c>, whole; from its first character to the one after its last.</summary>
    public TextSpan SearchExtensions;

    /// <summary><c>request.method</c></summary>
    public TextSpan Method;

    /// <summary><c>request.url</c></summary>
    public TextSpan Url;

    /// <summary><c>response.status</c></summary>
    public TextSpan Status;
    public TextSpan Location;
    public TextSpan Etag;
    public TextSpan LastModified;

    public readonly bool HasResource => ResourceEnd > 0;
}
