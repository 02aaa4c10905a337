namespace PhiGateway.Gateway.Configuration;

/// <summary>
/// The form of a FHIR base path in configuration: what a route matches and what the raw target must begin with, byte for byte.
/// </summary>
internal static class BasePath
{
    /// <summary>One or more segments of letters, digits, dash, underscore and dot, none of them only dots; no trailing slash.</summary>
    public static bool IsValid(string path) =>
        path.Length is > 1 and <= 128
        && path[0] == '/'
        && path[1..]
            .Split('/')
            .All(static segment =>
                segment.Length > 0
                && segment.Trim('.').Length > 0
                && segment.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            );
}
