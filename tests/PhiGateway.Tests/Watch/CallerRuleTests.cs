using PhiGateway.Policy.Registry;
using PhiGateway.Watch.Detection;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Findings;
using PhiGateway.Watch.Registered;
using PhiGateway.Watch.Rules;
using Xunit;

namespace PhiGateway.Tests.Watch;

/// <summary>Who calls under a service's credential: another subject, another program, a token that was kept; and what of it is honest.</summary>
public sealed class CallerRuleTests
{
    private const int KnownDays = 42;
    private static readonly DateTimeOffset Monday = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Attack = Monday.AddDays(KnownDays);
    private static readonly string Connector = ProgramName.HashOf("connector/4");

    [Fact]
    public void HumanUse_AtAnHourAtWhichTheServiceNeverWorks_IsToldAtOnce()
    {
        var detector = Known(new HumanUseRule());
        var found = Calls(detector, Attack.AddHours(20), 4, static seen => seen with { Subject = "engineer" });

        var one = Assert.Single(found);
        Assert.Equal(("human-use", FindingSeverity.High), (one.Rule, one.Severity));
        Assert.Contains("never works", one.Words, StringComparison.Ordinal);
    }

    // Whoever called once by hand may not call again: the service's own next call shows it too.
    [Fact]
    public void HumanUse_BetweenTheServicesCalls_IsToldByTheServicesNextCall()
    {
        var detector = Known(new HumanUseRule());
        Assert.Empty(Calls(detector, Attack.AddHours(9.5), 2, static seen => seen with { Subject = "engineer" }));

        var one = Assert.Single(Calls(detector, Attack.AddHours(10), 1));
        Assert.Equal("human-use", one.Rule);
        Assert.Equal(2, one.Records.Count);
    }

    [Fact]
    public void HumanUse_ASubjectThatTakesThePlaceOfTheOld_IsNone()
    {
        var detector = Known(new HumanUseRule());

        Assert.Empty(
            Enumerable.Range(0, 20).SelectMany(day => Day(detector, KnownDays + day, static seen => seen with { Subject = "new" }))
        );
    }

    [Fact]
    public void NewProgram_OneThatPeopleUseByHand_IsToldAtOnce()
    {
        var detector = Known(new NewProgramRule());
        var one = Assert.Single(
            Calls(detector, Attack.AddHours(9.5), 1, static seen => seen with { Program = ProgramName.HashOf("curl/8"), IsByHand = true })
        );

        Assert.Equal(("new-program", FindingSeverity.High), (one.Rule, one.Severity));
    }

    [Fact]
    public void NewProgram_AScriptBesideTheService_IsToldWhenTheServiceGoesOnADayLater()
    {
        var detector = Known(new NewProgramRule());
        Assert.Empty(Calls(detector, Attack.AddHours(9.5), 8, static seen => seen with { Program = ProgramName.HashOf("script/1") }));
        Assert.Empty(Calls(detector, Attack.AddHours(12), 3));

        Assert.Equal(FindingSeverity.Medium, Assert.Single(Calls(detector, Attack.AddHours(34), 1)).Severity);
    }

    // A rollout, node by node within hours, and an upgrade of the same program.
    [Theory]
    [InlineData("connector-next/1")]
    [InlineData("connector/5")]
    public void NewProgram_AChangeOfSoftware_IsNone(string program)
    {
        var detector = Known(new NewProgramRule());
        var turn = 0;
        var next = ProgramName.HashOf(program);
        var found = Day(detector, KnownDays, seen => turn++ % 2 == 0 ? seen with { Program = next } : seen).ToList();
        found.AddRange(Enumerable.Range(1, 10).SelectMany(day => Day(detector, KnownDays + day, seen => seen with { Program = next })));

        Assert.Empty(found);
    }

    // After an upgrade: of the weeks before nobody knows which program called, and the second one was always there.
    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public void NewProgram_OfWhichTheWeeksBeforeSayNothing_IsNone(bool isByHand, int every)
    {
        var detector = new Detector(new Service(), [new NewProgramRule()]);
        for (var day = 0; day < KnownDays; day++)
        {
            Assert.Empty(Day(detector, day, static seen => seen with { Program = string.Empty }));
        }

        var job = ProgramName.HashOf("curl/8");
        for (var day = KnownDays; day < KnownDays + 30; day++)
        {
            var isToday = day % every == 0;
            Assert.Empty(
                Day(detector, day, seen => isToday && seen.Time.Hour < 12 ? seen with { Program = job, IsByHand = isByHand } : seen)
            );
        }

        // The twin: what comes once programs are known is told.
        Assert.Single(
            Calls(
                detector,
                Monday.AddDays(KnownDays + 30).AddHours(9.5),
                1,
                static seen => seen with { Program = ProgramName.HashOf("wget/1"), IsByHand = true }
            )
        );
    }

