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

    /// <summary>
    /// The version that a tag names, weak or strong, or without its quotes, as some servers and clients write it; null: it names none.
    /// </summary>
    public static string? Read(string? tag)
    {
        var version = tag.AsSpan().Trim();
        version = version.StartsWith("W/", StringComparison.OrdinalIgnoreCase) ? version[2..] : version;
        version = version is ['"', .. var quoted, '"'] ? quoted : version;
        version = WithoutCoding(version);
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
