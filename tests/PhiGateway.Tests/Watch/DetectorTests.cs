using PhiGateway.Tests.Common.Watch;
using PhiGateway.Watch.Detection;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Findings;
using PhiGateway.Watch.Registered;
using PhiGateway.Watch.Rules;
using Xunit;

namespace PhiGateway.Tests.Watch;

public sealed class DetectorTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Take_ARuleThrows_IsToldOfOnceAndStopsNoOther()
    {
        var detector = new Detector(new Nobody(), [new ThrowingRule(), new CrossEnvironmentRule()]);
        var findings = new List<Finding>();
        for (var call = 0; call < 5; call++)
        {
            findings.AddRange(detector.Take(Refused(call)));
        }

        Assert.Equal(["rule-failed", "cross-environment"], findings.Select(finding => finding.Rule));
        Assert.Equal("rule/throwing", findings[0].Subject);
        Assert.Contains(nameof(InvalidOperationException), findings[0].Words, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", findings[0].Words, StringComparison.Ordinal);
    }

    // Whoever ships may write any number: the records behind it are counted all the same.
    [Fact]
    public void Take_NumbersWithoutMeasure_AreNoFault()
    {
        var detector = new Detector(new Nobody(), Detector.AllRules);
        var findings = new List<Finding>();
        for (var day = 0; day < 3; day++)
        {
            findings.AddRange(detector.Take(Let(day, int.MaxValue)));
            findings.AddRange(detector.Take(Let(day, int.MaxValue)));
            findings.AddRange(
                detector.Take(
                    new WatchEvent
                    {
                        Id = Guid.CreateVersion7(Noon),
                        Kind = WatchKind.RosterChange,
                        Time = Noon.AddDays(day),
                        Actor = "anna",
                        Roster = "diabetes",
                        Added = int.MaxValue,
                    }
                )
            );
        }

        Assert.DoesNotContain(findings, static one => one.Rule == "rule-failed");
        Assert.Contains(findings, static one => one.Subject == "person/anna");
    }

    [Fact]
    public void Take_WithoutTheThrowingRule_TellsOfNoFault()
    {
        var detector = new Detector(new Nobody(), [new CrossEnvironmentRule()]);

        Assert.DoesNotContain(Enumerable.Range(0, 5).SelectMany(call => detector.Take(Refused(call))), one => one.Rule == "rule-failed");
    }

    [Fact]
    public void Take_EmergencyAccesses_HaveTheirOwnReviewAndNoRule()
    {
        var detector = new Detector(new Nobody(), [new ThrowingRule()]);

        Assert.Empty(detector.Take(Refused(0) with { IsEmergency = true, Kind = WatchKind.Access, Reason = null, Status = 200 }));
        Assert.Single(detector.Take(Refused(1) with { IsEmergency = true }));
    }

    // Who walks through ids under a token that says emergency has no review until something is let out.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Take_RefusalsThatSayEmergency_AreSeen(bool isCovered)
    {
        var registered = new One(new RegisteredClient { Id = "acme", CoversEmergencies = isCovered });
        var probing = new Detector(registered, Detector.AllRules);
        var found = Enumerable
            .Range(0, 40)
            .SelectMany(call =>
                probing.Take(
                    Refused(call) with
                    {
                        IsEmergency = true,
                        Reason = "not-found-or-withheld",
                        Status = 404,
                        AskedKey = (ulong)call + 1,
                    }
                )
            )
            .ToList();

        Assert.Equal("enumeration", Assert.Single(found).Rule);
    }

    // Its twin: a real emergency that meets one refusal is not held against how much it asked for.
    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public void Take_AnEmergencyWithOneRefusal_IsNotHeldAgainstItsAmount(bool isCovered, int findings)
    {
        var registered = new One(new RegisteredClient { Id = "acme", CoversEmergencies = isCovered });
        var detector = new Detector(registered, [new VolumeSpikeRule()]);
        detector.Take(Refused(0) with { Time = Noon.AddDays(-60) });
        for (var call = 0; call < 200; call++)
        {
            Assert.Empty(detector.Take(Refused(0) with { IsEmergency = true, Kind = WatchKind.Access, Reason = null, Status = 200 }));
        }

        Assert.Equal(findings, detector.Take(Refused(0) with { IsEmergency = true }).Count);
    }

    [Theory]
    [InlineData("agent-type-not-permitted", 3, 1)]
    [InlineData("agent-outside-hours", 3, 1)]
    [InlineData("agent-tool-not-permitted", 2, 0)]
    [InlineData("agent-calls-spent", 50, 0)]
    public void Take_AnAgentOutsideItsCharter_IsFoundFromTheThirdAttemptOn(string reason, int attempts, int findings)
    {
        var detector = new Detector(new Nobody(), Detector.AllRules);
        var found = Enumerable.Range(0, attempts).SelectMany(call => detector.Take(Refused(call) with { Reason = reason })).ToList();

        Assert.Equal(findings, found.Count);
        Assert.All(found, static one => Assert.Equal(("outside-charter", 3), (one.Rule, one.Records.Count)));
        Assert.Equal("ASI10:2026 Rogue Agents", AgenticRisk.Of("outside-charter")!.ToString());
    }

    // What it says is what a person can count: three within a day, not one every twenty hours.
    [Theory]
    [InlineData(8, 1)]
    [InlineData(20, 0)]
    public void Take_AttemptsElsewhere_AreCountedWithinADay(int hours, int findings)
    {
        var detector = new Detector(new Nobody(), Detector.AllRules);
        var found = Enumerable.Range(0, 4).SelectMany(call => detector.Take(Refused(call * hours * 60))).ToList();

        Assert.Equal(findings, found.Count);
    }

    [Fact]
    public void Admit_FurtherRulesOfAFamily_AreHeardOnceEach_AlsoAfterARestart()
    {
        var detector = new Detector(new Nobody(), []);
        var first = Found("new-network", FindingSeverity.High, 0);
        Assert.Equal(first, detector.Fold.Admit(first));
        var further = detector.Fold.Admit(Found("human-use", FindingSeverity.High, 1))!;
        Assert.Equal((true, new Incident("new-network", Noon)), (further.IsFurther, further.Incident));
        Assert.Null(detector.Fold.Admit(Found("human-use", FindingSeverity.High, 2)));

        var after = Restarted(detector, new Nobody());
        Assert.Null(after.Fold.Admit(Found("human-use", FindingSeverity.High, 3)));
        var worse = after.Fold.Admit(Found("two-places", FindingSeverity.Critical, 4))!;
        Assert.Equal((false, new Incident("new-network", Noon)), (worse.IsFurther, worse.Incident));

        // A day later it is another thing.
        var next = after.Fold.Admit(Found("human-use", FindingSeverity.High, 60 * 25))!;
        Assert.False(next.IsFurther);
        Assert.Null(next.Incident);
    }

    [Fact]
    public void AllRules_EachOne_NamesItselfAndARiskOfTheTen()
    {
        Assert.Equal(Detector.AllRules.Count, Detector.AllRules.Select(rule => rule.Name).Distinct().Count());
        Assert.All(Detector.AllRules, rule => Assert.Contains(rule.Risk, NhiRisk.All));
        Assert.Equal(10, NhiRisk.All.Count);
        Assert.Equal("NHI10:2025 Human Use of NHI", NhiRisk.All[9].ToString());
    }

    [Fact]
    [Trait("Size", "Large")]
    public void Take_AfterARestart_FindsWhatItWouldHaveFound()
    {
        var whole = Run(null);
        var restarted = Run(55);

        Assert.NotEmpty(whole);
        Assert.Equal(whole.Order(), restarted.Order());
    }

    // Whoever upgrades keeps what was learned; what that version did not know is not in it.
    [Fact]
    public void Restore_AFileOfTheVersionBefore_IsRead()
    {
        var feed = new TrailFeed(new Common.Admin.Fakes.FakeAuditStore());
        var before = new Detector(new Nobody(), []);
        before.Take(Refused(0));
        before.Fold.Admit(Found("new-network", FindingSeverity.High, 0));
        using var stream = new MemoryStream();
        WatchState.Write(stream, feed, before, [Found("two-places", FindingSeverity.Critical, 1)]);
        var file = stream.ToArray();
        file[0] = 1;
        var after = new Detector(new Nobody(), []);

        Assert.Empty(WatchState.Read(new MemoryStream(file), feed, after));
        Assert.Equal(["acme"], after.Clients.Keys);
        Assert.Equal(("new-network", "client/acme"), Assert.Single(after.Fold.Told).Key);
        Assert.Empty(after.Fold.Incidents);
    }

    [Fact]
    public void Restore_ACutFile_IsNoFile()
    {
        using var stream = new MemoryStream();
        var detector = new Detector(new Nobody(), []);
        detector.Take(Refused(0));
        WatchState.Write(stream, new TrailFeed(new Common.Admin.Fakes.FakeAuditStore()), detector, []);
        var cut = new MemoryStream(stream.ToArray()[..^3]);

        Assert.Throws<InvalidDataException>(() =>
            WatchState.Read(cut, new TrailFeed(new Common.Admin.Fakes.FakeAuditStore()), new Detector(new Nobody(), []))
        );
    }

    // Rules and subjects that were told; the restart comes at midnight, when nothing is under way.
    private static List<(string Rule, string Subject)> Run(int? restartOn)
    {
        var traffic = new SyntheticTraffic(3, 30, 62, 1);
        var detector = new Detector(traffic, Detector.AllRules);
        var found = new List<(string, string)>();
        var begin = default(DateTimeOffset);
        foreach (var seen in traffic.Read())
        {
            begin = begin == default ? seen.Time.Date : begin;
            if (restartOn is { } day && seen.Time >= begin.AddDays(day))
            {
                (detector, restartOn) = (Restarted(detector, traffic), null);
            }

            found.AddRange(detector.Take(seen).Select(finding => (finding.Rule, finding.Subject)));
        }

        return found;
    }

    private static Finding Found(string rule, FindingSeverity severity, int minute) =>
        new()
        {
            Rule = rule,
            Family = "Caller",
            Subject = "client/acme",
            At = Noon.AddMinutes(minute),
            Severity = severity,
            Words = "Odd.",
        };

    private static Detector Restarted(Detector before, IRegisteredClients registered)
    {
        var feed = new TrailFeed(new Common.Admin.Fakes.FakeAuditStore());
        using var stream = new MemoryStream();
        WatchState.Write(stream, feed, before, []);
        stream.Position = 0;
        var after = new Detector(registered, Detector.AllRules);
        WatchState.Read(stream, feed, after);
        return after;
    }

    private static WatchEvent Let(int day, int records) =>
        new()
        {
            Id = Guid.CreateVersion7(Noon),
            Kind = WatchKind.Access,
            Time = Noon.AddDays(day),
            Client = "acme",
            Status = 200,
            Records = records,
        };

    private static WatchEvent Refused(int call) =>
        new()
        {
            Id = Guid.CreateVersion7(Noon),
            Kind = WatchKind.Refusal,
            Time = Noon.AddMinutes(call),
            Client = "acme",
            Reason = "wrong-environment",
            Status = 403,
        };

    private sealed class One(RegisteredClient only) : IRegisteredClients
    {
        public RegisteredClient? Find(string client) => only;

        public IReadOnlyCollection<string> FindHolders(string roster) => [];
    }

    private sealed class ThrowingRule : WatchRule
    {
        public override string Name => "throwing";

        public override NhiRisk Risk => NhiRisk.Reuse;

        public override RuleFamily Family => RuleFamily.Reach;

        public override Finding? Look(in Sighting sighting) => throw new InvalidOperationException("secret");
    }
}
