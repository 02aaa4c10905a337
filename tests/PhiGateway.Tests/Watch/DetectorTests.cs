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

        Assert.Empty(detector.Take(Refused(0) with { IsEmergency = true }));
        Assert.Single(detector.Take(Refused(1)));
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

    [Fact]
    public void Restore_ACutFile_IsNoFile()
    {
        using var stream = new MemoryStream();
        var detector = new Detector(new Nobody(), []);
        detector.Take(Refused(0));
        WatchState.Write(stream, new TrailFeed(new Common.Admin.Fakes.FakeAuditStore()), detector);
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

    private static Detector Restarted(Detector before, SyntheticTraffic traffic)
    {
        var feed = new TrailFeed(new Common.Admin.Fakes.FakeAuditStore());
        using var stream = new MemoryStream();
        WatchState.Write(stream, feed, before);
        stream.Position = 0;
        var after = new Detector(traffic, Detector.AllRules);
        WatchState.Read(stream, feed, after);
        return after;
    }

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

    private sealed class Nobody : IRegisteredClients
    {
        public RegisteredClient? Find(string client) => null;
    }

    private sealed class ThrowingRule : WatchRule
    {
        public override string Name => "throwing";

        public override NhiRisk Risk => NhiRisk.Reuse;

        public override RuleFamily Family => RuleFamily.Reach;

        public override Finding? Look(in Sighting sighting) => throw new InvalidOperationException("secret");
    }
}
