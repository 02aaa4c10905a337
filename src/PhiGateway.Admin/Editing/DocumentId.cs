using System.Buffers;

namespace PhiGateway.Admin.Editing;

/// <summary>
/// The grammar of registry ids: 1 to 128 of <c>[a-z0-9._-]</c>, starting with a letter or digit; plain ASCII, so that no two look alike.
/// </summary>
internal static class DocumentId
{
    public const string Rule = "An id is 1 to 128 of a-z, 0-9, '.', '_' and '-', and starts with a letter or digit.";

    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");

    public static bool IsValid(ReadOnlySpan<char> id) =>
        id.Length is > 0 and <= 128 && char.IsAsciiLetterOrDigit(id[0]) && !id.ContainsAnyExcept(Allowed);
}
