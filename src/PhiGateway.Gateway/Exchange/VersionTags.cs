using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Reads and writes the entity tag that stands for a version of a resource (R4 3.1.0.4): <c>W/"version"</c>. Any other tag says nothing that
/// could be told to clients, or held against what they send.
/// </summary>
internal static class VersionTags
{
    // What web servers append to the tag of an answer that they have compressed: in front of it stands the FHIR server's own.
    private static readonly string[] Codings = ["--gzip", "-gzip", "--br", "-br", "--deflate", "-deflate"];

    /// <summary>The version that an upstream's tag names, weak or strong; null: it names none.</summary>
    public static string? Read(string? tag)
    {
        var quoted = tag.AsSpan().Trim();
        quoted = quoted.StartsWith("W/", StringComparison.Ordinal) ? quoted[2..] : quoted;
        if (quoted.Length <= 2 || quoted[0] != '"' || quoted[^1] != '"')
        {
            return null;
        }

        var version = WithoutCoding(quoted[1..^1]);
        return FhirId.IsValid(version) ? version.ToString() : null;
    }

    private static ReadOnlySpan<char> WithoutCoding(ReadOnlySpan<char> tag)
    {
        foreach (var coding in Codings)
        {
            if (tag.EndsWith(coding, StringComparison.Ordinal))
            {
                return tag[..^coding.Length];
            }
        }

        return tag;
    }

    /// <summary>The tag of a version; null where it could not be one.</summary>
    public static string? Write(string? version) => version is not null && FhirId.IsValid(version) ? $"W/\"{version}\"" : null;
}
