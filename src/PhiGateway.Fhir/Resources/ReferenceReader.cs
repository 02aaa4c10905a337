using System.Buffers;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Resources;

/// <summary>
/// Reads the text of a literal reference, exactly: <c>Type/id</c>, <c>Type/id/_history/version</c>, or either below one of our bases.
/// </summary>
internal static class ReferenceReader
{
    private static readonly SearchValues<byte> IdBytes = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-."u8
    );

    /// <summary>False for everything else: <c>urn:uuid:</c>, <c>#contained</c>, conditional, foreign, with a fragment or a query.</summary>
    public static bool TryRead(ReadOnlySpan<byte> text, Bases bases, out ResourceType type, out ReadOnlySpan<byte> id)
    {
        type = default;
        id = default;
        var rest = text[bases.Match(text, out _)..];
        var slash = rest.IndexOf((byte)'/');
        if (slash <= 0 || !ResourceType.TryParse(rest[..slash], out type))
        {
            return false;
        }

        rest = rest[(slash + 1)..];
        slash = rest.IndexOf((byte)'/');
        id = slash < 0 ? rest : rest[..slash];
        return IsId(id) && (slash < 0 || (rest[(slash + 1)..] is var tail && tail.StartsWith("_history/"u8) && IsId(tail[9..])));
    }

    /// <summary>The grammar of FHIR's id on bytes.</summary>
    public static bool IsId(ReadOnlySpan<byte> text) =>
        text.Length is > 0 and <= 64 && !text.ContainsAnyExcept(IdBytes) && !text.SequenceEqual("."u8) && !text.SequenceEqual(".."u8);
}
