using PhiGateway.Policy.Registry;
using PhiGateway.Watch.Detection;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Findings;
using PhiGateway.Watch.Registered;
using PhiGateway.Watch.Rules;
using Xunit;

namespace PhiGateway.Tests.Watch;

/// <summary>
/// Whoever has a client's credential may try something harmless first, or wait for a day: what is new is told all the same, and what of it
/// is honest is not told of twice.
/// </summary>
public sealed class NewThingsTests
{
    private const int KnownDays = 60;
    private const string Home = "10.1.1.0/24";
    private static readonly DateTimeOffset Monday = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Attack = Monday.AddDays(KnownDays).AddHours(9);

    [Fact]
    public void NewNetwork_UsedOnOneDay_IsToldByItsThirdCall()
    {
        var detector = Known(new NewNetworkRule());

        Assert.Empty(From(detector, "203.0.113.0/24", Attack, 2));
        Assert.Equal("new-network", Assert.Single(From(detector, "203.0.113.0/24", Attack.AddMinutes(10), 1)).Rule);
    }

    // Two calls, and the rest when the day is over.
    [Fact]
    public void NewNetwork_TriedAndUsedDaysLater_IsTold()
    {
        var detector = Known(new NewNetworkRule());
        Assert.Empty(From(detector, "203.0.113.0/24", Attack, 2));

        Assert.Single(From(detector, "203.0.113.0/24", Attack.AddDays(2), 1));
    }

    // One call from a second strange network would have hidden the first, and thirteen any.
    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public void NewNetwork_BesideOthersThatWereTried_IsTold(int tried)
    {
        var detector = Known(new NewNetworkRule());
        for (var number = 0; number < tried; number++)
        {
            Assert.Empty(From(detector, $"198.51.{number}.0/24", Attack.AddMinutes(number), 2));
        }

        Assert.Single(From(detector, "203.0.113.0/24", Attack.AddHours(1), 4));
    }

    // The twins: a client that moved lately, and one that has many networks of its own.
    [Fact]
    public void NewNetwork_OfAClientThatMovesAbout_IsNone()
    {
        var moved = Known(new NewNetworkRule());
        Assert.Single(From(moved, "198.51.100.0/24", Attack, 5));
        Assert.Empty(From(moved, "203.0.113.0/24", Attack.AddDays(20), 5));

        var detector = new Detector(new Service(), [new NewNetworkRule()]);
        for (var day = 0; day < KnownDays; day++)
        {
            Assert.Empty(Day(detector, day, static (seen, call) => seen with { Network = $"10.1.{call}.0/24" }));
        }

        Assert.Empty(From(detector, "203.0.113.0/24", Attack, 5));
    }

    [Fact]
    public void NewOperation_AnExportAfterAReadThatIsNewToo_IsTold()
    {
        var detector = Known(new NewOperationRule());
        Assert.Empty(Doing(detector, "read Practitioner", Attack, 1));

        var one = Assert.Single(Doing(detector, "export Patient", Attack.AddHours(1), 1));
        Assert.Equal((FindingSeverity.High, "new-operation"), (one.Severity, one.Rule));
    }

    [Fact]
    public void NewOperation_TriedAndUsedDaysLater_IsTold()
    {
        var detector = Known(new NewOperationRule());
        Assert.Empty(Doing(detector, "search-type Condition", Attack, 2));

        Assert.Equal(FindingSeverity.Medium, Assert.Single(Doing(detector, "search-type Condition", Attack.AddDays(3), 1)).Severity);
    }

    [Fact]
    public void NewOperation_BesideOneThatWasTried_IsTold()
    {
        var detector = Known(new NewOperationRule());
        Assert.Empty(Doing(detector, "read Practitioner", Attack, 2));

        Assert.Single(Doing(detector, "search-type Condition", Attack.AddHours(1), 3));
    }

    // The twin: what a release brings is told of once, and not of each of its parts.
    [Fact]
    public void NewOperation_FurtherOnesOfARelease_AreNone()
    {
        var detector = Known(new NewOperationRule());
        Assert.Single(Doing(detector, "read Practitioner", Attack, 5));

        Assert.Empty(Doing(detector, "search-type Condition", Attack.AddDays(1), 5));
        Assert.Empty(Doing(detector, "search-type Procedure", Attack.AddDays(16), 5));
    }

    private static Detector Known(WatchRule rule)
    {
        var detector = new Detector(new Service(), [rule]);
        for (var day = 0; day < KnownDays; day++)
        {
            Assert.Empty(Day(detector, day, static (seen, _) => seen));
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

    private static List<Finding> From(Detector detector, string network, DateTimeOffset from, int count) =>
        Calls(detector, from, count, seen => seen with { Network = network });

    private static List<Finding> Doing(Detector detector, string operation, DateTimeOffset from, int count) =>
        Calls(detector, from, count, seen => seen with { Operation = operation });

    private static List<Finding> Calls(Detector detector, DateTimeOffset from, int count, Func<WatchEvent, WatchEvent> change) =>
        [.. Enumerable.Range(0, count).SelectMany(call => detector.Take(change(Event(from.AddMinutes(call)))).ToList())];

    private static WatchEvent Event(DateTimeOffset at) =>
        new()
        {
            Id = Guid.CreateVersion7(at),
            Kind = WatchKind.Access,
            Time = at,
            Client = "acme",
            Operation = "read Observation",
            Status = 200,
            Records = 1,
            Network = Home,
        };

    private sealed class Service : IRegisteredClients
    {
        public RegisteredClient? Find(string client) => new() { Id = client, Kind = ClientKind.Service };

        public IReadOnlyCollection<string> FindHolders(string roster) => [];
    }
}
