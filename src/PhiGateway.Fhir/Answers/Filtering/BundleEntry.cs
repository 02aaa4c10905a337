using PhiGateway.Fhir.Answers.Scanning;

namespace PhiGateway.Fhir.Answers.Filtering;

/// <summary>Where the parts of one Bundle entry stand.</summary>
internal struct BundleEntry
{
    public TextSpan FullUrl;
    public int ResourceStart;
    public int ResourceEnd;

    /// <summary><c>search.mode</c></summary>
    public TextSpan Mode;

    /// <summary><c>request.method</c></summary>
    public TextSpan Method;

    /// <summary><c>response.status</c></summary>
    public TextSpan Status;
    public TextSpan Location;
    public TextSpan Etag;
    public TextSpan LastModified;

    public readonly bool HasResource => ResourceEnd > 0;
}
