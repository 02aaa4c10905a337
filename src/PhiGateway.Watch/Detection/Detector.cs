using PhiGateway.Watch.Baselines;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Findings;
using PhiGateway.Watch.Registered;
using PhiGateway.Watch.Rules;
using PhiGateway.Watch.Usage;

namespace PhiGateway.Watch.Detection;

/// <summary>
/// Takes the trail record by record, keeps what each client usually does, and asks every rule: gives what somebody should look at. Fed by
/// the watching loop, beside the request's path; not thread-safe.
/// </summary>
internal sealed class Detector(IRegisteredClients registered, IReadOnlyList<WatchRule> rules)
{
    /// <summary>Name under which a rule's own fault is told.</summary>
    public const string FaultRule = "rule-failed";

    // All of them are asked at each record.
    private readonly WatchRule[] _rules = [.. rules];
    private readonly WatchRule[] _tokenRules = [.. rules.Where(static rule => rule.SeesTokens)];
    private readonly List<Finding> _found = [];
    private bool _isNews;

    public Dictionary<string, ClientWatch> Clients { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, ActorBaseline> Actors { get; } = new(StringComparer.Ordinal);

    public UsageLedger Usage { get; } = new();

    public FindingFold Fold { get; } = new();

    /// <summary>Every rule about clients, in the order in which they are asked.</summary>
    public static IReadOnlyList<WatchRule> AllRules { get; } =
    [
        new TwoPlacesRule(),
        new ReplayedProofRule(),
        new NewNetworkRule(),
        new ScatteredNetworksRule(),
        new HumanUseRule(),
        new NewProgramRule(),
        new StaleTokenRule(),
        new NewChainRule(),
        new CrossEnvironmentRule(),
        new ProbingRule(),
        new OutsideCharterRule(),
        new ErrorMixRule(),
        new EnumerationRule(),
        new BisectionRule(),
        new VolumeSpikeRule(),
        new ScrapingRule(),
        new WideAnswersRule(),
        new NewOperationRule(),
        new NewShapeRule(),
        new OffHoursRule(),
        new DormantWakingRule(),
        new SlowDripRule(),
        new SlowRampRule(),
    ];

    /// <summary>
    /// Forgets clients and persons of whom something was learned that lies beyond a moment: until then nothing they do would be seen.
    /// </summary>
    public void Forget(DateTimeOffset beyond)
    {
        foreach (var watch in Clients.Values.Where(watch => watch.Baseline.LastSeen > beyond).ToList())
        {
            Clients.Remove(watch.Client);
        }

        var day = ClientBaseline.DayOf(beyond);
        foreach (var name in Actors.Where(actor => actor.Value.All.Any(one => one.Day > day)).Select(static actor => actor.Key).ToList())
        {
            Actors.Remove(name);
        }
    }

    /// <summary>Takes one record.</summary>
    /// <param name="seen">The record.</param>
    /// <param name="isNews">Whether what it shows is told; else it only teaches, and what goes on is told when it is news.</param>
    /// <returns>What is to be told, mostly nothing; good until the next call.</returns>
    public IReadOnlyList<Finding> Take(WatchEvent seen, bool isNews = true)
    {
        _found.Clear();
        _isNews = isNews;
        try
        {
            TakeAny(seen);
        }
#pragma warning disable CA1031 // Security: whoever ships may have put it there; what fails at one record keeps nobody from the next ones.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            TellFault("counting", fault, seen, seen.Client);
        }

        return _found;
    }

    private void TakeAny(WatchEvent seen)
    {
        switch (seen.Kind)
        {
            case WatchKind.RosterChange:
                TakeRoster(seen);
                break;
            case WatchKind.UnknownOutcome:
                Tell(UnknownOutcomeRule.Of(seen));
                break;
            case WatchKind.Token:
                TakeToken(seen);
                break;
            default:
                TakeClient(seen);
                break;
        }
    }

    // What is usual for a client is learned from its calls: a token teaches nothing, so that the first call from elsewhere is news still.
    private void TakeToken(WatchEvent seen)
    {
        var watch = WatchOf(seen);
        if (ReplayedProofRule.Counts(seen.Reason))
        {
            watch.Activity.Replays.Note(seen, seen.Network);
        }

        var sighting = new Sighting(seen, watch, registered.Find(seen.Client), TimeSpan.Zero);
        foreach (var rule in _tokenRules)
        {
            Ask(rule, sighting);
        }
    }

    private ClientWatch WatchOf(WatchEvent seen)
    {
        if (!Clients.TryGetValue(seen.Client, out var watch))
        {
            Clients[seen.Client] = watch = new ClientWatch(seen.Client, new ClientBaseline(seen.Time));
        }

        return watch;
    }

    private void TakeClient(WatchEvent seen)
    {
        var client = registered.Find(seen.Client);
        var watch = WatchOf(seen);
        var (baseline, activity) = (watch.Baseline, watch.Activity);
        var gap = seen.Time - baseline.LastSeen;
        if (activity.Roll(seen.Time, baseline) is { } ended)
        {
            baseline.Close(ended, client?.ApprovedAt);
        }

        var sighting = new Sighting(seen, watch, client, gap);
        Count(sighting);
        foreach (var rule in _rules)
        {
            if (IsAsked(rule, sighting))
            {
                Ask(rule, sighting);
            }
        }

        baseline.LongestGap = Math.Max(baseline.LongestGap, gap.TotalDays);
        baseline.LastSeen = seen.Time > baseline.LastSeen ? seen.Time : baseline.LastSeen;
    }

