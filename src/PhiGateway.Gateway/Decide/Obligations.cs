using PhiGateway.Policy.Decisions;

namespace PhiGateway.Gateway.Decide;

/// <summary>The obligations that Forward, Release and Audit fulfil; a permit that carries any other is no permit.</summary>
internal static class Obligations
{
    /// <summary>Whether every obligation has a stage that fulfils it.</summary>
    public static bool AreKnown(IReadOnlyList<Obligation> obligations)
    {
        for (var i = 0; i < obligations.Count; i++)
        {
            if (
                obligations[i]
                is not (
                    NarrowSearch
                    or ConfineToTenant
                    or ResolveWalks
                    or NameIncludes
                    or KeepElements
                    or WithholdLabelled
                    or WithholdOutsideRoster
                    or LimitRecords
                    or CountTaskUses
                    or RequireJustification
                    or NotifyOwner
                )
            )
            {
                return false;
            }
        }

        return true;
    }
}
