using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Replay;

/// <summary>Says whether narrower grants let out every label that was let out; part of the proof of a proposal.</summary>
internal static class GrantLabels
{
    /// <summary>Whether each label that these grants let out with types is let out by those too.</summary>
    /// <param name="before">The grants under which it was let out.</param>
    /// <param name="after">Narrower ones.</param>
    /// <param name="types">Types of what was let out.</param>
    /// <param name="labels">Its labels.</param>
    public static bool Keep(
        IReadOnlyList<Grant> before,
        IReadOnlyList<Grant> after,
        IReadOnlyList<string> types,
        IReadOnlyList<string> labels
    ) => labels.All(label => types.All(type => !IsCovered(before, type, label) || IsCovered(after, type, label)));

    private static bool IsCovered(IReadOnlyList<Grant> grants, string type, string label) =>
        grants.Any(grant =>
            grant.Types.Contains(type, StringComparer.Ordinal) && grant.Labels.Any(granted => LabelCover.Covers(granted, label))
        );
}
