namespace PhiGateway.Identity.Common;

/// <summary>
/// Resolves secrets that configuration names by reference, <c>env:NAME</c>, <c>file:/path</c> or <c>systemd:NAME</c> (a credential that
/// systemd passed to the unit), for both planes; the value is never echoed, the reference may be.
/// </summary>
public static class SecretReference
{
    private const string Passed = "systemd:";

    // systemd.exec(5): where the credentials of the unit lie.
    private const string PassedIn = "CREDENTIALS_DIRECTORY";

    /// <summary>Whether the text is a reference at all.</summary>
    public static bool IsReference(string text) =>
        text.StartsWith("env:", StringComparison.Ordinal)
        || text.StartsWith("file:", StringComparison.Ordinal)
        || text.StartsWith(Passed, StringComparison.Ordinal);

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

        if (reference.StartsWith(Passed, StringComparison.Ordinal))
        {
            return TryReadPassed(reference[Passed.Length..], out value, out problem);
        }

        if (!reference.StartsWith("file:", StringComparison.Ordinal))
        {
            problem = "is not a reference: write env:NAME, file:/path or systemd:NAME";
            return false;
        }

        return TryReadFile(reference[5..], out value, out problem);
    }

    /// <summary>What is wrong with the rights of the file that a reference names, in words; null: nothing, or it names no file.</summary>
    public static string? FindRightsFlaw(string reference) =>
        reference.StartsWith("file:", StringComparison.Ordinal) ? KeyFileRights.FindFlaw(reference[5..]) : null;

    private static bool TryReadPassed(string name, out string value, out string problem)
    {
        value = string.Empty;
        if (name.Length == 0 || name is "." or ".." || name.AsSpan().ContainsAny('/', '\\'))
        {
            problem = "names no credential of systemd: write systemd:NAME";
            return false;
        }

        if (System.Environment.GetEnvironmentVariable(PassedIn) is not { Length: > 0 } folder)
        {
            problem = $"systemd passed no credentials: {PassedIn} is not set";
            return false;
        }

        return TryReadFile(Path.Combine(folder, name), out value, out problem);
    }

    private static bool TryReadFile(string path, out string value, out string problem)
    {
        value = string.Empty;
        try
        {
            value = File.ReadAllText(path).Trim();
            problem = value.Length == 0 ? $"the file {path} is empty" : string.Empty;
            return value.Length > 0;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            problem = $"the file {path} cannot be read";
            return false;
        }
    }
}
