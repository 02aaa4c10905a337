using System.Globalization;
using System.Net;
using PhiGateway.Policy.Registry;
using PhiGateway.Watch.Detection;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Findings;
using PhiGateway.Watch.Registered;
using PhiGateway.Watch.Rules;
using Xunit;

namespace PhiGateway.Tests.Watch;

/// <summary>
/// Through whom a client calls, what it asks together, how much comes at once and from how many networks: what is new in that, and what of
/// it is honest.
/// </summary>
public sealed class NewWaysTests
{
    private const int KnownDays = 60;
    private const string Usual = "plain 1";
    private static readonly DateTimeOffset Monday = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Attack = Monday.AddDays(KnownDays).AddHours(9);

    [Theory]
    [InlineData("plain 2", FindingSeverity.Low)]
    [InlineData("chained 2", FindingSeverity.Medium)]
    public void NewShape_AskedThreeTimes_IsTold(string shape, FindingSeverity severity)
    {
        var detector = Known(new NewShapeRule());
        Assert.Empty(Calls(detector, Attack, 2, seen => seen with { Shape = shape }));

        var one = Assert.Single(Calls(detector, Attack.AddDays(1), 1, seen => seen with { Shape = shape }));
        Assert.Equal(("new-shape", severity, 3), (one.Rule, one.Severity, one.Records.Count));
        Assert.DoesNotContain(shape, one.Words, StringComparison.Ordinal);
    }

    // The twins: what comes with a release is told of once, what was approved is none, and who asks as people wish has no shape of its own.
    [Fact]
    public void NewShape_FurtherOnesOfARelease_AreNone()
    {
        var detector = Known(new NewShapeRule());
        Assert.Single(Calls(detector, Attack, 5, static seen => seen with { Shape = "plain 2" }));

        Assert.Empty(Calls(detector, Attack.AddDays(3), 5, static seen => seen with { Shape = "plain 3" }));
    }

    [Fact]
    public void NewShape_OfWhatWasApproved_IsNone()
    {
        var service = new Service();
        var detector = Known(new NewShapeRule(), service);
        service.ApprovedAt = Attack.AddDays(-1);

        Assert.Empty(Calls(detector, Attack, 5, static seen => seen with { Shape = "chained 2" }));
    }

    [Fact]
    public void NewShape_OfWhoAsksInManyWays_IsNone()
    {
        var detector = new Detector(new Service(), [new NewShapeRule()]);
        for (var day = 0; day < KnownDays; day++)
        {
            Assert.Empty(
                Day(detector, day, static (seen, half) => seen with { Shape = $"plain {half}", Operation = "search-type Patient" })
            );
            Assert.Empty(Day(detector, day, static (seen, half) => seen with { Shape = $"plain {half + 20}" }));
        }

        Assert.Empty(Calls(detector, Attack, 5, static seen => seen with { Shape = "plain by hand" }));
    }

    // What a body names is settled by itself: by POST somebody asks other questions as well.
    [Fact]
    public void NewShape_NamedInABody_IsTold()
    {
        var detector = Known(new NewShapeRule(), change: static seen => seen with { Form = FormAt(seen.Time) });
        var one = Assert.Single(Calls(detector, Attack, 5, static seen => seen with { Form = "chained 2" }));

        Assert.Equal(("new-shape", FindingSeverity.Medium, 3), (one.Rule, one.Severity, one.Records.Count));
    }

    // Its twin: records of before do not name it, and that they begin to is no news.
    [Fact]
    public void NewShape_NamedSinceAnUpgrade_IsNone()
    {
        var detector = Known(new NewShapeRule());
        for (var day = KnownDays; day < KnownDays + 20; day++)
        {
            Assert.Empty(Day(detector, day, static (seen, half) => seen with { Form = $"plain form {half % 3}" }));
        }

        Assert.Empty(Calls(detector, Attack.AddDays(20), 5, static seen => seen with { Form = "plain form 3" }));
    }

    [Fact]
    public void NewChain_SomebodyElseExchangesItsTokens_IsTold()
    {
        var detector = Known(new NewChainRule());
        var chain = ActorChain.Of(["hub", "stranger"]);
        var one = Assert.Single(Calls(detector, Attack, 5, seen => seen with { Chain = chain }));

        Assert.Equal(("new-chain", "NHI9:2025 NHI Reuse"), (one.Rule, one.Risk!.ToString()));
        Assert.Contains("through a chain of 2", one.Words, StringComparison.Ordinal);
        Assert.DoesNotContain("stranger", one.Words, StringComparison.Ordinal);
    }

