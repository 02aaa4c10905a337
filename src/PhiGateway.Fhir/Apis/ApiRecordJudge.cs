using System.Text.Json;
using PhiGateway.Fhir.Answers;
using PhiGateway.Policy.Decision;

namespace PhiGateway.Fhir.Apis;

/// <summary>Judges the records of one answer, one after the other, and notes what came of it.</summary>
internal sealed class ApiRecordJudge(ApiRequest request, ApiShape shape, ReleasePolicy policy, Disclosure disclosure)
{
    private readonly ResourceFacts _facts = new();

    /// <summary>True: may leave. False: must stay. Null: the answer is not to what was asked, so nothing of it may be used.</summary>
    public bool? Judge(JsonElement record)
    {
        ApiFacts.Read(record, shape, request.Patient, _facts);
        if (request.Id is { } asked)
        {
            if (_facts.Id is not null && _facts.Id != asked)
            {
                return null;
            }

            _facts.Id ??= asked;
        }

        var reason = Find();
        if (reason == WithholdReason.None)
        {
            disclosure.Release(_facts);
            return true;
        }

        disclosure.Withhold(reason);
        return false;
    }

    private WithholdReason Find()
    {
        // Whoever asks for one patient must not see another one's data under that name, permitted or not.
        if (!request.AsksFor(_facts.Owners))
        {
            return WithholdReason.OutsidePatients;
        }

        var verdict = policy.Judge(_facts);
        return verdict.Reason != WithholdReason.None ? verdict.Reason
            : verdict.Elements is { IsAll: true } ? WithholdReason.None
            : WithholdReason.Unjudgeable;
    }
}
