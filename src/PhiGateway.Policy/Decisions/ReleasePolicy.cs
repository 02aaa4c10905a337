using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Judges under one permit which resources and elements may leave (and enter), by type, patient, condition and label. Carried by the
/// permit, asked by the answer filters.
/// </summary>
/// <remarks>Pure; bound to one snapshot, one caller, one moment. Anything a policy does not recognise is withheld.</remarks>
public abstract class ReleasePolicy
{
    /// <summary>Withholds everything.</summary>
    public static ReleasePolicy Nothing { get; } = new NothingPolicy();

    /// <summary>Types of which anything at all may be released.</summary>
    public abstract ResourceTypeSet Types { get; }

    /// <summary>
    /// Token parameters whose values must be in <see cref="ResourceFacts.Tokens"/> when a resource of this type is judged.
    /// </summary>
    public abstract IReadOnlyList<string> ParametersNeeded(ResourceType type);

    /// <summary>The elements that any grant would let out of a resource of this type; what the client may sort and filter by.</summary>
    public abstract ElementSet ElementsOf(ResourceType type);

    /// <summary>
    /// The elements that leave of a resource of this type that is contained in another: what the use case lets out of the type anywhere;
    /// all of it where no grant speaks of the type.
    /// </summary>
    /// <remarks>
    /// That the other may leave with what it contains is judged by <see cref="Judge"/>, which counts the labels and owners of both.
    /// </remarks>
    public virtual ElementSet ElementsOfContained(ResourceType type) => ElementSet.All;

    /// <summary>Judges one resource.</summary>
    public abstract ReleaseVerdict Judge(ResourceFacts facts);

    /// <summary>
    /// Whether every resource of a type would leave of which nobody can say whose it is: however confidential, whatever its sensitivity. So
    /// for who may see it nothing is gained by finding out.
    /// </summary>
    public bool ShowsWhatIsNobodysKnown(ResourceType type)
    {
        var any = new ResourceFacts
        {
            Type = type,
            NamesNoPatient = true,
            Confidentiality = Confidentiality.VeryRestricted,
        };
        foreach (var label in WalkQuestions.Sensitivities)
        {
            any.AddLabel(label);
        }

        return Judge(any).Reason == WithholdReason.None;
    }

    private sealed class NothingPolicy : ReleasePolicy
    {
        public override ResourceTypeSet Types => default;

        public override IReadOnlyList<string> ParametersNeeded(ResourceType type) => [];

        public override ElementSet ElementsOf(ResourceType type) => ElementSet.Of([]);

        public override ReleaseVerdict Judge(ResourceFacts facts) => ReleaseVerdict.Withheld(WithholdReason.NotCovered);
    }
}