    // Whoever has an agent's secret has no need of the house that exchanges its tokens.
    [Fact]
    public void NewChain_AnAgentThatCallsByItself_IsTold()
    {
        var detector = Known(new NewChainRule(), change: static seen => seen with { Chain = ActorChain.Of(["hub"]) });
        var one = Assert.Single(Calls(detector, Attack, 3, static seen => seen with { Chain = ActorChain.Alone }));

        Assert.Contains("by itself", one.Words, StringComparison.Ordinal);
    }

    [Fact]
    public void NewChain_TriedTwice_OrApproved_IsNone()
    {
        Assert.Empty(Calls(Known(new NewChainRule()), Attack, 2, static seen => seen with { Chain = "1 other" }));

        var service = new Service();
        var detector = Known(new NewChainRule(), service);
        service.ApprovedAt = Attack.AddDays(-1);
        Assert.Empty(Calls(detector, Attack, 9, static seen => seen with { Chain = "1 other" }));
    }

    [Fact]
    public void WideAnswers_ThreeOnADay_AreTold()
    {
        var detector = Known(new WideAnswersRule());
        var one = Assert.Single(Calls(detector, Attack, 3, static seen => seen with { Records = 900 }));

        Assert.Equal(("wide-answers", 3), (one.Rule, one.Records.Count));
        Assert.Contains("with more than 130 records each, the last with 900; its largest", one.Words, StringComparison.Ordinal);
    }

    // The twins: a long chart, pages a little larger, the files of an export.
    [Theory]
    [InlineData(2, 5000, "search-type Observation")]
    [InlineData(50, 120, "search-type Observation")]
    [InlineData(50, 90_000, "export-file")]
    public void WideAnswers_ThatAreHonest_AreNone(int calls, int records, string operation) =>
        Assert.Empty(Calls(Known(new WideAnswersRule()), Attack, calls, seen => seen with { Records = records, Operation = operation }));

    // Two a day are not told of, and must not make a third one usual.
    [Fact]
    public void WideAnswers_TwoADayForWeeks_TeachNothing()
    {
        var detector = Known(new WideAnswersRule());
        for (var day = 0; day < 20; day++)
        {
            Assert.Empty(Calls(detector, Attack.AddDays(day), 2, static seen => seen with { Records = 900 }));
        }

        Assert.Single(Calls(detector, Attack.AddDays(20), 3, static seen => seen with { Records = 900 }));
    }

    [Fact]
    public void ScatteredNetworks_OneCallFromEachOfMany_AreToldByTheSixth()
    {
        var detector = Known(new ScatteredNetworksRule(), rules: [new NewNetworkRule()]);
        Assert.Empty(Proxies(detector, Attack, 5, 0));

        var one = Assert.Single(Proxies(detector, Attack.AddDays(2), 1, 5));
        Assert.Equal(("scattered-networks", "T1090 Proxy", 6), (one.Rule, one.Technique, one.Records.Count));
    }

    [Fact]
    public void ScatteredNetworks_OverWeeks_OrApproved_OrOfAnApp_AreNone()
    {
        var slow = Known(new ScatteredNetworksRule());
        for (var week = 0; week < 8; week++)
        {
            Assert.Empty(Proxies(slow, Attack.AddDays(week * 8), 3, week * 3));
        }

        Assert.Empty(
            Proxies(Known(new ScatteredNetworksRule(), new Service { Networks = ["198.51.0.0/16"] }), Attack, 40, 0, "198.51.{0}.0/24")
        );
        Assert.Empty(Proxies(Known(new ScatteredNetworksRule(), new Service { Kind = ClientKind.InteractiveApp }), Attack, 40, 0));
    }

    // A cloud whose way out is another one each time, and what has to be many times as many to be told of there.
    [Fact]
    public void ScatteredNetworks_OfAClientThatAlwaysHasThem_AreNone_UntilTheyAreManyMore()
    {
        var detector = Known(new ScatteredNetworksRule());
        for (var week = 0; week < 4; week++)
        {
            Assert.Empty(Proxies(detector, Attack.AddDays(week * 8), 5, week * 5));
        }

        Assert.Empty(Proxies(detector, Attack.AddDays(32), 10, 40));
        Assert.Single(Proxies(detector, Attack.AddDays(33), 20, 60));
    }

    // Another network with each call from its first day on, more than are remembered.
    [Fact]
    public void ScatteredNetworks_MoreThanAreKept_AreNone()
    {
        static string Next(DateTimeOffset at) => $"34.{(at - Monday).Days}.{at.Hour * 2 + (at.Minute / 30)}.0/24";

        Assert.NotNull(Known(new ScatteredNetworksRule(), change: static seen => seen with { Network = Next(seen.Time) }));
    }

