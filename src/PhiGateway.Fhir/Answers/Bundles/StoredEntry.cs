using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>
/// Checks an entry of a stored Bundle (a document, a message, a collection), which leaves whole or not at all.
/// </summary>
internal static class StoredEntry
{
    /// <summary>
    /// Whether what stands beside its resource speaks of that resource alone; says of the resource whether what it names is here.
    /// </summary>
    public static bool Fits(ReadOnlySpan<byte> data, ref EntrySpan entry, ResourceFacts facts, Bases bases)
    {
        Attribute(data, entry.FullUrl, facts, bases);
        if (entry.Url.IsNone)
        {
            return true;
        }

        var url = entry.Url.Escaped ? default : entry.Url.In(data);
        return url.SequenceEqual(facts.Type.Utf8Name)
            || (
                ReferenceReader.TryRead(url, bases, out var type, out var id)
                && bases.Match(url, out _) == 0
                && type == facts.Type
                && (facts.Id is null || System.Text.Ascii.Equals(id, facts.Id))
            );
    }

    /// <summary>
    /// Says of a resource that stands under an address that is not this server's that what is named in it is not this server's either.
    /// </summary>
    public static void Attribute(ReadOnlySpan<byte> data, TextSpan fullUrl, ResourceFacts facts, Bases bases)
    {
        if (IsElsewhere(data, fullUrl, facts.Type, bases))
        {
            facts.Disown();
        }
    }

    // Within a document a Patient under a name of the document's own is described there; it is not the patient of that id here.
    private static bool IsElsewhere(ReadOnlySpan<byte> data, TextSpan fullUrl, ResourceType type, Bases bases)
    {
        if (fullUrl.IsNone)
        {
            return false;
        }

        var text = fullUrl.Escaped ? default : fullUrl.In(data);
        return text.StartsWith("urn:"u8) ? type == ResourceType.Patient : !bases.IsBelowOne(text);
    }
}
