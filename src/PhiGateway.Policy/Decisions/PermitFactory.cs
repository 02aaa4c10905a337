using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>Writes the permit once every question is answered: rule, judge of the answer, obligations.</summary>
internal static class PermitFactory
{
    /// <summary>
    /// Largest roster whose members are named to the upstream; beyond it the address would outgrow what servers accept, and the filter does
    /// the work.
    /// </summary>
    internal const int MostNamedPatients = 25;

    // Expired memberships count towards this, so that a roster is never walked in full for a courtesy.
    private const int MostWalkedMembers = 64;

    private static readonly WithholdLabelled Labelled = new();
    private static readonly WithholdOutsideRoster OutsideRoster = new();
    private static readonly KeepElements Elements = new();
    private static readonly ResolveWalks Walks = new();

    internal static Permit Create(DecisionRun run)
    {
        if (run.OnlyCapabilities)
        {
            return new Permit("capabilities", [], ReleasePolicy.Nothing);
        }

        var all = default(GrantSet);
        foreach (var grants in run.Grants)
        {
            all = all.Union(grants);
        }

        var counted = TaskCounting.Find(run);
        run.Reach.ConfineToCounted(counted);
        var lanes = Lanes(run);
        return new Permit(
            run.UseCase.RuleOf(all),
            Obligations(run, lanes, counted),
            new GrantReleasePolicy(run.Reach, lanes) { AdmitsUndetermined = IsOwnStaff(run), Asked = run }
        );
    }

    // Partners and AI agents are shown nothing that nobody can attribute; the hospital's own are, and the record says so.
    internal static bool IsOwnStaff(DecisionRun run) => ActingAgents.AreOwnStaff(run.Caller, run.Entry, run.Snapshot);

    private static ReleaseLane[] Lanes(DecisionRun run)
    {
        var parts = run.Request.Parts;
        var lanes = new List<ReleaseLane>(parts.Count);
        for (var place = 0; place < parts.Count; place++)
        {
            var part = parts[place];
            var needed = PartRights.NeededByAnswer(part);
            var grants = run.Reach.Usable(PartRights.AnswerGrants(part, run.Grants[place], run.UseCase));
            var lane = new ReleaseLane(part.Type, grants, needed);
            if (
                part.Interaction is Interaction.Create or Interaction.Update or Interaction.Patch
                && !run.Reach.ScopesGrant(part.Type, needed, usableOnly: true)
            )
            {
                // The token lets write and not read: the type is not among those of which anything may be shown.
                continue;
            }

            // A document, a message, a collection that was stored leaves whole, when each of its entries is one that may be read.
            if (part.Type == ResourceType.Bundle && needed is ScopeRights.Read or ScopeRights.Search && !grants.IsEmpty)
            {
                lanes.Add(
                    new ReleaseLane(default, run.Reach.Usable(PartRights.ReadGrants(run.UseCase)), ScopeRights.Read) { OfHeld = true }
                );
            }

            // Empty but for a submission; a walk through all types is nothing to begin for each part.
            if (!part.AnsweredWith.IsEmpty)
            {
                AddAnswers(run, part.AnsweredWith, lanes);
            }

            var shown = ShownValues(run, part, grants);
            if (!shown.IsEmpty)
            {
                lanes.Add(new ReleaseLane(ResourceType.Parameters, shown, needed) { CalledOn = part.Type });
            }

            if (part.Values == OperationValues.Patients && ShowingAll(run, grants) is { IsEmpty: false } named)
            {
                lanes.Add(new ReleaseLane(ResourceType.Parameters, named, needed) { CalledOn = part.Type, OfNamed = true });
            }

            if (needed != ScopeRights.None && !grants.IsEmpty && part.Interaction != Interaction.Capabilities && !lanes.Contains(lane))
            {
                lanes.Add(lane);
            }
        }

        return [.. lanes];
    }

    // Of what it may be answered with, that which may be read is shown.
    private static void AddAnswers(DecisionRun run, ResourceTypeSet answers, List<ReleaseLane> lanes)
    {
        foreach (var answer in answers.Members())
        {
            var read = new AccessPart { Interaction = Interaction.Read, Type = answer };
            var readers = run.Reach.Usable(PartRights.Readers(read, run.UseCase));
            if (!readers.IsEmpty && run.Reach.ScopesGrant(answer, ScopeRights.Read, usableOnly: true))
            {
                lanes.Add(new ReleaseLane(answer, readers, ScopeRights.Read));
            }
        }
    }

    private static GrantSet ShownValues(DecisionRun run, AccessPart part, GrantSet grants) =>
        part.Values switch
        {
            OperationValues.Nobody => grants,
            OperationValues.Metadata => WalkQuestions.Whole(run, part, PartRights.Needed(part), grants),
            OperationValues.Records or OperationValues.Patients => ShowingAll(
                run,
                WalkQuestions.Whole(run, part, PartRights.Needed(part), grants)
            ),
            _ => default,
        };

    // What values were worked out from nobody here knows: under a grant that hides or masks an element they could tell what it holds.
    private static GrantSet ShowingAll(DecisionRun run, GrantSet grants)
    {
        var showing = default(GrantSet);
        foreach (var place in grants)
        {
            showing = run.UseCase.Grants[place].Elements.IsAll ? showing.With(place) : showing;
        }

        return showing;
    }

