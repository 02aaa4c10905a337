using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// Checks that an update or patch touches nothing that its client sees in part only inside the record: what is contained in it, and what
/// a Bundle holds as entries, leave by what the grants of their own types show. Called by <see cref="ViewQuestions"/>. Returns null or a
/// denial.
/// </summary>
internal static class HeldViews
{
    private const string Contained = "contained";
    private const string Entry = "entry";

    /// <summary>Null when all that changes inside the stored version is in view.</summary>
    /// <param name="run">The decision.</param>
    /// <param name="part">An update or patch.</param>
    /// <param name="stored">What it changes.</param>
    /// <param name="seen">The grants under which the client sees the stored version.</param>
    internal static Deny? Partial(DecisionRun run, AccessPart part, ResourceFacts stored, GrantSet seen)
    {
        if (
            !stored.Contained.IsEmpty
            && (Touches(part, Contained) || (!stored.Entries.IsEmpty && Touches(part, Entry)))
            && HidesContained(run, stored, seen)
        )
        {
            return Denied(run, part, seen);
        }

        return !stored.Entries.IsEmpty && Touches(part, Entry) ? Entries(run, part, stored, seen) : null;
    }

    private static bool HidesContained(DecisionRun run, ResourceFacts stored, GrantSet seen)
    {
        // What is masked in a record is masked in what it contains.
        if (run.UseCase.ElementsOf(seen).Masks.Count > 0)
        {
            return true;
        }

        var view = new GrantReleasePolicy(run.Reach, []);
        foreach (var type in stored.Contained.Members())
        {
            if (!view.ElementsOfContained(type).IsAll)
            {
                return true;
            }
        }

        return false;
    }

    private static Deny? Entries(DecisionRun run, AccessPart part, ResourceFacts stored, GrantSet seen)
    {
        foreach (var type in stored.Entries.Members())
        {
            var readers = Readers(run, type, stored);
            if (readers.IsEmpty ? part.Probes : !run.UseCase.ElementsOf(readers).IsAll)
            {
                return Denied(run, part, seen);
            }
        }

        return null;
    }

    // The grants under which an entry of the type leaves whatever the token's scope. Its own conditions are not known here: a grant that
    // sets some is not counted on.
    private static GrantSet Readers(DecisionRun run, ResourceType type, ResourceFacts stored)
    {
        var (owned, nobodys) = (default(GrantSet), default(GrantSet));
        foreach (var place in run.Reach.Usable(PartRights.ReadGrants(run.UseCase)))
        {
            var grant = run.UseCase.Grants[place];
            if (!grant.Types.Contains(type) || grant.Where.Length > 0 || grant.Ceiling < stored.Confidentiality)
            {
                continue;
            }

            if (!FactMatching.LabelsPermitted(stored, grant))
            {
                continue;
            }

            nobodys = grant.Reach == PatientReach.None ? nobodys.With(place) : nobodys;
            owned = Covers(run, place, grant, type, stored) ? owned.With(place) : owned;
        }

        return owned.IsEmpty ? nobodys : owned;
    }

    private static bool Covers(DecisionRun run, int place, GrantRule grant, ResourceType type, ResourceFacts stored)
    {
        if (grant.Reach == PatientReach.Any)
        {
            return true;
        }

        for (var owner = 0; owner < stored.Owners.Count; owner++)
        {
            if (!run.Reach.GrantCovers(place, stored.Owners[owner], type, null))
            {
                return false;
            }
        }

        return stored.Owners.Count > 0;
    }

    // An update puts all of it back; of what may touch anything nobody knows what it touches.
    private static bool Touches(AccessPart part, string element)
    {
        if (part.Interaction == Interaction.Update)
        {
            return true;
        }

        for (var use = 0; use < part.Uses.Count; use++)
        {
            // Lenient upstreams match names without regard to case.
            if (part.Uses[use] == AccessPart.UnknownElement || string.Equals(part.Uses[use], element, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static Deny Denied(DecisionRun run, AccessPart part, GrantSet seen) =>
        new(part.Interaction == Interaction.Update ? DenyReason.PartialView : DenyReason.HiddenElement, run.UseCase.RuleOf(seen));
}
