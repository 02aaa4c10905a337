using System.Buffers;

namespace PhiGateway.Apis;

/// <summary>
/// Parses a path template of literal segments and variables that are whole segments, and matches request paths against it.
/// </summary>
internal sealed class PathTemplate
{
    private static readonly SearchValues<char> Literal = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~$@:"
    );
    private static readonly SearchValues<char> Value = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~@:"
    );

    // Null is a variable.
    private readonly string?[] _segments;

    private PathTemplate(string text, string?[] segments, string[] variables) => (Text, _segments, Variables) = (text, segments, variables);

    /// <summary>Most segments of a template.</summary>
    public const int MostSegments = 12;

    /// <summary>As written; for records and metrics, since it holds no PHI.</summary>
    public string Text { get; }

    /// <summary>Names of the variables, in order.</summary>
    public IReadOnlyList<string> Variables { get; }

    /// <summary>Reads a template; null with the reason when it is none.</summary>
    public static PathTemplate? TryParse(string text, out string problem)
    {
        problem =
            $"must be a path such as /v1/patients/{{patient}}/results: up to {MostSegments} segments of letters, "
            + "digits and -._~$@:, or variables in braces that are a whole segment; no slash at the end.";
        var parts = text.StartsWith('/') ? text[1..].Split('/') : [];
        if (parts.Length is 0 or > MostSegments)
        {
            return null;
        }

        var segments = new string?[parts.Length];
        var variables = new List<string>();
        for (var i = 0; i < parts.Length; i++)
        {
            var part = parts[i];
            if (part is ['{', .. var name, '}'])
            {
                if (name.Length == 0 || !name.All(char.IsAsciiLetterOrDigit))
                {
                    return null;
                }

                if (variables.Contains(name))
                {
                    problem = $"has the variable {name} twice.";
                    return null;
                }

                variables.Add(name);
                continue;
            }

            if (part.Length == 0 || part.AsSpan().ContainsAnyExcept(Literal) || part is "." or "..")
            {
                return null;
            }

            segments[i] = part;
        }

        return new PathTemplate(text, segments, [.. variables]);
    }

    /// <summary>Whether there is a path that both match.</summary>
    public bool Overlaps(PathTemplate other)
    {
        if (_segments.Length != other._segments.Length)
        {
            return false;
        }

        for (var i = 0; i < _segments.Length; i++)
        {
            if (_segments[i] is { } one && other._segments[i] is { } two && one != two)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether the other is the same but for the names of variables.</summary>
    public bool IsSame(PathTemplate other) => _segments.AsSpan().SequenceEqual(other._segments);

    /// <summary>The variables' values, when the path matches; null when it does not.</summary>
    public string[]? Match(IReadOnlyList<string> path)
    {
        if (path.Count != _segments.Length)
        {
            return null;
        }

        var values = Variables.Count == 0 ? [] : new string[Variables.Count];
        var next = 0;
        for (var i = 0; i < _segments.Length; i++)
        {
            if (_segments[i] is { } literal)
            {
                if (literal != path[i])
                {
                    return null;
                }
            }
            else if (IsValue(path[i]))
            {
                values[next++] = path[i];
            }
            else
            {
                return null;
            }
        }

        return values;
    }

    /// <summary>Place of a variable; -1 when there is none of that name.</summary>
    public int PlaceOf(string? variable) => variable is null ? -1 : Array.IndexOf([.. Variables], variable);

    /// <summary>The grammar of ids in paths and answers: what a path can carry without being read as something else.</summary>
    public static bool IsValue(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= 64 && !text.ContainsAnyExcept(Value) && text.Trim('.').Length > 0;
}
