namespace PhiGateway.Identity.Common;

/// <summary>
/// Resolves secrets that configuration names by reference, <c>env:NAME</c> or <c>file:/path</c>, for both planes; the value is never
/// echoed, the reference may be.
/// </summary>
public static class SecretReference
{
    /// <summary>Whether the text is a reference at all.</summary>
    public static bool IsReference(string text) =>
        text.StartsWith("env:", StringComparison.Ordinal) || text.StartsWith("file:", StringComparison.Ordinal);

    /// <summary>
    /// Reads the secret, without surrounding white space of a file; false with a problem in words when it is not there or empty.
    /// </summary>
    public static bool TryResolve(string reference, out string value, out string problem)
    {
        value = string.Empty;
        problem = string.Empty;
        if (reference.StartsWith("env:", StringComparison.Ordinal))
        {
            value = System.Environment.GetEnvironmentVariable(reference[4..]) ?? string.Empty;
            problem = value.Length == 0 ? $"the environment variable {reference[4..]} is not set or empty" : string.Empty;
            return value.Length > 0;
        }

        if (!reference.StartsWith("file:", StringComparison.Ordinal))
        {
            problem = "is not a reference: write env:NAME or file:/path";
            return false;
        }

        try
        {
            value = File.ReadAllText(reference[5..]).Trim();
            problem = value.Length == 0 ? $"the file {reference[5..]} is empty" : string.Empty;
            return value.Length > 0;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            problem = $"the file {reference[5..]} cannot be read";
            return false;
        }
    }
}
