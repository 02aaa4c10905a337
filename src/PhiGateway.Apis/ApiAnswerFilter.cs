using System.Buffers;
using System.Text.Json;
using PhiGateway.Fhir.Answers;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Apis;

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
    /// <param name="disclosure">Receives what is let out; counts only with <see cref="AnswerVerdict.Unchanged"/> and
    /// <see cref="AnswerVerdict.Rewritten"/>.</param>
    /// <param name="links">Seals what leads on; null: it is cut.</param>
    /// <param name="tellsOfNothing">Whether a list that leaves as a whole or not at all leaves when it is empty; false: it is withheld then,
    /// too.</param>
    public static AnswerVerdict Filter(
        ApiRequest request,
        ReadOnlyMemory<byte> body,
        ReleasePolicy policy,
        int maxDepth,
        IBufferWriter<byte> output,
        Disclosure disclosure,
        ILinkSealer? links = null,
        bool tellsOfNothing = true
    )
    {
        var answer = request.Operation.Answer!;
        if (body.Length > answer.MaxBytes)
        {
            return AnswerVerdict.TooLarge;
        }

        if (!StrictJson.TryParse(ByteOrderMark.Skip(body), maxDepth, out var document))
        {
            return AnswerVerdict.Unreadable;
        }

        using (document)
        {
            var judge = new ApiRecordJudge(request, answer.Shape, policy, disclosure);
            if (answer.Envelope is not { } envelope)
            {
                return FilterOne(document.RootElement, answer.Shape, judge, output);
            }

            var verdicts = new List<ElementSet?>();
            if (!JudgeItems(document.RootElement, envelope, judge, verdicts))
            {
                return AnswerVerdict.Unreadable;
            }

            // Of those that leave: how many stay is not told by a bound either.
            if (verdicts.Count(static verdict => verdict is not null) > answer.MaxItems)
            {
                return AnswerVerdict.TooLarge;
            }

            if (answer.WithholdsAll && (verdicts.Contains(null) || (verdicts.Count == 0 && !tellsOfNothing)))
            {
                return AnswerVerdict.Withheld;
            }

            using var json = new Utf8JsonWriter(output);
            new ApiAnswerWriter(json, answer.Shape, verdicts, links).Write(document.RootElement, envelope);
            json.Flush();
            return AnswerVerdict.Rewritten;
        }
    }

    /// <summary>
    /// Reads the stored version of what a write changes, by the shape of the row that reads it; null when it cannot be read, or is not the
    /// record that the path names.
    /// </summary>
    public static ResourceFacts? ReadStored(ApiRequest request, ReadOnlyMemory<byte> body, int maxDepth)
    {
        if (
            request.Operation.StoredRead?.Answer is not { } answer
            || !StrictJson.TryParse(ByteOrderMark.Skip(body), maxDepth, out var document)
        )
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

    private static AnswerVerdict FilterOne(JsonElement record, ApiShape shape, ApiRecordJudge judge, IBufferWriter<byte> output)
    {
        if (!judge.TryJudge(record, out var kept))
        {
            return AnswerVerdict.Unreadable;
        }

        if (kept is null or { IsAll: true })
        {
            return kept is null ? AnswerVerdict.Withheld : AnswerVerdict.Unchanged;
        }

        using var json = new Utf8JsonWriter(output);
        shape.Keep(kept).Write(json, record);
        json.Flush();
        return AnswerVerdict.Rewritten;
    }

    /// <summary>Judges the records of an envelope, or of a part of one, in document order, which is the order of writing.</summary>
    /// <param name="element">The part.</param>
    /// <param name="node">What is declared of it.</param>
    /// <param name="judge">Judges each record.</param>
    /// <param name="verdicts">Receives of each the elements that may leave; null: it stays.</param>
    /// <returns>False when it is not as declared.</returns>
    internal static bool JudgeItems(JsonElement element, EnvelopeNode node, ApiRecordJudge judge, List<ElementSet?> verdicts)
    {
        if (node.Role == EnvelopeRole.Item)
        {
            var isRead = judge.TryJudge(element, out var kept);
            verdicts.Add(kept);
            return isRead;
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
            if (
                node.Members.TryGetValue(member.Name, out var next)
                && !ApiAnswerWriter.IsNothing(member.Value, next)
                && !JudgeItems(member.Value, next, judge, verdicts)
            )
            {
                return false;
            }
        }

        return true;
    }
}
