using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Approvals;

/// <summary>
/// Says which labels of a hospital's own no grant names any more after a change, and whose view that opens: that a grant names a label is
/// what says that there are records which bear it. Asked by the control plane before every write of a use case.
/// </summary>
/// <remarks>
/// Security: to clients that are permitted all that HL7 has a code for, and not this label, counts, chains and deletions would tell of records
/// with it, though no word of what was approved for them has changed.
/// </remarks>
public static class LabelNaming
{
    /// <summary>The labels that are known before and not after.</summary>
    /// <param name="before">Every use case as it is.</param>
    /// <param name="seemBefore">What use cases that cannot be read seem to name, which nodes know as well.</param>
    /// <param name="after">Every use case as it would be.</param>
    /// <param name="seemAfter">What those seem to name that could not be read then.</param>
    public static IReadOnlyList<SecurityLabel> FindLost(
        IEnumerable<UseCase> before,
        IEnumerable<TokenValue> seemBefore,
        IEnumerable<UseCase> after,
        IEnumerable<TokenValue> seemAfter
    )
    {
        var known = KnownLabels.Of(NamedBy(before).Concat(seemBefore)).All;
        return known.Length == 0 ? [] : [.. known.Except(KnownLabels.Of(NamedBy(after).Concat(seemAfter)).All)];
    }

    /// <summary>The labels that the grants of one use case name.</summary>
    /// <param name="useCase">It; null: there is none.</param>
    public static IReadOnlySet<string> NamesOf(UseCase? useCase) =>
        (useCase?.Grants ?? []).SelectMany(static grant => grant.Labels).ToHashSet(StringComparer.Ordinal);

    /// <summary>Those of the lost labels that hid something from a client with these grants; empty: it sees no more than before.</summary>
    /// <param name="useCase">The client's use case as it would be.</param>
    /// <param name="lost">Labels that nobody names any more.</param>
    public static IReadOnlyList<SecurityLabel> FindOpened(UseCase useCase, IReadOnlyList<SecurityLabel> lost)
    {
        ArgumentNullException.ThrowIfNull(useCase);
        ArgumentNullException.ThrowIfNull(lost);
        var opened = new List<SecurityLabel>();
        foreach (var grant in useCase.Grants)
        {
            // Who may not see the most confidential is told nothing of what there is anyway.
            if (!ConfidentialityCodes.TryParse(grant.Confidentiality, out var ceiling) || ceiling != Confidentiality.VeryRestricted)
            {
                continue;
            }

            TokenValue[] permitted = [.. Read(grant.Labels)];
            if (PermitsAll(permitted))
            {
                opened.AddRange(lost.Where(label => !Permits(permitted, label)));
            }
        }

        return [.. opened.Distinct()];
    }

    private static bool PermitsAll(TokenValue[] permitted)
    {
        foreach (var group in ActCodes.Sensitivities)
        {
            if (!Permits(permitted, group))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Permits(TokenValue[] permitted, SecurityLabel label) =>
        Array.Exists(permitted, value => GrantRule.PermitsLabel(value, label));

    private static IEnumerable<TokenValue> NamedBy(IEnumerable<UseCase> useCases) =>
        useCases.SelectMany(static useCase => useCase.Grants).SelectMany(static grant => Read(grant.Labels));

    private static IEnumerable<TokenValue> Read(IEnumerable<string> labels)
    {
        foreach (var label in labels)
        {
            if (TokenValue.TryParse(label, out var value))
            {
                yield return value;
            }
        }
    }
}
