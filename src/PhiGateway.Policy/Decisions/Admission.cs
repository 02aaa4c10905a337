using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// The judge's result for one resource: the grants that admit it, and why the one that came nearest of the others does not. Made by
/// <see cref="GrantReleasePolicy"/> lane by lane and joined.
/// </summary>
/// <remarks>Two machine words, so it travels in registers. The default value admits nothing.</remarks>
internal readonly record struct Admission
{
    private Admission(GrantSet grants, WithholdReason nearest) => (Grants, Nearest) = (grants, nearest);

    /// <summary>Nothing was found yet: nothing covers the resource.</summary>
    internal static Admission None => new(default, WithholdReason.NotCovered);

    /// <summary>The grants that admit it; empty: it stays.</summary>
    internal GrantSet Grants { get; }

    /// <summary>Why the refusal that came nearest refused; to be told when nothing admits.</summary>
    internal WithholdReason Nearest { get; }

    internal static Admission Under(int grant) => new(GrantSet.Single(grant), WithholdReason.NotCovered);

    internal static Admission Refused(WithholdReason reason) => new(default, reason);

    /// <summary>Both findings: what either admits, and the nearer refusal.</summary>
    internal Admission Or(Admission other) =>
        new(Grants.Union(other.Grants), Nearness(other.Nearest) > Nearness(Nearest) ? other.Nearest : Nearest);

    // In the order in which the judge checks: the later the check that failed, the nearer the grant.
    private static int Nearness(WithholdReason reason) =>
        reason switch
        {
            WithholdReason.OutsidePatients => 1,
            WithholdReason.UndeterminedPatient => 2,
            WithholdReason.Condition => 3,
            WithholdReason.Confidentiality => 4,
            WithholdReason.Label => 5,
            _ => 0,
        };
}
