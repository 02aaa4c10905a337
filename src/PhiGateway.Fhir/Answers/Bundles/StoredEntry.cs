using System.Buffers;
using System.Text.Json;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>
/// Checks an entry of a stored Bundle (a document, a message, a collection) and writes what stands beside its resource; the Bundle leaves
/// whole or not at all.
/// </summary>
internal static class StoredEntry
{
    /// <summary>
    /// Whether what stands beside its resource speaks of that resource alone. Under an address that is not this server's, what is named in
    /// it is not this server's either.
    /// </summary>
    public static bool Fits(ReadOnlySpan<byte> data, ref EntrySpan entry, ResourceFacts facts, Bases bases)
    {
        if (IsElsewhere(data, entry.FullUrl, facts.Type, bases))
        {
            facts.Disown();
        }

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

    /// <summary>Writes what stands beside fullUrl and resource, each with a comma before it.</summary>
    public static void WriteRest(ReadOnlySpan<byte> entry, IBufferWriter<byte> output)
    {
        var reader = new Utf8JsonReader(entry);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var start = checked((int)reader.TokenStartIndex);
            var isWritten = reader.ValueTextEquals("resource"u8) || reader.ValueTextEquals("fullUrl"u8);
            reader.Skip();
            if (!isWritten)
            {
                output.Write(","u8);
                output.Write(entry[start..checked((int)reader.BytesConsumed)]);
            }
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
