using System.Buffers;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Decisions;
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

    /// <summary>Whether an address, unescaped, is that of this resource on this server.</summary>
    public static bool IsNameOf(ReadOnlySpan<byte> url, ResourceFacts facts, Bases bases) =>
        TryRead(url, bases, out var type, out var id) && type == facts.Type && System.Text.Ascii.Equals(id, facts.Id);

    /// <summary>How a reference that is not literal says what it points at.</summary>
    /// <param name="reference">Where its text stands; none: it has none.</param>
    /// <param name="text">The text.</param>
    /// <param name="bases">The route's addresses.</param>
    public static ReferenceForm FormOf(TextSpan reference, ReadOnlySpan<byte> text, Bases bases)
    {
        if (reference.IsNone || (text.Length > 1 && text[0] == (byte)'#') || text.StartsWith("urn:"u8))
        {
            return ReferenceForm.Elsewhere;
        }

        var isForeign = (text.StartsWith("https://"u8) || text.StartsWith("http://"u8)) && !bases.IsBelowOne(text);
        return isForeign ? ReferenceForm.Elsewhere : ReferenceForm.Unreadable;
    }

    /// <summary>Whether a reference that is not literal may be meant for a Patient.</summary>
    public static bool SpeaksOfPatient(ReadOnlySpan<byte> text, ReadOnlySpan<byte> says) =>
        says.SequenceEqual("Patient"u8) || text.IndexOf("Patient/"u8) >= 0 || text.StartsWith("Patient?"u8);

    /// <summary>The grammar of FHIR's id on bytes.</summary>
    public static bool IsId(ReadOnlySpan<byte> text) =>
        text.Length is > 0 and <= 64 && !text.ContainsAnyExcept(IdBytes) && !text.SequenceEqual("."u8) && !text.SequenceEqual(".."u8);
}
