using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Reads and writes the entity tag that stands for a version of a resource (R4 3.1.0.4): <c>W/"version"</c>. Any other tag says nothing that
/// could be told to clients, or held against what they send.
/// </summary>
internal static class VersionTags
{
    /// <summary>The version that an upstream's tag names, weak or strong; null: it names none.</summary>
    public static string? Read(string? tag)
    {
        var quoted = tag.AsSpan().Trim();
        quoted = quoted.StartsWith("W/", StringComparison.Ordinal) ? quoted[2..] : quoted;
        return quoted.Length > 2 && quoted[0] == '"' && quoted[^1] == '"' && FhirId.IsValid(quoted[1..^1])
            ? quoted[1..^1].ToString()
            : null;
    }

    /// <summary>The tag of a version; null where it could not be one.</summary>
    public static string? Write(string? version) => version is not null && FhirId.IsValid(version) ? $"W/\"{version}\"" : null;
}
