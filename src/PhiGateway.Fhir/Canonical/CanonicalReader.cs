using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Canonical;

/// <summary>Reads a raw request target by a strict grammar: whatever could be read in two ways is refused, never repaired.</summary>
/// <remarks>
/// Never throws. The base itself may end in one slash (<c>/fhir</c> and <c>/fhir/</c> are both the system level); no other path may, but for
/// a type before a query (<c>Patient/?name=x</c>).
/// </remarks>
public static class CanonicalReader
{
    /// <summary>Longest target that is read. The wire takes longer lines (<c>DataPlane</c>), so that it is said here, to a known route.</summary>
    public const int MaxTargetLength = 8192;

    // Bulk Data Access, kick-off: the value is a query of a type, with the encoding of its own.
    private const string TypeFilter = "_typeFilter";

    /// <summary>Most query parameters, whatever the route's own limit.</summary>
    public const int MaxParameters = 256;

    /// <summary>Reads method and raw target (as on the wire, before any decoding) below a base path.</summary>
    public static Reading<CanonicalRequest> Read(string method, string rawTarget, string basePath) =>
        Read(method, rawTarget, basePath, CanonicalPath.MaxSegments);

    /// <summary>
    /// The same for a request that a client makes of a FHIR server: the parameters of a search may have no value. Which of those are ignored,
    /// as R4 has it, is for the reader of the search to say.
    /// </summary>
    public static Reading<CanonicalRequest> ReadAsked(string method, string rawTarget, string basePath) =>
        Read(method, rawTarget, basePath, CanonicalPath.MaxSegments, areSearchesLenient: true);

    /// <summary>The same with a limit of one's own on the path's segments, for backends whose paths are longer than FHIR's.</summary>
    public static Reading<CanonicalRequest> Read(string method, string rawTarget, string basePath, int maxSegments) =>
        Read(method, rawTarget, basePath, maxSegments, areSearchesLenient: false);

    private static Reading<CanonicalRequest> Read(
        string method,
        string rawTarget,
        string basePath,
        int maxSegments,
        bool areSearchesLenient
    )
    {
        var known = KnownMethod(method);
        if (known is null)
        {
            return Reading<CanonicalRequest>.Refused(DenyReason.MethodNotAllowed, "method is not one of the six, in upper case");
        }

        if (string.IsNullOrEmpty(rawTarget) || rawTarget[0] != '/')
        {
            return Reading<CanonicalRequest>.Refused(DenyReason.MalformedRequest, "target is not in origin form");
        }

        if (rawTarget.Length > MaxTargetLength)
        {
            return Reading<CanonicalRequest>.Refused(DenyReason.AddressTooLong, "target is too long");
        }

        var root = basePath is null or "/" ? string.Empty : basePath;
        var mark = rawTarget.IndexOf('?', StringComparison.Ordinal);
        var path = mark < 0 ? rawTarget.AsSpan() : rawTarget.AsSpan(0, mark);
        if (!path.StartsWith(root, StringComparison.Ordinal) || (path.Length > root.Length && path[root.Length] != '/'))
        {
            return Reading<CanonicalRequest>.Refused(DenyReason.NoRoute, "target is not below the base");
        }

        path = path[root.Length..];

        // Type/? is the type with its query: clients that put an address together from pieces send it, and nothing else could be meant.
        if (mark >= 0 && path.Length > 2 && path[^1] == '/' && ResourceType.TryParse(path[1..^1], out _))
        {
            path = path[..^1];
        }

        if (CanonicalPath.Read(path, maxSegments, out var segments) is { } brokenPath)
        {
            return brokenPath.As<CanonicalRequest>();
        }

        var query = mark < 0 ? default : rawTarget.AsSpan(mark + 1);
        var mayBeEmpty = areSearchesLenient && IsSearch(known, segments);
        var holdsQuery = segments is [.., "$export"] ? TypeFilter : null;
        return CanonicalQuery.Read(query, MaxParameters, out var parameters, mayBeEmpty, holdsQuery) is { } brokenQuery
            ? brokenQuery.As<CanonicalRequest>()
            : Reading<CanonicalRequest>.Of(new CanonicalRequest(known, root, segments, parameters));
    }

    // A search and nothing else: a condition of a write, an operation and an export mean something else without the parameter.
    private static bool IsSearch(string method, string[] segments) =>
        method switch
        {
            "GET" or "HEAD" => segments switch
            {
                [] => true,
                [var type] => ResourceType.TryParse(type, out _),
                [var compartment, _, var type] => ResourceType.TryParse(compartment, out _)
                    && (type == "*" || ResourceType.TryParse(type, out _)),
                _ => false,
            },
            "POST" => segments is [.., "_search"],
            _ => false,
        };

    private static string? KnownMethod(string? method) =>
        method switch
        {
            "GET" => "GET",
            "HEAD" => "HEAD",
            "POST" => "POST",
            "PUT" => "PUT",
            "PATCH" => "PATCH",
            "DELETE" => "DELETE",
            _ => null,
        };
}