    private static List<Obligation> Obligations(DecisionRun run, ReleaseLane[] lanes, IReadOnlyList<TaskEntry> counted)
    {
        var obligations = new List<Obligation>(6);
        if (Narrowing(run) is { } narrowing)
        {
            obligations.Add(narrowing);
        }

        if (run.ResolvesWalks)
        {
            obligations.Add(Walks);
        }

        if (EveryInclude(run) is { } includes)
        {
            obligations.Add(new NameIncludes(includes));
        }

        if (run.Request.TenantTag is { } tag)
        {
            obligations.Add(new ConfineToTenant(tag));
        }

        var confined = false;
        var trimmed = false;
        foreach (var lane in lanes)
        {
            foreach (var place in lane.Grants)
            {
                confined |= run.Task is not null || run.UseCase.Grants[place].Reach != PatientReach.Any;
                trimmed |= !run.UseCase.Grants[place].Elements.IsAll;
            }
        }

        confined |= lanes.Length > 0 && run.Reach.HasPatientScopes;
        AddIf(obligations, trimmed, Elements);
        AddIf(obligations, lanes.Length > 0 && !ShowsEverything(run), Labelled);
        AddIf(obligations, confined, OutsideRoster);
        if (LeastRecords(run) is { } most)
        {
            obligations.Add(new LimitRecords(most));
        }

        if (counted.Count > 0)
        {
            obligations.Add(new CountTaskUses([.. counted.Select(static task => new TaskUse(task.Task, task.MaxUses!.Value))]));
        }

        if (run.BreakGlass)
        {
            obligations.Add(new RequireJustification());
            obligations.Add(new NotifyOwner());
        }

        return obligations;
    }

    // What is a day's for all is more than one answer may hold.
    private static int? LeastRecords(DecisionRun run)
    {
        var entry = run.Entry;
        var least = entry.Client.Limits.RecordsPerDay;

        // Safety: what is shared with others refuses no emergency.
        if (run.BreakGlass)
        {
            return least;
        }

        if (entry.UseCase?.Limits?.RecordsPerDay is { } ofUseCase && !(least <= ofUseCase))
        {
            least = ofUseCase;
        }

        return entry.Organization?.Limits?.RecordsPerDay is { } ofAll && !(least <= ofAll) ? ofAll : least;
    }

    // Whoever sees whatever there is of what was asked for may be told how much that is.
    private static bool ShowsEverything(DecisionRun run)
    {
        if (!IsOwnStaff(run) || run.Request.TenantTag is not null)
        {
            return false;
        }

        var speaks = false;
        for (var place = 0; place < run.Request.Parts.Count; place++)
        {
            var part = run.Request.Parts[place];

            // A type that fell out of an export is not asked for.
            if (part.Interaction == Interaction.Export && run.IsSettled(place))
            {
                continue;
            }

            var needed = part.Interaction == Interaction.Export ? PartRights.Needed(part) : PartRights.NeededByAnswer(part);
            if (
                !(part.Interaction is Interaction.SearchType or Interaction.SearchSystem or Interaction.Export || IsLikeASearch(part))
                || part.Role == PartRole.Condition
                || part.Type == ResourceType.Bundle
                || (needed != ScopeRights.None && WalkQuestions.Whole(run, part, needed, run.Grants[place]).IsEmpty)
            )
            {
                return false;
            }

            speaks |= needed != ScopeRights.None && SpeakingTypes.All.Contains(part.Type);
        }

        return !speaks || WalkQuestions.ShowsWhateverIsRead(run);
    }

    // It picks among records of its type, or brings none.
    private static bool IsLikeASearch(AccessPart part) =>
        part is { Interaction: Interaction.Operation, Id: null, Operation: "$match" or "$lastn" or "$validate" };

    private static List<string>? EveryInclude(DecisionRun run)
    {
        List<string>? named = null;
        for (var place = 0; place < run.Request.Parts.Count; place++)
        {
            var part = run.Request.Parts[place];
            if (part.IsOfEveryInclude && !run.Grants[place].IsEmpty && !(named ??= []).Contains(part.Include!))
            {
                named.Add(part.Include!);
            }
        }

        return named;
    }

    private static void AddIf(List<Obligation> obligations, bool wanted, Obligation obligation)
    {
        if (wanted)
        {
            obligations.Add(obligation);
        }
    }

    // Only a request with one search as its only target is narrowed: in a batch nobody could tell which entry is meant.
    private static NarrowSearch? Narrowing(DecisionRun run)
    {
        var target = -1;
        for (var place = 0; place < run.Request.Parts.Count; place++)
        {
            if (run.Request.Parts[place].Role == PartRole.Target)
            {
                if (target >= 0)
                {
                    return null;
                }

                target = place;
            }
        }

        if (target < 0 || run.Request.Parts[target] is not { Interaction: Interaction.SearchType } part)
        {
            return null;
        }

        var added = SearchNarrowing.Parameters(run.Reach, run.Grants[target], part);
        var patients =
            part.Patients.Count > 0
                ? []
                : SearchNarrowing.Patients(run.Reach, run.Grants[target], part, MostNamedPatients, MostWalkedMembers);
        return added.Count == 0 && patients.Count == 0 ? null : new NarrowSearch(added) { Patients = patients, Part = part };
    }
}
