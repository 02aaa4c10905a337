using System.Buffers;

namespace PhiGateway.Policy.Registry;

/// <summary>
/// The grammar of registry ids: 1 to 128 of <c>[a-z0-9._-]</c>, starting with a letter or digit. ASCII only, so that no two ids look alike.
/// </summary>
public static class RegistryId
{
    /// <summary>The grammar in words, for refusals.</summary>
    public const string Rule = "An id is 1 to 128 of a-z, 0-9, '.', '_' and '-', and starts with a letter or digit.";

    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>Whether the whole text is an id.</summary>
    public static bool IsValid(string? text) =>
        text is { Length: > 0 and <= 128 } && !text.AsSpan().ContainsAnyExcept(Allowed) && char.IsAsciiLetterOrDigit(text[0]);
}
