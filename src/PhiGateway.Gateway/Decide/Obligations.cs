using System.Collections.Frozen;
using PhiGateway.Policy.Decisions;

namespace PhiGateway.Gateway.Decide;

/// <summary>
/// Lists which class fulfils each kind of obligation and says whether all obligations of a permit have one. A permit with an obligation
/// that nobody fulfils is no permit.
/// </summary>
internal static class Obligations
{
    /// <summary>The handlers by name of class, so that no room is named whose stage comes later.</summary>
    internal static readonly FrozenDictionary<Type, string> Handlers = new Dictionary<Type, string>
    {
        [typeof(NarrowSearch)] = "Narrowing",
        [typeof(ConfineToTenant)] = "Narrowing",
        [typeof(NameIncludes)] = "Narrowing",
        [typeof(ResolveWalks)] = "WalkSearch",
        [typeof(KeepElements)] = nameof(ReleasePolicy),
        [typeof(WithholdLabelled)] = nameof(ReleasePolicy),
        [typeof(WithholdOutsideRoster)] = nameof(ReleasePolicy),
        [typeof(LimitRecords)] = "ReleaseChecks",
        [typeof(CountTaskUses)] = "TaskCounter",
        [typeof(RequireJustification)] = "RecordedRequest",
        [typeof(NotifyOwner)] = "OwnerNotice",
    }.ToFrozenDictionary();

    /// <summary>Whether every obligation has a handler.</summary>
    public static bool AreKnown(IReadOnlyList<Obligation> obligations)
    {
        for (var i = 0; i < obligations.Count; i++)
        {
            if (!Handlers.ContainsKey(obligations[i].GetType()))
            {
                return false;
            }
        }

        return true;
    }
}