    [Theory]
    [InlineData("new-shape", "ASI02:2026")]
    [InlineData("wide-answers", "ASI02:2026")]
    [InlineData("new-chain", "ASI03:2026")]
    [InlineData("scattered-networks", "ASI03:2026")]
    public void Of_ARule_NamesTheRiskOfAgents(string rule, string risk) => Assert.Equal(risk, AgenticRisk.Of(rule)!.Id);

    // What was learned of shapes, chains and sizes is there after a restart; of the version before the hour's records stand for an answer's.
    [Theory]
    [InlineData(7, 2, 20)]
    [InlineData(6, 2, 20)]
    [InlineData(5, 0, 40)]
    public void Restore_OfAFile_HasWhatItsVersionKnew(byte version, int shapes, int largest)
    {
        var before = Known(new NewShapeRule());
        Calls(before, Attack, 2, static seen => seen with { Shape = "plain 2" });
        var feed = new TrailFeed(new Common.Admin.Fakes.FakeAuditStore());
        using var stream = new MemoryStream();
        WatchState.Write(stream, feed, before, []);
        var file = stream.ToArray();
        file[0] = version;
        var after = new Detector(new Service(), [new NewShapeRule()]);
        WatchState.Read(new MemoryStream(file), feed, after);

        var baseline = after.Clients["acme"].Baseline;
        Assert.Equal((shapes, largest), (baseline.Shapes.Count, baseline.Limits.PeakCallRecords));
        Assert.Equal(shapes / 2, Calls(after, Attack.AddHours(1), 1, static seen => seen with { Shape = "plain 2" }).Count);
    }

    private static string FormAt(DateTimeOffset at) => $"plain form {at.Hour % 3}";

    private static List<Finding> Proxies(Detector detector, DateTimeOffset from, int count, int first, string form = "203.{0}.113.0/24")
    {
        var networks = Enumerable
            .Range(first, count)
            .Select(number => form.Replace("{0}", number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal))
            .ToList();
        return
        [
            .. networks.SelectMany(
                (network, call) =>
                    detector
                        .Take(
                            Event(from.AddMinutes(call)) with
                            {
                                Network = network,
                                Peer = network.Replace("0/24", "9", StringComparison.Ordinal),
                            }
                        )
                        .ToList()
            ),
        ];
    }

    private static Detector Known(
        WatchRule rule,
        Service? service = null,
        Func<WatchEvent, WatchEvent>? change = null,
        params WatchRule[] rules
    )
    {
        var detector = new Detector(service ?? new Service(), [rule, .. rules]);
        for (var day = 0; day < KnownDays; day++)
        {
            Assert.Empty(Day(detector, day, (seen, _) => change is null ? seen : change(seen)));
        }

        return detector;
    }

    // From eight to six, each half hour.
    private static List<Finding> Day(Detector detector, int day, Func<WatchEvent, int, WatchEvent> change) =>
        [
            .. Enumerable
                .Range(0, 20)
                .SelectMany(half => detector.Take(change(Event(Monday.AddDays(day).AddHours(8 + (half / 2.0))), half)).ToList()),
        ];

    private static List<Finding> Calls(Detector detector, DateTimeOffset from, int count, Func<WatchEvent, WatchEvent> change) =>
        [.. Enumerable.Range(0, count).SelectMany(call => detector.Take(change(Event(from.AddMinutes(call)))).ToList())];

    private static WatchEvent Event(DateTimeOffset at) =>
        new()
        {
            Id = Guid.CreateVersion7(at),
            Kind = WatchKind.Access,
            Time = at,
            Client = "acme",
            Operation = "search-type Observation",
            Status = 200,
            Records = 20,
            Network = "10.1.1.0/24",
            Peer = "10.1.1.9",
            Shape = Usual,
            Chain = ActorChain.Alone,
        };

    private sealed class Service : IRegisteredClients
    {
        public DateTimeOffset? ApprovedAt { get; set; }

        public ClientKind Kind { get; init; } = ClientKind.Service;

        public IReadOnlyList<string> Networks { get; init; } = [];

        public RegisteredClient? Find(string client) =>
            new()
            {
                Id = client,
                Kind = Kind,
                ApprovedAt = ApprovedAt,
                Networks = [.. Networks.Select(static text => IPNetwork.Parse(text))],
            };

        public IReadOnlyCollection<string> FindHolders(string roster) => [];
    }
}
