using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Requests.Reading;
using PhiGateway.Policy.Decision;

namespace PhiGateway.Fhir.Apis;

/// <summary>Judges a declared API's answer record by record and writes what may leave; the sibling of <see cref="AnswerFilter"/>.</summary>
/// <remarks>Finishes before the first byte is released or reports that nothing may leave; never throws for bad input.</remarks>
public static class ApiAnswerFilter
{
    /// <summary>Filters one whole answer.</summary>
    /// <param name="request">What was asked; its row has an answer.</param>
    /// <param name="body">The upstream's bytes, whole.</param>
    /// <param name="policy">The permit's judge.</param>
    /// <param name="maxDepth">Deepest JSON nesting that is read.</param>
    /// <param name="output">Receives the filtered bytes when the verdict is <see cref="AnswerVerdict.Rewritten"/>.</param>
    /// <param name="disclosure">Receives what is let out; counts only with <see cref="AnswerVerdict.Unchanged"/> and <see cref="AnswerVerdict.Rewritten"/>.</param>
    public static AnswerVerdict Filter(ApiRequest request, ReadOnlyMemory<byte> body, ReleasePolicy policy, int maxDepth, IBufferWriter<byte> output, Disclosure disclosure)
    {
        var answer = request.Operation.Answer!;
        if (!StrictJson.TryParse(body, maxDepth, out var document))
        {
            return AnswerVerdict.Unreadable;
        }

        using (document)
        {
            var judge = new ApiRecordJudge(request, answer.Shape, policy, disclosure);
            if (answer.Envelope is not { } envelope)
            {
                return judge.Judge(document.RootElement) switch
                {
                    null => AnswerVerdict.Unreadable,
                    true => AnswerVerdict.Unchanged,
                    false => AnswerVerdict.Withheld,
                };
            }

            var verdicts = new List<bool>();
            if (!JudgeItems(document.RootElement, envelope, judge, verdicts))
            {
                return AnswerVerdict.Unreadable;
            }

            if (answer.WithholdsAll && verdicts.Contains(false))
            {
                return AnswerVerdict.Withheld;
            }

            using var json = new Utf8JsonWriter(output);
            new Writer(json, verdicts).Write(document.RootElement, envelope);
            json.Flush();
            return AnswerVerdict.Rewritten;
        }
    }

    /// <summary>Reads the stored version of what a write changes, by the shape of the row that reads it; null when it cannot be read, or is not the record that the path names.</summary>
    public static ResourceFacts? ReadStored(ApiRequest request, ReadOnlyMemory<byte> body, int maxDepth)
    {
        if (request.Operation.StoredRead?.Answer is not { } answer || !StrictJson.TryParse(body, maxDepth, out var document))
        {
            return null;
        }

        using (document)
        {
            var facts = new ResourceFacts();
            ApiFacts.Read(document.RootElement, answer.Shape, request.Patient, facts);
            var isAsked = request.Id is null || facts.Id is null || facts.Id == request.Id;
            facts.Id ??= request.Id;
            return isAsked ? facts : null;
        }
    }

    // In document order, which is the order of writing; false when the envelope is not as declared.
    private static bool JudgeItems(JsonElement element, EnvelopeNode node, ApiRecordJudge judge, List<bool> verdicts)
    {
        if (node.Role == EnvelopeRole.Item)
        {
            var verdict = judge.Judge(element);
            verdicts.Add(verdict == true);
            return verdict is not null;
        }

        if (node.Role != EnvelopeRole.Way)
        {
            return node.Role != EnvelopeRole.Count || element.ValueKind is JsonValueKind.Number or JsonValueKind.Null;
        }

        if (node.Each is { } each)
        {
            if (element.ValueKind != JsonValueKind.Array)
            {
                return false;
            }

            foreach (var item in element.EnumerateArray())
            {
                if (!JudgeItems(item, each, judge, verdicts))
                {
                    return false;
                }
            }

            return true;
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        foreach (var member in element.EnumerateObject())
        {
            if (node.Members.TryGetValue(member.Name, out var next) && !IsNothing(member.Value, next) && !JudgeItems(member.Value, next, judge, verdicts))
            {
                return false;
            }
        }

        return true;
    }

    // Where records could be, null is none.
    private static bool IsNothing(JsonElement value, EnvelopeNode node) => value.ValueKind == JsonValueKind.Null && node.Role == EnvelopeRole.Way;

    private sealed class Writer(Utf8JsonWriter json, List<bool> verdicts)
    {
        private readonly int _released = verdicts.Count(static verdict => verdict);
        private int _next;

        public void Write(JsonElement element, EnvelopeNode node)
        {
            switch (node.Role)
            {
                case EnvelopeRole.Item:
                    _next++;
                    WriteRaw(element);
                    break;
                case EnvelopeRole.Keep:
                    WriteRaw(element);
                    break;
                case EnvelopeRole.Count:
                    json.WriteNumberValue(_released);
                    break;
                default:
                    WriteWay(element, node);
                    break;
            }
        }

        private void WriteWay(JsonElement element, EnvelopeNode node)
        {
            if (node.Each is { } each)
            {
                json.WriteStartArray();
                foreach (var item in element.EnumerateArray())
                {
                    // A group of which no record leaves would still tell that there is such a group.
                    var records = CountItems(item, each);
                    if (verdicts.FindIndex(_next, records, static verdict => verdict) < 0)
                    {
                        _next += records;
                        continue;
                    }

                    Write(item, each);
                }

                json.WriteEndArray();
                return;
            }

            json.WriteStartObject();
            foreach (var member in element.EnumerateObject())
            {
                if (node.Members.TryGetValue(member.Name, out var next) && !IsNothing(member.Value, next))
                {
                    json.WritePropertyName(member.Name);
                    Write(member.Value, next);
                }
            }

            json.WriteEndObject();
        }

        private static int CountItems(JsonElement element, EnvelopeNode node)
        {
            if (node.Role == EnvelopeRole.Item)
            {
                return 1;
            }

            var count = 0;
            if (node.Each is { } each)
            {
                foreach (var item in element.EnumerateArray())
                {
                    count += CountItems(item, each);
                }
            }
            else if (node.Members.Count > 0)
            {
                foreach (var member in element.EnumerateObject())
                {
                    count += node.Members.TryGetValue(member.Name, out var next) && !IsNothing(member.Value, next) ? CountItems(member.Value, next) : 0;
                }
            }

            return count;
        }

        // The upstream's own bytes: numbers keep their digits.
        private void WriteRaw(JsonElement element) => json.WriteRawValue(JsonMarshal.GetRawUtf8Value(element), skipInputValidation: true);
    }
}
