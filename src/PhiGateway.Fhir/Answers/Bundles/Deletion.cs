using System.Buffers;
using System.Text;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>
/// Reads an entry that says that a resource was deleted as the resource's name, and writes the entry anew from that name.
/// </summary>
internal static class Deletion
{
    /// <summary>Reads the name; false when the entry is no deletion of one resource here.</summary>
    public static bool TryRead(ReadOnlySpan<byte> data, ref EntrySpan entry, Bases bases, out ResourceType type, out string id)
    {
        (type, id) = (default, string.Empty);
        if (entry.Method.IsNone || !entry.Method.In(data).SequenceEqual("DELETE"u8))
        {
            return false;
        }

        var name = entry.Url.IsNone ? entry.FullUrl : entry.Url;
        if (name.IsNone || name.Escaped || !ReferenceReader.TryRead(name.In(data), bases, out type, out var bytes))
        {
            return false;
        }

        id = Encoding.ASCII.GetString(bytes);
        return true;
    }

    /// <summary>Writes the request of the entry.</summary>
    public static void Write(ResourceFacts facts, IBufferWriter<byte> output)
    {
        output.Write("\"request\":{\"method\":\"DELETE\",\"url\":\""u8);
        EntryParts.WriteTypeAndId(facts, output);
        output.Write("\"}"u8);
    }
}
