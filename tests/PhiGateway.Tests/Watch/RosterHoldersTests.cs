using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Tests.Policy.Snapshot;
using PhiGateway.Watch.Detection;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Registered;
using Xunit;

namespace PhiGateway.Tests.Watch;

/// <summary>A feed that writes a million memberships asks for the clients behind each roster, and for no other.</summary>
public sealed class RosterHoldersTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Take_AMembership_TellsThoseWhoHoldTheRoster_AndAsksForNobodyElse()
    {
        var registered = new Counted();
        var detector = new Detector(registered, []);
        for (var client = 0; client < 50; client++)
        {
            detector.Take(Access($"client-{client}"));
        }

        var before = registered.Asked;
        for (var member = 0; member < 100; member++)
        {
            detector.Take(Added("ward-7"));
        }

        Assert.Equal(before, registered.Asked);
        Assert.Equal((100, 0), (detector.Clients["client-7"].Baseline.Expected, detector.Clients["client-8"].Baseline.Expected));

        // Of whoever never called nothing is kept.
        Assert.False(detector.Clients.ContainsKey("client-99"));
    }

    [Fact]
    public void FindHolders_OfASnapshot_AreThoseWhoseGrantsNameTheRoster_AlsoWhenTheyChange()
    {
        var builder = new RegistrySnapshotBuilder();
        var entities = TestRegistry.Open();
        var source = new Source(builder.Rebuild(TestRegistry.Changes(entities.Select(static one => TestRegistry.Item(one)))));
        var clients = new SnapshotClients(source);
        Assert.Equal(["connector"], clients.FindHolders("orders"));
        Assert.Empty(clients.FindHolders("ward-7"));

        // A membership changes no client: nothing is put together anew.
        var known = source.Current;
        source.Current = builder.Apply(TestRegistry.Changes([], 2, [TestRegistry.Member("18")]));
        Assert.True(source.Current.HasSameClients(known));
        Assert.NotSame(known, source.Current);
        Assert.Equal(["connector"], clients.FindHolders("orders"));

        var moved = TestRegistry.UseCase(grants: TestRegistry.Grant("ward-7"));
        source.Current = builder.Apply(TestRegistry.Changes([TestRegistry.Item(moved, 3)], 3));
        Assert.False(source.Current.HasSameClients(known));
        Assert.Empty(clients.FindHolders("orders"));
        Assert.Equal(["connector"], clients.FindHolders("ward-7"));
    }

    private static WatchEvent Access(string client) =>
        new()
        {
            Id = Guid.CreateVersion7(Noon),
            Kind = WatchKind.Access,
            Time = Noon,
            Client = client,
            Status = 200,
        };

    private static WatchEvent Added(string roster) =>
        new()
        {
            Id = Guid.CreateVersion7(Noon),
            Kind = WatchKind.RosterChange,
            Time = Noon,
            Actor = "feed",
            Roster = roster,
            Added = 1,
        };

    private sealed class Counted : IRegisteredClients
    {
        public int Asked { get; private set; }

        public RegisteredClient? Find(string client)
        {
            Asked++;
            return new RegisteredClient { Id = client };
        }

        public IReadOnlyCollection<string> FindHolders(string roster) => roster == "ward-7" ? ["client-7", "client-99"] : [];
    }

    private sealed class Source(RegistrySnapshot first) : ISnapshotSource
    {
        public RegistrySnapshot Current { get; set; } = first;
    }
}
