using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Requests.Searching;

/// <summary>
/// Reads the values of a reference parameter one by one and writes each in one spelling: relative, and typed where the parameter allows
/// several types.
/// </summary>
internal static class ReferenceFilter
{
    private const int Few = 8;

    internal static Refusal? Read(
        SearchReading reading,
        SearchParameterDefinition definition,
        string modifier,
        string[] items,
        ref FilterReading filter
    )
    {
        var context = reading.Context;
        var only = modifier.Length == 0 ? default : ResourceType.Parse(modifier);
        if (only.IsNone && definition.Targets.Count == 1)
        {
            only = definition.TargetsPatient ? ResourceType.Patient : default;
        }

        List<PatientId>? patients = null;
        // The client picks how many: beyond a few they are looked up, not compared one by one.
        var known = items.Length > Few ? new HashSet<PatientId>() : null;
        var others = 0;
        var (more, characters) = (0, 0);
        var changed = false;
        var spells = OwnSpellings.MayGrow(definition, items.Length);
        for (var i = 0; i < items.Length; i++)
        {
            if (ReadItem(context, definition, only, items[i], out var spelling, out var patient) is { } refusal)
            {
                return refusal;
            }

            if (spells && OwnSpellings.WithOthers(context, definition, items[i], spelling) is var spelled && spelled != spelling)
            {
                more += spelled.AsSpan().Count(',');
                characters += spelled.Length - spelling.Length;
                spelling = spelled;
            }

            changed |= !string.Equals(spelling, items[i], StringComparison.Ordinal);
            items[i] = spelling;
            if (patient is not { } named)
            {
                others++;
            }
            else if (IsFirst(patients ??= new List<PatientId>(items.Length), known, named))
            {
                patients.Add(named);
            }
        }

        if (definition.IsOwner && patients is not null)
        {
            if (others > 0)
            {
                return Refusal.Query("owner list mixes patients with other owners");
            }

            filter = filter with { Patients = [.. patients] };
        }

        if (changed)
        {
            filter = filter with { Canonical = string.Join(',', items) };
        }

        return reading.Budget.TakeSpelled(more, characters) ? null : reading.Budget.Refusal;
    }

    private static bool IsFirst(List<PatientId> patients, HashSet<PatientId>? known, PatientId named) =>
        known is null ? !patients.Contains(named) : known.Add(named);

    private static Refusal? ReadItem(
        FhirContext context,
        SearchParameterDefinition definition,
        ResourceType only,
        string item,
        out string spelling,
        out PatientId? patient
    )
    {
        spelling = item;
        patient = null;
        if (FhirId.IsValid(item))
        {
            return ReadBare(definition, only, item, ref spelling, out patient);
        }

        if (LocalReference.TryRead(item, context, out var local))
        {
            if ((!only.IsNone && local.Type != only) || !definition.Targets.Contains(local.Type))
            {
                return Refusal.Query("reference to a type that the parameter does not allow");
            }

            if (item.Contains(':', StringComparison.Ordinal) || !local.Version.IsEmpty)
            {
                spelling = $"{local.Type.Name}/{local.Id}";
            }

            if (local.Type == ResourceType.Patient)
            {
                patient = PatientId.Parse(local.Id.ToString());
            }

            return null;
        }

        // Canonicals of definitions live anywhere; whatever could mean a patient must be one of ours.
        var canonical =
            !definition.TargetsPatient
            && only.IsNone
            && item.Contains(':', StringComparison.Ordinal)
            && Uri.IsWellFormedUriString(item.Split('|')[0], UriKind.Absolute);
        return canonical ? null : Refusal.Query("reference is not one to this server");
    }

    // A bare id where several types fit is taken as a patient's, and sent on as one, so that no server can read another type into it.
    private static Refusal? ReadBare(
        SearchParameterDefinition definition,
        ResourceType only,
        string item,
        ref string spelling,
        out PatientId? patient
    )
    {
        patient = null;
        if (only == ResourceType.Patient || (only.IsNone && definition.IsOwner))
        {
            patient = PatientId.Parse(item);
            if (definition.Targets.Count > 1 && only.IsNone)
            {
                spelling = $"Patient/{item}";
            }
        }

        return null;
    }
}
