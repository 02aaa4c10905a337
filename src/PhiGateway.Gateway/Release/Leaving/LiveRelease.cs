using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Leaving;

/// <summary>
/// A release policy that passes every question on to the policy of the newest permit. The filter of a running answer holds it from the
/// start; <see cref="RunningAnswer"/> replaces what stands behind it.
/// </summary>
/// <param name="first">The policy under which the answer began.</param>
internal sealed class LiveRelease(ReleasePolicy first) : ReleasePolicy
{
    private volatile ReleasePolicy _now = first;

    public override ResourceTypeSet Types => _now.Types;

    public override IReadOnlyList<SecurityLabel> KnownLabels => _now.KnownLabels;

    public override ReleasePolicy OfHeld => _now.OfHeld;

    /// <summary>From the next resource on, this policy judges.</summary>
    public void Use(ReleasePolicy next) => _now = next;

    public override IReadOnlyList<string> ParametersNeeded(ResourceType type) => _now.ParametersNeeded(type);

    public override ElementSet ElementsOf(ResourceType type) => _now.ElementsOf(type);

    public override ElementSet ElementsOfContained(ResourceType type) => _now.ElementsOfContained(type);

    public override ReleaseVerdict Judge(ResourceFacts facts) => _now.Judge(facts);

    public override string? CoverageAsked(PatientId patient) => _now.CoverageAsked(patient);

    public override WithholdReason JudgeWhosever(ResourceFacts facts) => _now.JudgeWhosever(facts);
}
