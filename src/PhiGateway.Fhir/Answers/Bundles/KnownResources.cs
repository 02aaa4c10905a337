using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>
/// Remembers owners and verdicts of the entries of one answer, so that entries that speak of others (Provenance) can be judged by them.
/// </summary>
/// <remarks>
/// Only what was judged from its own content is known, under its exact type and id on this server. What comes twice and differs is not
/// known. What was withheld withholds what speaks of it. Bounded: what does not fit is not known, and where any of that was withheld, what
/// speaks of something unknown is too.
/// </remarks>
internal sealed class KnownResources
{
    private const int Most = 20_000;

    /// <summary>Types whose records stay where one of what they speak of does.</summary>
    internal static readonly ResourceType[] SpeakOfOthers =
    [
        .. ResourceType.All.Where(static type => ScanProgram.For(type).SpeaksOfOthers),
    ];

    private static readonly ResourceType[] Named = [.. SpeakOfOthers.Where(static type => !ScanProgram.For(type).OfTargets)];

    private readonly Dictionary<ResourceName, Known> _known = [];
    private readonly List<PatientId> _owners = [];
    private bool _hasForgotten;

    /// <summary>Whether anything that speaks of others could leave under a policy.</summary>
    /// <param name="types">What could leave.</param>
    /// <param name="ofNamedAlone">Only what says itself whose it is.</param>
    public static bool Matter(ResourceTypeSet types, bool ofNamedAlone = false) =>
        Array.Exists(ofNamedAlone ? Named : SpeakOfOthers, types.Contains);

    /// <summary>Notes a resource that was just judged.</summary>
    /// <param name="facts">The resource.</param>
    /// <param name="reason">Why it must stay; none: it may leave.</param>
    /// <param name="isForeseen">It is judged once more when all that it may speak of is known.</param>
    public void Add(ResourceFacts facts, WithholdReason reason, bool isForeseen = false)
    {
        var isOpen = isForeseen && reason is WithholdReason.None or WithholdReason.UndeterminedPatient && IsJudgedByOthers(facts);
        if (facts.Id is null || isOpen)
        {
            return;
        }

        var name = new ResourceName(facts.Type, facts.Id);
        if (_known.Count >= Most && !_known.ContainsKey(name))
        {
            _hasForgotten |= reason != WithholdReason.None;
            return;
        }

        var seen = new Known(facts.Owner, [.. facts.Owners], reason);
        _known[name] = _known.TryGetValue(name, out var before) ? Join(facts.Type, before, seen) : seen;
    }

    // What speaks of others is known before and after it was found out whose it is by that.
    private static Known Join(ResourceType type, Known before, Known seen)
    {
        if (before.Equals(seen))
        {
            return seen;
        }

        var leaves = before.Reason == WithholdReason.None && seen.Reason == WithholdReason.None;
        if (!leaves || !ScanProgram.For(type).OfTargets)
        {
            return Known.Contradictory;
        }

        if (before.Owner == OwnerState.Undetermined)
        {
            return seen;
        }

        return seen.Owner == OwnerState.Undetermined ? before : Known.Contradictory;
    }

    /// <summary>
    /// Whether records of a type are judged once all others are. What says itself whose it is stays in its place where nothing could stay.
    /// </summary>
    public static bool AwaitsOthers(ResourceType type, bool isAllShown) =>
        ScanProgram.For(type) is { SpeaksOfOthers: true } program && (program.OfTargets || !isAllShown);

    /// <summary>Whether what else is known may yet say of a resource that it stays, or whose it is.</summary>
    public static bool IsJudgedByOthers(ResourceFacts facts) =>
        ScanProgram.For(facts.Type) is { SpeaksOfOthers: true } program && (facts.Owner == OwnerState.Undetermined || !program.OfTargets);

