using PhiGateway.Tests.Common.Admin.Fakes;
using PhiGateway.Watch.Detection;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Findings;
using PhiGateway.Watch.Registered;
using PhiGateway.Watch.Rules;
using Xunit;

namespace PhiGateway.Tests.Watch;

/// <summary>For which reasons a client is refused, as against its own history.</summary>
public sealed class ErrorMixTests
{
    private const int KnownDays = 60;
    private static readonly DateTimeOffset Monday = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Attack = Monday.AddDays(KnownDays).AddHours(9);
    private static readonly string[] Made = ["malformed-query", "unknown-parameter", "not-acceptable", "malformed-body"];

    [Fact]
    public void Look_RefusedForManyReasonsAtOnce_IsToldWithItsNumbers()
    {
        var one = Assert.Single(Refusals(Known(), Attack, 40, Made));

        Assert.Equal(("error-mix", "NHI5:2025 Overprivileged NHI"), (one.Rule, one.Risk!.ToString()));
        Assert.Equal("ASI03:2026", AgenticRisk.Of(one.Rule)!.Id);
        Assert.Equal("T1595 Active Scanning", one.Technique);
        Assert.Contains("20 of 20 calls on this day were refused for 4 reasons", one.Words, StringComparison.Ordinal);
        Assert.Contains("malformed-query 5 times where 0 are usual", one.Words, StringComparison.Ordinal);
        Assert.Equal(12, one.Records.Count);
    }

    // The twins: a fault fails in one way, or in two; what is no fault of the client's, and what a whole house has on one day.
    [Theory]
    [InlineData(300, 400, "unknown-parameter")]
    [InlineData(300, 400, "unknown-parameter malformed-body")]
    [InlineData(300, 503, "upstream-busy upstream-credential issuer-unavailable memory-exhausted")]
    [InlineData(300, 429, "rate-limited concurrency-limited quota-exceeded too-many-proofs")]
    [InlineData(12, 400, "malformed-query unknown-parameter not-acceptable malformed-body")]
    public void Look_OfWhatIsHonest_IsNone(int calls, int status, string reasons) =>
        Assert.Empty(Refusals(Known(), Attack, calls, reasons.Split(' '), status));

    // Who is always refused so much for these has no news in it; three times as much is.
    [Fact]
    public void Look_AsAgainstItsOwnHistory_IsToldWhenItIsFarMore()
    {
        var detector = Known(perDay: 24, reasons: Made);
        Assert.Empty(Refusals(detector, Attack, 72, Made));

        Assert.Single(Refusals(detector, Attack.AddDays(1), 110, Made));
    }

    // A night's batch has more of all: of so many calls the share is what it was.
    [Fact]
    public void Look_OfADayWithManyCalls_IsHeldAgainstTheirShare()
    {
        var detector = Known(perDay: 24, reasons: Made);
        Accesses(detector, Attack, 300);

        Assert.Empty(Refusals(detector, Attack.AddHours(4), 200, Made));
    }

    // A day on which it was told teaches nothing, and neither does a day that stands alone: not what comes after a try in little.
    [Fact]
    public void Look_AfterABurstBefore_IsToldAgain()
    {
        var detector = Known();
        Assert.Single(Refusals(detector, Attack, 60, Made));
        Assert.Empty(Refusals(detector, Attack.AddDays(3), 12, Made));

        Assert.Single(Refusals(detector, Attack.AddDays(16), 60, Made));
    }

    [Fact]
    public void Look_OfWhatWasApproved_OrBeforeItIsLearned_IsNone()
    {
        Assert.Empty(Refusals(Known(new Approved { At = Attack.AddDays(-1) }), Attack, 60, Made));
        Assert.Empty(Refusals(Known(days: 20), Monday.AddDays(20).AddHours(9), 60, Made));
    }

    // Of a version before nothing is known of refusals: they are learned first.
    [Theory]
    [InlineData(7, 1)]
    [InlineData(6, 0)]
    public void Restore_OfAFile_KnowsWhatItsVersionKept(byte version, int findings)
    {
        var before = Known(perDay: 8, reasons: ["not-found-or-withheld"]);
        using var stream = new MemoryStream();
        WatchState.Write(stream, new TrailFeed(new FakeAuditStore()), before, []);
        var file = stream.ToArray();
        file[0] = version;
        var after = new Detector(new Nobody(), [new ErrorMixRule()]);
        WatchState.Read(new MemoryStream(file), new TrailFeed(new FakeAuditStore()), after);

        Assert.Equal(findings * 8, after.Clients["acme"].Baseline.Errors.Find("not-found-or-withheld")?.UsualCalls ?? 0);
        Assert.Equal(findings, Refusals(after, Attack, 60, Made).Count);
    }

    private static Detector Known(IRegisteredClients? registered = null, int perDay = 0, int days = KnownDays, params string[] reasons)
    {
        var detector = new Detector(registered ?? new Nobody(), [new ErrorMixRule()]);
        for (var day = 0; day < days; day++)
        {
            Accesses(detector, Monday.AddDays(day).AddHours(8), 40);
            Assert.Empty(Refusals(detector, Monday.AddDays(day).AddHours(12), perDay, reasons));
        }

        return detector;
    }

    private static void Accesses(Detector detector, DateTimeOffset from, int calls)
    {
        for (var call = 0; call < calls; call++)
        {
            Assert.Empty(detector.Take(Event(from.AddSeconds(call))));
        }
    }

    private static List<Finding> Refusals(Detector detector, DateTimeOffset from, int calls, string[] reasons, int status = 400) =>
        [
            .. Enumerable
                .Range(0, calls)
                .SelectMany(call =>
                    detector
                        .Take(
                            Event(from.AddSeconds(call)) with
                            {
                                Kind = WatchKind.Refusal,
                                Reason = reasons[call % reasons.Length],
                                Status = status,
                            }
                        )
                        .ToList()
                ),
        ];

    private static WatchEvent Event(DateTimeOffset at) =>
        new()
        {
            Id = Guid.CreateVersion7(at),
            Kind = WatchKind.Access,
            Time = at,
            Client = "acme",
            Operation = "search-type Observation",
            Status = 200,
            Records = 1,
        };

    private sealed class Approved : IRegisteredClients
    {
        public DateTimeOffset At { get; init; }

        public RegisteredClient? Find(string client) => new() { Id = client, ApprovedAt = At };

        public IReadOnlyCollection<string> FindHolders(string roster) => [];
    }
}
