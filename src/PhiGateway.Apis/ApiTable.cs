using PhiGateway.Fhir.Canonical;

namespace PhiGateway.Apis;

/// <summary>Everything that may be asked of one API that is not FHIR; immutable, compiled from <see cref="ApiOptions"/> at start.</summary>
public sealed class ApiTable
{
    internal ApiTable(IReadOnlyList<ApiOperation> operations) => Operations = operations;

    /// <summary>Most segments of a path below the base.</summary>
    public const int MostSegments = PathTemplate.MostSegments;

    /// <summary>The rows.</summary>
    public IReadOnlyList<ApiOperation> Operations { get; }

    /// <summary>Compiles what an operator wrote; null when a problem was added.</summary>
    public static ApiTable? Compile(ApiOptions options, List<ApiProblem> problems) => ApiTableCompiler.Compile(options, problems);

    /// <summary>Whether a path below the base is one that a GET row answers; for places that the upstream names.</summary>
    public bool IsReadable(string path) =>
        path.StartsWith('/')
        && CanonicalPath.Read(path, MostSegments, out var segments) is null
        && Find("GET", segments, out _, out _) is not null;

    /// <summary>The one row for a method and path.</summary>
    /// <param name="method">HEAD is answered by the row of GET.</param>
    /// <param name="path">Segments below the base.</param>
    /// <param name="values">Values of the template's variables.</param>
    /// <param name="allowed">Methods that have a row for this path, when this one has none; empty: the path has no row at all.</param>
    internal ApiOperation? Find(string method, IReadOnlyList<string> path, out string[] values, out IReadOnlyList<string> allowed)
    {
        var wanted = method == "HEAD" ? "GET" : method;
        List<string>? others = null;
        foreach (var operation in Operations)
        {
            if (operation.Path.Match(path) is not { } found)
            {
                continue;
            }

            if (operation.Method == wanted)
            {
                (values, allowed) = (found, []);
                return operation;
            }

            others ??= [];
            if (!others.Contains(operation.Method))
            {
                others.Add(operation.Method);
            }
        }

        (values, allowed) = ([], others is null ? [] : others);
        return null;
    }
}
