using System.Text.Json;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Apis;

/// <summary>Reads out of one record what policy needs to judge it, where the table says that it stands.</summary>
internal static class ApiFacts
{
    private const string ActCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode";

    /// <summary>Fills the facts; whatever is not as declared leaves the owner undetermined or makes the record unjudgeable.</summary>
    /// <param name="record">The record.</param>
    /// <param name="shape">Where things stand in it.</param>
    /// <param name="requested">The patient whom the request's line names; null: none.</param>
    /// <param name="facts">Reset and filled.</param>
    internal static void Read(JsonElement record, ApiShape shape, PatientId? requested, ResourceFacts facts)
    {
        Begin(shape, requested, facts);
        if (record.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
        {
            facts.Unjudgeable = true;
            return;
        }

        ReadOwner(record, shape, facts);
        ReadNested(record, shape, facts, isRecord: true);
        ReadId(record, shape, facts);
        facts.Unjudgeable |= shape.Confidentiality?.Visit(record, facts, TakeConfidentiality) == PointerOutcome.WrongType;
        facts.Unjudgeable |= shape.Labels?.Visit(record, facts, TakeLabel) == PointerOutcome.WrongType;
        for (var place = 0; place < shape.Tokens.Count; place++)
        {
            var (parameter, pointer) = shape.Tokens[place];
            facts.Unjudgeable |= pointer.Visit(record, (facts, parameter), TakeToken) == PointerOutcome.WrongType;
        }
    }

    /// <summary>The facts of a write without a body.</summary>
    internal static void Begin(ApiShape shape, PatientId? requested, ResourceFacts facts)
    {
        facts.Reset();
        facts.Type = shape.Type;
        facts.Confidentiality = shape.Floor;
        if (shape.IsNobodys && shape.Patient is null)
        {
            facts.Owner = OwnerState.NotPatientData;
        }

        if (shape.TakesRequestPatient && requested is { } patient)
        {
            facts.AddOwner(patient);
            facts.Owner = OwnerState.Known;
        }
    }

    private static void ReadOwner(JsonElement record, ApiShape shape, ResourceFacts facts)
    {
        if (shape.Patient is not { } pointer)
        {
            return;
        }

        var outcome = pointer.Visit(record, (facts, shape.PatientForm), TakeOwner);
        facts.Owner = outcome == PointerOutcome.Found ? OwnerState.Known : OwnerState.Undetermined;
    }

    private static bool TakeOwner(JsonElement value, (ResourceFacts Facts, PatientIdForm Form) state)
    {
        if (!state.Form.TryRead(value, out var patient))
        {
            return false;
        }

        state.Facts.AddOwner(patient);
        return true;
    }

    // A record inside the record says in the same words whose it is and how it is labelled: it is theirs as well.
    private static void ReadNested(JsonElement element, ApiShape shape, ResourceFacts facts, bool isRecord)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                ReadNested(item, shape, facts, isRecord: false);
            }
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            if (!isRecord)
            {
                ReadAsRecord(element, shape, facts);
            }

            foreach (var member in element.EnumerateObject())
            {
                ReadNested(member.Value, shape, facts, isRecord: false);
            }
        }
    }

    private static void ReadAsRecord(JsonElement nested, ApiShape shape, ResourceFacts facts)
    {
        // Where the record's id is its patient's (a Patient), every nested id would be one.
        if (shape.Patient is { } pointer && pointer.Text != shape.Id?.Text)
        {
            var outcome = pointer.Visit(nested, (facts, shape.PatientForm), TakeOwner);
            facts.Owner = outcome == PointerOutcome.WrongType ? OwnerState.Undetermined : facts.Owner;
        }

        facts.Unjudgeable |= shape.Confidentiality?.Visit(nested, facts, TakeConfidentiality) == PointerOutcome.WrongType;
        facts.Unjudgeable |= shape.Labels?.Visit(nested, facts, TakeLabel) == PointerOutcome.WrongType;
    }

    private static void ReadId(JsonElement record, ApiShape shape, ResourceFacts facts)
    {
        if (shape.Id is not { } pointer)
        {
            return;
        }

        var outcome = pointer.Visit(
            record,
            facts,
            static (value, facts) =>
            {
                facts.Id = value.ValueKind switch
                {
                    JsonValueKind.String when PathTemplate.IsValue(value.GetString()) => value.GetString(),
                    JsonValueKind.Number when PatientIdForm.IsWhole(value.GetRawText()) => value.GetRawText(),
                    _ => null,
                };
                return facts.Id is not null;
            }
        );
        facts.Unjudgeable |= outcome == PointerOutcome.WrongType;
    }

    // An unknown code counts as the highest, as in FHIR.
    private static bool TakeConfidentiality(JsonElement value, ResourceFacts facts)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        _ = ConfidentialityCodes.TryParse(value.GetString(), out var level);
        facts.Raise(level);
        return true;
    }

    private static bool TakeLabel(JsonElement value, ResourceFacts facts)
    {
        if (!TryCode(value, out var token) || token.Code is null)
        {
            return false;
        }

        facts.AddLabel(new SecurityLabel(token.System ?? ActCode, token.Code));
        return true;
    }

    private static bool TakeToken(JsonElement value, (ResourceFacts Facts, string Parameter) state)
    {
        if (!TryCode(value, out var token))
        {
            return false;
        }

        state.Facts.AddToken(new TokenFact(state.Parameter, token.System, token.Code));
        return true;
    }

    private static bool TryCode(JsonElement value, out TokenValue token)
    {
        token = default;
        return value.ValueKind == JsonValueKind.String && TokenValue.TryParse(value.GetString()!, out token);
    }
}
