using System.Buffers;
using System.Text;
using System.Text.Json;
using PhiGateway.Fhir.Answers.Bundles;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Streaming;

/// <summary>
/// Judges and writes one line of an export's file of deletions, a transaction of nothing but DELETE (Bulk Data Access 2.0). Each is judged
/// by its name, as if it had been labelled with everything: nothing else is left of what was deleted.
/// </summary>
internal static class DeletionList
{
    /// <summary>Writes the deletions that may be told; false when the line, which was read already, is no list of deletions.</summary>
    public static bool TryWrite(ReadOnlySpan<byte> line, AnswerWork work)
    {
        if (!StrictJson.TryParse(line.ToArray(), work.Bases.MaxDepth, out var document))
        {
            return false;
        }

        using (document)
        {
            var names = new List<ResourceName>();
            if (!TryReadAll(document.RootElement, work.Bases, names))
            {
                return false;
            }

            Write(names, work);
            return true;
        }
    }

    private static bool TryReadAll(JsonElement list, Bases bases, List<ResourceName> names)
    {
        if (
            StrictJson.Text(list, "type") != "transaction"
            || !list.TryGetProperty("entry", out var entries)
            || entries.ValueKind != JsonValueKind.Array
        )
        {
            return false;
        }

        foreach (var entry in entries.EnumerateArray())
        {
            if (!TryRead(entry, bases, out var name))
            {
                return false;
            }

            names.Add(name);
        }

        return true;
    }

    private static bool TryRead(JsonElement entry, Bases bases, out ResourceName name)
    {
        name = default;
        if (
            entry.ValueKind != JsonValueKind.Object
            || entry.TryGetProperty("resource", out _)
            || !entry.TryGetProperty("request", out var request)
            || StrictJson.Text(request, "method") != "DELETE"
            || StrictJson.Text(request, "url") is not { } url
            || !ReferenceReader.TryRead(Encoding.UTF8.GetBytes(url), bases, out var type, out var id)
        )
        {
            return false;
        }

        name = new ResourceName(type, Encoding.ASCII.GetString(id));
        return true;
    }

    private static void Write(List<ResourceName> names, AnswerWork work)
    {
        var any = false;
        foreach (var name in names)
        {
            var facts = Deletion.FactsOf(name.Type, name.Id);
            // A patient whom it covers a client knows of; of any other record nobody can say any more how it was labelled.
            var judged = facts.Type == ResourceType.Patient ? work.Policy.Judge(facts).Reason : work.Policy.JudgeWhatever(facts);
            if (judged is not WithholdReason.None and var reason)
            {
                work.Disclosure.Withhold(reason, facts);
                continue;
            }

            work.Disclosure.Release(facts, work.Policy.Judge(facts));
            work.Output.Write(any ? ",{"u8 : "{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":[{"u8);
            Deletion.Write(facts, work.Output);
            work.Output.Write("}"u8);
            any = true;
        }

        work.Output.Write(any ? "]}\n"u8 : default);
    }
}
