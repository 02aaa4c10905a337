namespace PhiGateway.Admin;

/// <summary>Secrets are named, not written: <c>env:NAME</c> or the path of a file.</summary>
internal static class SecretReference
{
    /// <summary>The secret, without surrounding white space.</summary>
    /// <exception cref="InvalidOperationException">The variable is not set; the message names the reference, never a value.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static string Read(string reference)
    {
        if (!reference.StartsWith("env:", StringComparison.Ordinal))
        {
            return File.ReadAllText(reference).Trim();
        }

        var value = Environment.GetEnvironmentVariable(reference[4..]);
        return string.IsNullOrWhiteSpace(value) ? throw new InvalidOperationException($"The environment variable {reference[4..]} is not set.") : value.Trim();
    }
}
