using PhiGateway.Policy.Registry;
using PhiGateway.Watch.Detection;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Findings;
using PhiGateway.Watch.Registered;
using PhiGateway.Watch.Rules;
using Xunit;

namespace PhiGateway.Tests.Watch;

/// <summary>
/// A client whose cloud has another way out with each call, and one that comes once a quarter: most networks of the first are strange, and
/// of the second nobody knows the hours. Neither is an alarm by itself, and a thief is one still.
/// </summary>
public sealed class ManyNetworksTests
{
    private const int KnownDays = 60;
    private const string Again = "203.0.113.0/24";
    private static readonly DateTimeOffset Monday = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Attack = Monday.AddDays(KnownDays).AddHours(9);

    // One that comes back by chance is neither new nor its own; whoever stays at one is told of.
    [Fact]
    public void NewNetwork_ThatComesBackByChance_IsNone_AndOneThatSomebodyStaysAtIsTold()
    {
        var detector = Rotating(new NewNetworkRule());
        Assert.Empty(From(detector, Again, Attack, 11));

        var one = Assert.Single(From(detector, Again, Attack.AddHours(1), 1));
        Assert.Equal("new-network", one.Rule);
    }

    [Fact]
    public void TwoPlaces_NetworksThatCameBackByChance_AreNone()
    {
        var detector = Rotating(new TwoPlacesRule());
        for (var day = 0; day < 5; day++)
        {
            Assert.Empty(From(detector, Again, Attack.AddDays(day), 2));
        }

        Assert.Empty(From(detector, "198.51.100.0/24", Attack.AddDays(4).AddMinutes(5), 1));
    }

    // The twin: a network that is there day after day among however many others is its own, and a copied token is told of.
    [Fact]
    public void TwoPlaces_FromTheOneThatIsThereDayAfterDay_IsTold()
    {
        var detector = Rotating(new TwoPlacesRule());
        for (var day = 0; day < 14; day++)
        {
            Assert.Empty(From(detector, Again, Attack.AddDays(day), 2));
        }

        var one = Assert.Single(From(detector, "198.51.100.0/24", Attack.AddDays(13).AddMinutes(5), 1));
        Assert.Equal("two-places", one.Rule);
    }

    [Theory]
    [InlineData(100, 0)]
    [InlineData(3, 1)]
    public void OffHours_OfWhoseHoursNobodyKnowsAnyMore_IsNone(int silence, int told)
    {
        var detector = new Detector(new Cloud(), [new OffHoursRule()]);
        for (var day = 0; day < KnownDays; day++)
        {
            Assert.Empty(Day(detector, day, static at => Event(at)));
        }

        var night = Monday.AddDays(KnownDays + silence).AddHours(2);
        var found = Enumerable
            .Range(1, 12)
            .SelectMany(call => detector.Take(Event(night.AddMinutes(call)) with { Patients = [(ulong)call] }).ToList())
            .ToList();

        Assert.Equal(told, found.Count);
    }

    // Another network with each call, more than are remembered, each used once.
    private static Detector Rotating(WatchRule rule)
    {
        var detector = new Detector(new Cloud(), [rule]);
        for (var day = 0; day < KnownDays; day++)
        {
            Assert.Empty(
                Day(
                    detector,
                    day,
                    static at => Event(at) with { Network = $"34.{(at - Monday).Days}.{(at.Hour * 2) + (at.Minute / 30)}.0/24" }
                )
            );
        }

        Assert.True(detector.Clients["acme"].Baseline.Networks.IsFull);
        return detector;
    }

    // From eight to six, each half hour.
    private static List<Finding> Day(Detector detector, int day, Func<DateTimeOffset, WatchEvent> make) =>
        [.. Enumerable.Range(0, 20).SelectMany(half => detector.Take(make(Monday.AddDays(day).AddHours(8 + (half / 2.0)))).ToList())];

    private static List<Finding> From(Detector detector, string network, DateTimeOffset from, int count) =>
        [.. Enumerable.Range(0, count).SelectMany(call => detector.Take(Event(from.AddMinutes(call)) with { Network = network }).ToList())];

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
            Network = "10.1.1.0/24",
            TokenHash = $"token of {at:yyyy-MM-dd}",
        };

    private sealed class Cloud : IRegisteredClients
    {
        public RegisteredClient? Find(string client) => new() { Id = client, Kind = ClientKind.Service };

        public IReadOnlyCollection<string> FindHolders(string roster) => [];
    }
}