    /// <summary>
    /// Whether a resource may stay for what it speaks of alone. What stays for what it is takes nothing of what may be looked up.
    /// </summary>
    /// <param name="facts">What was read out of it.</param>
    /// <param name="policy">Its judge; that lets nothing out where each entry of the answer has its own.</param>
    /// <param name="ofNamedAlone">Only what says itself whose it is.</param>
    public static bool MayBeKeptBack(ResourceFacts facts, ReleasePolicy policy, bool ofNamedAlone)
    {
        var program = ScanProgram.For(facts.Type);
        if (!program.SpeaksOfOthers || (ofNamedAlone && program.OfTargets))
        {
            return false;
        }

        if (ReferenceEquals(policy, ReleasePolicy.Nothing))
        {
            return true;
        }

        var reason = program.OfTargets ? policy.JudgeWhosever(facts) : policy.Judge(facts).Reason;
        return reason is WithholdReason.None or WithholdReason.UndeterminedPatient;
    }

    /// <summary>Says of a resource that was judged that it stays after all.</summary>
    public void Withhold(ResourceName name) => _known[name] = Known.Contradictory;

    /// <summary>Whether any of these is one that stays, or may be.</summary>
    public bool KeepsBack(IReadOnlyList<ResourceName> targets)
    {
        for (var i = 0; i < targets.Count; i++)
        {
            var keepsBack = _known.TryGetValue(targets[i], out var known)
                ? Withholds(targets[i].Type, known.Reason)
                : _hasForgotten && !PatientPathTable.Instance.IsKnownByItself(targets[i].Type);
            if (keepsBack)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a resource was judged, whatever came of it.</summary>
    public bool Holds(ResourceName name) => _known.ContainsKey(name);

    /// <summary>Nothing is known any more.</summary>
    public void Forget()
    {
        _known.Clear();
        _hasForgotten = false;
    }

    /// <summary>
    /// Says whose the resource just read is, when all that it speaks of is known; what it speaks of may also be why it must stay.
    /// </summary>
    /// <param name="reader">It read the resource.</param>
    /// <param name="concludes">Whose it is is said; false: only why it must stay.</param>
    /// <returns>Why it must stay; none: it is judged by its facts.</returns>
    public WithholdReason Attribute(ResourceReader reader, bool concludes = true)
    {
        var targets = reader.Owners.Targets;
        _owners.Clear();
        var all = targets.Count > 0 && reader.Owners.AreTargetsRead;
        for (var i = 0; i < targets.Count; i++)
        {
            if (!_known.TryGetValue(targets[i], out var known))
            {
                var isByItself = PatientPathTable.Instance.IsKnownByItself(targets[i].Type);
                if (_hasForgotten && !isByItself)
                {
                    return WithholdReason.UndeterminedPatient;
                }

                all &= isByItself;
                continue;
            }

            if (Withholds(targets[i].Type, known.Reason))
            {
                return known.Reason;
            }

            all &= known.Owner != OwnerState.Undetermined;
            _owners.AddRange(known.Owners);
        }

        var program = ScanProgram.For(reader.Facts.Type);
        if (concludes && all && program.OfTargets && reader.Facts.Owner == OwnerState.Undetermined)
        {
            reader.Owners.ConcludeOfTargets(_owners, program.Rule, reader.Facts);
        }

        return WithholdReason.None;
    }

    // A record of a patient may be shown to who is not shown the Patient itself; it may not when that Patient is hidden for what it is.
    private static bool Withholds(ResourceType type, WithholdReason reason) =>
        reason != WithholdReason.None
        && (!PatientPathTable.Instance.IsKnownByItself(type) || reason is not (WithholdReason.NotCovered or WithholdReason.Condition));

    private readonly record struct Known(OwnerState Owner, PatientId[] Owners, WithholdReason Reason)
    {
        public static Known Contradictory => new(OwnerState.Undetermined, [], WithholdReason.UndeterminedPatient);

        public bool Equals(Known other) => Owner == other.Owner && Reason == other.Reason && Owners.AsSpan().SequenceEqual(other.Owners);

        public override int GetHashCode() => HashCode.Combine(Owner, Reason, Owners.Length);
    }
}
