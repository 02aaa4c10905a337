using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Asks one question of every part of a request and returns the denial; the types of a wildcard fall out one by one instead of denying the
/// whole.
/// </summary>
internal static class PartQuestion
{
    /// <summary>Null when every named part and at least one type of a wildcard passes.</summary>
    /// <param name="run">The decision; the grants of a part that falls out become none.</param>
    /// <param name="isFirst">Nothing was asked of the parts before, so none can have fallen out yet.</param>
    /// <param name="question">Asked of one part.</param>
    internal static Deny? Ask(DecisionRun run, bool isFirst, Func<DecisionRun, int, AccessPart, Deny?> question)
    {
        var parts = run.Request.Parts;
        var inContainer = false;
        var remains = false;
        Deny? nearest = null;
        for (var place = 0; place < parts.Count; place++)
        {
            var part = parts[place];
            inContainer |= DecisionRun.IsContainer(part);
            if (isFirst ? DecisionRun.IsContainer(part) : run.IsSettled(place))
            {
                continue;
            }

            if (question(run, place, part) is not { } deny)
            {
                remains |= part.IsWildcard;
                continue;
            }

            if (DecisionRun.IsOneOfSeveral(part) && OthersRemain(run, isFirst, place))
            {
                // The backend would walk over this type too, so it may not be asked to.
                run.ResolvesWalks = true;
                run.Grants[place] = default;
                continue;
            }

            // Inside a bundle nobody can tell whose wildcard a type belongs to: there every type counts as named.
            if (!part.IsWildcard || inContainer)
            {
                return deny;
            }

            run.Grants[place] = default;
            nearest = nearest is null || (IsAboutScopes(nearest.Reason) && !IsAboutScopes(deny.Reason)) ? deny : nearest;
        }

        return remains ? null : nearest;
    }

    // Of the parts behind this one it is not known yet; the last of them that falls denies the whole.
    private static bool OthersRemain(DecisionRun run, bool isFirst, int place)
    {
        var parts = run.Request.Parts;
        for (var other = 0; other < parts.Count; other++)
        {
            var isSibling = other != place && parts[other].OneOf == parts[place].OneOf && DecisionRun.IsOneOfSeveral(parts[other]);
            if (isSibling && (!run.Grants[other].IsEmpty || (isFirst && other > place)))
            {
                return true;
            }
        }

        return false;
    }

    // What the scopes leave but the use case does not says more than the many types that no scope names.
    private static bool IsAboutScopes(DenyReason reason) => reason == DenyReason.OutsideScope || reason == DenyReason.PatientContextMissing;
}