    // What was let out in an emergency has a review of its own; nobody is to hesitate because a rule might stop them. A refusal has none: that
    // it says emergency spares it nothing but the amounts, in which those accesses are counted.
    private static bool IsAsked(WatchRule rule, in Sighting sighting) =>
        sighting.Seen switch
        {
            { IsEmergency: false } => true,
            { Kind: WatchKind.Access } => false,
            _ => rule.Family != RuleFamily.Amount || sighting.Registered?.CoversEmergencies != true,
        };

    private void Count(in Sighting sighting)
    {
        var (seen, watch) = (sighting.Seen, sighting.Watch);
        watch.Activity.Add(seen, watch.Baseline, !sighting.IsLearned || sighting.IsAnnounced);
        if (CrossEnvironmentRule.Counts(seen.Reason))
        {
            watch.Activity.Elsewhere.Note(seen, $"{seen.Reason} {seen.Tenant} {seen.Environment}");
        }
        else if (ProbingRule.Counts(seen.Reason))
        {
            watch.Activity.Probes.Note(seen, $"{seen.Reason} {seen.Operation} {seen.Purpose}");
        }
        else if (ReplayedProofRule.Counts(seen.Reason))
        {
            watch.Activity.Replays.Note(seen, seen.Network);
        }
        else if (OutsideCharterRule.Counts(seen.Reason))
        {
            watch.Activity.Charter.Note(seen, $"{seen.Reason} {seen.Operation}");
        }

        if (seen.Kind == WatchKind.Access)
        {
            watch.Baseline.Operations.Note(seen.Operation, seen.Time);
            Usage.Note(seen);
        }

        // Strangers to the registry's networks are seen although they are refused.
        if (seen.Network.Length > 0 && IsStranger(watch.Baseline.Networks, seen.Network, seen.Time))
        {
            watch.Activity.Strays.Add(seen.Id);
        }

        CountCaller(seen, watch);
        CountShapes(seen, watch);
    }

    private static void CountShapes(WatchEvent seen, ClientWatch watch)
    {
        var isStrange = seen.Shape.Length > 0 && IsStranger(watch.Baseline.Shapes, seen.Shape, seen.Time);
        isStrange |= seen.Form.Length > 0 && IsStranger(watch.Baseline.Forms, seen.Form, seen.Time);
        if (isStrange)
        {
            watch.Activity.Shapes.Add(seen.Id);
        }

        if (seen.Chain.Length > 0 && IsStranger(watch.Baseline.Chains, seen.Chain, seen.Time))
        {
            watch.Activity.Chains.Add(seen.Id);
        }
    }

    private static void CountCaller(WatchEvent seen, ClientWatch watch)
    {
        var (baseline, activity) = (watch.Baseline, watch.Activity);
        var isStranger = seen.Subject.Length > 0 && IsStranger(baseline.Subjects, seen.Subject, seen.Time);
        isStranger |= seen.Program.Length > 0 && IsStranger(baseline.Programs, seen.Program, seen.Time);
        if (isStranger)
        {
            activity.Strangers.Add(seen.Id);
        }

        if (seen.Ranges.Count > 0)
        {
            activity.Ranges.Note(seen);
        }

        // A token that is older than another in use may not be the client's: it teaches nothing about its own.
        activity.TokenAges.Note(seen);
        if (seen.TokenIssuedAt is { } issued && seen.Kind == WatchKind.Access && issued >= activity.TokenAges.NewestIssue)
        {
            baseline.TokenAges.Note(seen.Time - issued, ClientBaseline.DayOf(seen.Time));
        }
    }

    // Not seen before the last days, where others were.
    private static bool IsStranger(KnownWords words, string word, DateTimeOffset at) =>
        words.Note(word, at) is var known && words.Count > 1 && known.IsFreshAt(at);

    private void Ask(WatchRule rule, in Sighting sighting)
    {
        Finding? finding;
        try
        {
            finding = rule.Look(sighting);
        }
#pragma warning disable CA1031 // A rule that fails is told of, and stops neither the others nor anybody's request.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            TellFault(rule.Name, fault, sighting.Seen, sighting.Watch.Client);
            return;
        }

        if (finding is not null)
        {
            sighting.Activity.Flag();
            Tell(finding);
        }
    }

    private void TakeRoster(WatchEvent seen)
    {
        if (!Actors.TryGetValue(seen.Actor, out var actor))
        {
            Actors[seen.Actor] = actor = new ActorBaseline();
        }

        actor.Add(seen.Id, seen.Time, seen.Added);

        // Whoever is added will be new to the clients behind the roster.
        foreach (var holder in registered.FindHolders(seen.Roster))
        {
            if (Clients.TryGetValue(holder, out var watch))
            {
                watch.Baseline.Expected += Math.Min(seen.Added, int.MaxValue - watch.Baseline.Expected);
            }
        }

        if (RosterGrowthRule.Look(seen, actor) is { } finding)
        {
            Tell(finding);
        }
    }

    private void TellFault(string rule, Exception fault, WatchEvent seen, string client) =>
        Tell(
            new Finding
            {
                Rule = FaultRule,
                Subject = "rule/" + rule,
                At = seen.Time,
                Severity = FindingSeverity.High,
                Words =
                    $"The rule {rule} failed with {fault.GetType().Name} at a record of client {client}; "
                    + "until it is mended it sees nothing where it fails.",
                Records = [seen.Id],
            }
        );

    private void Tell(Finding finding)
    {
        // What is not told is not remembered as told either: it may go on.
        if (_isNews && Fold.Admit(finding) is { } told)
        {
            _found.Add(told);
        }
    }
}
