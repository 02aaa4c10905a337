using System.Buffers;
using System.Text;
using PhiGateway.Fhir.Json;
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
        var text = name.IsNone ? default : name.In(data);
        text = name.Escaped ? Encoding.UTF8.GetBytes(JsonText.ToString(text, escaped: true)) : text;
        if (!ReferenceReader.TryRead(text, bases, out type, out var bytes))
        {
            return false;
        }

        id = Encoding.ASCII.GetString(bytes);
        return true;
    }

    /// <summary>
    /// What can be said of a resource that is no more by its name alone: a Patient is their own; what is nobody's by its type is nobody's; of
    /// all else it cannot be said any more.
    /// </summary>
    public static ResourceFacts FactsOf(ResourceType type, string id)
    {
        var facts = new ResourceFacts
        {
            Type = type,
            Id = id,
            Confidentiality = Confidentiality.Normal,
            NamesNoPatient = true,
        };
        if (type == ResourceType.Patient && PatientId.TryParse(id, out var patient))
        {
            facts.AddOwner(patient);
            facts.Owner = OwnerState.Known;
        }
        else if (PatientPathTable.Instance.IsNobodys(type))
        {
            facts.Owner = OwnerState.NotPatientData;
        }

        return facts;
    }

    /// <summary>Writes the request of the entry.</summary>
    public static void Write(ResourceFacts facts, IBufferWriter<byte> output)
    {
        output.Write("\"request\":{\"method\":\"DELETE\",\"url\":\""u8);
        EntryParts.WriteTypeAndId(facts, output);
        output.Write("\"}"u8);
    }
}
