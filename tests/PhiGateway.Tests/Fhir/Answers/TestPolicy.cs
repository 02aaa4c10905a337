using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Tests.Fhir.Answers;

/// <summary>A policy made of plain lists, for tests of the language layer: what it knows of facts is what the facts say.</summary>
internal sealed class TestPolicy : ReleasePolicy
{
    public HashSet<string>? OnlyTypes { get; init; }

    /// <summary>Null: any patient, undetermined ones too.</summary>
    public HashSet<string>? Patients { get; init; }

    /// <summary>As for the hospital's own: what cannot be attributed leaves, when nothing in it could name a patient of this server unread.</summary>
    public bool OwnStaff { get; init; }

    public Confidentiality Ceiling { get; init; } = Confidentiality.VeryRestricted;

    public bool NoLabels { get; init; }

    public Dictionary<string, ElementSet> Elements { get; init; } = [];

    /// <summary>What leaves of contained resources, by type.</summary>
    public Dictionary<string, ElementSet> Contained { get; init; } = [];

    public string[] Needed { get; init; } = [];

    public TokenConstraint? Where { get; init; }

    public override ResourceTypeSet Types =>
        OnlyTypes is null ? ResourceTypeSet.All : ResourceTypeSet.Of(OnlyTypes.Select(ResourceType.Parse));

    public override IReadOnlyList<SecurityLabel> KnownLabels => [];

    public static TestPolicy Everything => new();

    public static TestPolicy For(params string[] patients) => new() { Patients = [.. patients] };

    public override IReadOnlyList<string> ParametersNeeded(ResourceType type) => Where is { } where ? [where.Parameter, .. Needed] : Needed;

    public override ElementSet ElementsOf(ResourceType type) => Elements.GetValueOrDefault(type.Name, ElementSet.All);

    public override ElementSet ElementsOfContained(ResourceType type) => Contained.GetValueOrDefault(type.Name, ElementSet.All);

    public override ReleaseVerdict Judge(ResourceFacts facts)
    {
        if (facts.Unjudgeable)
        {
            return ReleaseVerdict.Withheld(WithholdReason.Unjudgeable);
        }

        if (OnlyTypes is not null && !OnlyTypes.Contains(facts.Type.Name))
        {
            return ReleaseVerdict.Withheld(WithholdReason.NotCovered);
        }

        if (OwnStaff && facts is { Owner: OwnerState.Undetermined, NamesNoPatient: false })
        {
            return ReleaseVerdict.Withheld(WithholdReason.UndeterminedPatient);
        }

        if (Patients is not null && facts.Owner != OwnerState.NotPatientData)
        {
            if (facts.Owner == OwnerState.Undetermined)
            {
                return ReleaseVerdict.Withheld(WithholdReason.UndeterminedPatient);
            }

            if (!facts.Owners.All(owner => Patients.Contains(owner.Value!)))
            {
                return ReleaseVerdict.Withheld(WithholdReason.OutsidePatients);
            }
        }

        if (facts.Confidentiality > Ceiling)
        {
            return ReleaseVerdict.Withheld(WithholdReason.Confidentiality);
        }

        if (NoLabels && facts.Labels.Count > 0)
        {
            return ReleaseVerdict.Withheld(WithholdReason.Label);
        }

        if (
            Where is { } where
            && !facts.Tokens.Any(token =>
                token.Parameter == where.Parameter && where.AnyOf.Any(value => value.Matches(token.System, token.Code))
            )
        )
        {
            return ReleaseVerdict.Withheld(WithholdReason.Condition);
        }

        return ReleaseVerdict.Released(ElementsOf(facts.Type), "test/1");
    }
}
