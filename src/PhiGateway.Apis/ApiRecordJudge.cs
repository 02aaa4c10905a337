using System.Text.Json;
using PhiGateway.Fhir.Answers;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Apis;

/// <summary>Judges the records of one answer, one after the other, and notes what came of it.</summary>
internal sealed class ApiRecordJudge(ApiRequest request, ApiShape shape, ReleasePolicy policy, Disclosure disclosure)
{
    private readonly ResourceFacts _facts = new();

    /// <summary>
    /// Whether the record is one that was asked for; false: the answer is to something else, so nothing of it may be used.
    /// </summary>
    /// <param name="record">The record.</param>
    /// <param name="kept">The elements that may leave; null: it must stay.</param>
    public bool TryJudge(JsonElement record, out ElementSet? kept)
    {
        kept = null;
        ApiFacts.Read(record, shape, request.Patient, _facts);
        if (request.Id is { } asked)
        {
            if (_facts.Id is not null && _facts.Id != asked)
            {
                return false;
            }

            _facts.Id ??= asked;
        }

        var reason = Find(ref kept, out var verdict);
        if (reason == WithholdReason.None)
        {
            disclosure.Release(_facts, verdict);
            disclosure.Redacted |= kept is { IsAll: false };
            return true;
        }

        disclosure.Withhold(reason, _facts);
        return true;
    }

    private WithholdReason Find(ref ElementSet? kept, out ReleaseVerdict verdict)
    {
        // Whoever asks for one patient must not see another one's data under that name, permitted or not.
        verdict = request.AsksFor(_facts.Owners) ? policy.Judge(_facts) : ReleaseVerdict.Withheld(WithholdReason.OutsidePatients);
        if (verdict.Reason != WithholdReason.None)
        {
            return verdict.Reason;
        }

        if (verdict.Elements is not { } elements || !(elements.IsAll || shape.CanTrim(elements)))
        {
            return WithholdReason.Unjudgeable;
        }

        kept = elements;
        return WithholdReason.None;
    }
}