    [Fact]
    public void StaleToken_OneThatWasKept_BesideANewerOne_IsTold()
    {
        var detector = Known(new StaleTokenRule());
        Day(detector, KnownDays).ToList().ForEach(static _ => { });
        var found = Calls(
            detector,
            Attack.AddHours(20),
            4,
            static seen => seen with { TokenHash = "kept", TokenIssuedAt = Attack.AddHours(9) }
        );

        var one = Assert.Single(found);
        Assert.Equal(("stale-token", "NHI7:2025"), (one.Rule, one.Risk!.Id));
        Assert.Contains("11.1 hours before", one.Words, StringComparison.Ordinal);
    }

    // From now on it keeps each of its tokens for eight hours.
    [Fact]
    public void StaleToken_AClientThatKeepsItsTokensLonger_IsNone()
    {
        var detector = Known(new StaleTokenRule());
        var found = Enumerable
            .Range(0, 20)
            .SelectMany(day =>
                Day(
                    detector,
                    KnownDays + day,
                    seen => seen with { TokenHash = $"of {day}", TokenIssuedAt = Monday.AddDays(KnownDays + day).AddHours(8) }
                )
            );

        Assert.Empty(found);
    }

    // Many workers, each with a token of its own that lives for minutes: nobody kept one.
    [Fact]
    public void StaleToken_AmongWorkersWithShortTokens_IsNone()
    {
        static WatchEvent Fresh(WatchEvent seen) =>
            seen with
            {
                TokenHash = $"of {seen.Time.UtcTicks}",
                TokenIssuedAt = seen.Time.AddMinutes(-1),
            };
        var detector = new Detector(new Service(), [new StaleTokenRule()]);
        for (var day = 0; day < KnownDays; day++)
        {
            Assert.Empty(Day(detector, day, Fresh));
        }

        Assert.Empty(Calls(detector, Attack.AddHours(9), 1, Fresh));
        Assert.Empty(
            Calls(
                detector,
                Attack.AddHours(9).AddMinutes(2),
                4,
                static seen => seen with { TokenHash = "a worker's", TokenIssuedAt = Attack.AddHours(9).AddMinutes(-12) }
            )
        );

        // The twin: one of hours was kept.
        var kept = Calls(
            detector,
            Attack.AddHours(12),
            4,
            static seen => seen with { TokenHash = "kept", TokenIssuedAt = Attack.AddHours(8) }
        );
        Assert.Equal("stale-token", Assert.Single(kept).Rule);
    }

    [Theory]
    [InlineData("python-requests/2", "python-requests/3", true)]
    [InlineData("python-requests/2", "curl/8", false)]
    public void Hash_OfAProgram_IsThatOfItsName(string one, string other, bool isSame) =>
        Assert.Equal(isSame, ProgramName.HashOf(one) == ProgramName.HashOf(other));

    private static Detector Known(WatchRule rule)
    {
        var detector = new Detector(new Service(), [rule]);
        for (var day = 0; day < KnownDays; day++)
        {
            Assert.Empty(Day(detector, day));
        }

        return detector;
    }

    // From eight to six, each half hour.
    private static List<Finding> Day(Detector detector, int day, Func<WatchEvent, WatchEvent>? change = null) =>
        [
            .. Enumerable
                .Range(0, 20)
                .SelectMany(half => detector.Take(Changed(Monday.AddDays(day).AddHours(8 + (half / 2.0)), change)).ToList()),
        ];

    private static List<Finding> Calls(Detector detector, DateTimeOffset from, int count, Func<WatchEvent, WatchEvent>? change = null) =>
        [.. Enumerable.Range(0, count).SelectMany(call => detector.Take(Changed(from.AddMinutes(call * 2), change)).ToList())];

    private static WatchEvent Changed(DateTimeOffset at, Func<WatchEvent, WatchEvent>? change)
    {
        var issued = new DateTimeOffset(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero);
        var seen = new WatchEvent
        {
            Id = Guid.CreateVersion7(at),
            Kind = WatchKind.Access,
            Time = at,
            Client = "acme",
            Operation = "read Observation",
            Status = 200,
            Records = 1,
            Subject = "service",
            Program = Connector,
            TokenHash = $"token {issued.UtcTicks}",
            TokenIssuedAt = issued,
        };
        return change is null ? seen : change(seen);
    }

    private sealed class Service : IRegisteredClients
    {
        public RegisteredClient? Find(string client) => new() { Id = client, Kind = ClientKind.Service };

        public IReadOnlyCollection<string> FindHolders(string roster) => [];
    }
}
