using System.Buffers;

namespace PhiGateway.Policy.Vocabulary;

/// <summary>
/// The grammar of FHIR's <c>id</c> datatype: 1 to 64 of <c>[A-Za-z0-9-.]</c>; alone dots are no id, since a path would climb.
/// </summary>
public static class FhirId
{
    private static readonly SearchValues<char> Allowed = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-."
    );

    /// <summary>Whether the whole text is an id.</summary>
    public static bool IsValid(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= 64 && !text.ContainsAnyExcept(Allowed) && text is not "." and not "..";
}
