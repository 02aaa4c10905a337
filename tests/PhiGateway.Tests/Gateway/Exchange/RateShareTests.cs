using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Registry;
using Xunit;

namespace PhiGateway.Tests.Gateway.Exchange;

/// <summary>Nodes share a rate by leased shares: the bounds that ADR 93 states, over three nodes that speak once a second.</summary>
public sealed class RateShareTests
{
    private const int Rate = 40;
    private static readonly DateTimeOffset Start = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Share_OfANodeThatIsAlone_IsTheWhole()
    {
        var fleet = new Fleet(1);
        Assert.Equal(200, fleet.Run(seconds: 5, static (_, _) => Rate));
        Assert.Equal(RateShare.Whole, fleet.Nodes[0].Share.InForce);
    }

    // The bound: told shares never add up to more than the whole.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Shares_OfThreeNodesInAnyOrder_NeverAddUpToMoreThanTheWhole_OnceTheyHaveSpoken(int seed)
    {
        var fleet = new Fleet(3);
        fleet.Run(seconds: 2, static (_, _) => Rate);
        var random = new Random(seed);
        for (var step = 0; step < 400; step++)
        {
            var node = fleet.Nodes[random.Next(3)];
            if (random.Next(3) == 0)
            {
                fleet.Speak(node);
            }
            else
            {
                fleet.Call(node, random.Next(Rate));
            }

            fleet.Now += TimeSpan.FromMilliseconds(random.Next(400));
            var busy = fleet.Nodes.Where(static one => one.Claims).Sum(static one => one.Share.InForce);

            // A node that waits for its share gives out a twentieth.
            Assert.True(busy <= RateShare.Whole + (2 * RateShare.Whole / 20), $"{busy} after {step} steps");
        }
    }

    [Fact]
    public void Calls_OverThreeNodesByTurns_AreTheRateAndNoMore()
    {
        var fleet = new Fleet(3);

        // The first second is each node's own: nobody had called, and nobody knew of the others.
        fleet.Run(seconds: 3, static (_, _) => Rate);
        var let = fleet.Run(seconds: 30, static (_, _) => Rate);

        Assert.InRange(let, Rate * 30 * 9 / 10, (Rate * 31 * 11 / 10) + 3);
    }

    // Its twin: who asks one node alone has the whole there, and finds it at another a moment later.
    [Fact]
    public void Calls_OfAClientThatMovesToAnotherNode_HaveTheWholeThereWithinThreeSeconds()
    {
        var fleet = new Fleet(3);
        fleet.Run(seconds: 10, static (node, _) => node == 0 ? Rate : 0);
        Assert.InRange(fleet.Run(seconds: 5, static (node, _) => node == 0 ? Rate : 0), Rate * 5 * 9 / 10, Rate * 6);

        fleet.Run(seconds: 4, static (node, _) => node == 1 ? Rate : 0);
        Assert.InRange(fleet.Run(seconds: 10, static (node, _) => node == 1 ? Rate : 0), Rate * 10 * 8 / 10, Rate * 11);
    }

    [Fact]
    public void Calls_ThatNeedLittleOnEachNode_AreAllLetIn()
    {
        var fleet = new Fleet(3);
        fleet.Run(seconds: 3, static (_, _) => 10);

        Assert.Equal(3 * 10 * 20, fleet.Run(seconds: 20, static (_, _) => 10));
    }

    [Fact]
    public void Share_OfANodeThatDied_IsFreeAfterTenSeconds()
    {
        var fleet = new Fleet(2);
        fleet.Run(seconds: 5, static (_, _) => Rate);
        fleet.Nodes[0].IsDead = true;
        fleet.Run(seconds: 12, static (node, _) => node == 1 ? Rate : 0);

        Assert.InRange(fleet.Run(seconds: 5, static (node, _) => node == 1 ? Rate : 0), Rate * 5 * 9 / 10, Rate * 6);
    }

    [Fact]
    public void Share_WithoutTheDatabase_IsTheWholeOnEachNode()
    {
        var fleet = new Fleet(2);
        fleet.Run(seconds: 5, static (_, _) => Rate);
        fleet.Nodes.ForEach(static node => node.Share.Unsay());

        Assert.All(fleet.Nodes, static node => Assert.Equal(RateShare.Whole, node.Share.InForce));
    }

    [Fact]
    public void Places_SharedByNodes_AreOneAtLeastOnEach()
    {
        var gate = new ClientGate(static stretch => new ClientQuota(static patient => patient, stretch));
        gate.Follow(null, 2);
        gate.Share!.Learn(new QuotaUse("x", "b", 0, ["c:1000", "n:1000"], 1, 1), Start);
        gate.Share.Settle(Start);

        Assert.True(gate.TryTakePlace(2));
        Assert.False(gate.TryTakePlace(2));

        // In an emergency the node gives out all of them.
        Assert.True(gate.TryTakePlace(2, isWhole: true));
    }

    // What the registry does not set is each node's own, whatever share it has of what is set.
    [Fact]
    public void Default_BesideALimitThatIsShared_StaysTheNodesOwn()
    {
        var ofPlaces = Waiting(null, 20);
        Assert.Equal(Rate, Burst(ofPlaces, TimeSpan.FromHours(1)));
        Assert.True(ofPlaces.TryTakePlace(20));
        Assert.False(ofPlaces.TryTakePlace(20));

        var ofRate = Waiting(Rate, null);
        Assert.Equal(64, Enumerable.Range(0, 70).Count(_ => ofRate.TryTakePlace(64)));
        Assert.InRange(Burst(ofRate, TimeSpan.FromHours(1)), 1, Rate / 10);
    }

    // What a batch of many costs is owed in requests, by whatever share it is paid.
    [Fact]
    public void Charge_OfABatch_IsNotForgivenWhenTheShareGrows()
    {
        var gate = Waiting(Rate, null);
        var now = TimeSpan.FromHours(1);
        Assert.Equal(TimeSpan.Zero, gate.ConformHere(Rate, now, 1, isWhole: false));
        gate.ChargeHere(Rate, (4 * Rate) - 1, isWhole: false);
        gate.Share!.Learn(new QuotaUse("x", "b", 0, ["c:500", "n:500"], 1, 2), Start);
        gate.Share.Settle(Start);

        // Four seconds' worth of the whole are eight of a half.
        Assert.Equal(0, Burst(gate, now));
        Assert.Equal(0, Burst(gate, now + TimeSpan.FromSeconds(6.9)));
        Assert.InRange(Burst(gate, now + TimeSpan.FromSeconds(8)), 1, Rate / 2);
    }

    private static ClientGate Waiting(int? rate, int? places)
    {
        var gate = new ClientGate(static stretch => new ClientQuota(static patient => patient, stretch));
        gate.Follow(rate, places);
        gate.Share!.Learn(new QuotaUse("x", "b", 0, ["c:1000", "n:1000"], 1, 1), Start);
        gate.Share.Settle(Start);
        return gate;
    }

    // The time to the next request is as long as the share is small, and what may come at once does not grow with a larger share.
    [Fact]
    public void Conform_WhenAShareGrows_HasNoSecondBurst()
    {
        var gate = new ClientGate(static stretch => new ClientQuota(static patient => patient, stretch));
        gate.Follow(Rate, null);
        gate.Share!.Learn(new QuotaUse("x", "b", 0, ["c:500", "n:500"], 1, 1), Start);
        gate.Share.Settle(Start);
        var now = TimeSpan.FromHours(1);
        Assert.Equal(Rate / 2, Burst(gate, now));

        gate.Share.Learn(new QuotaUse("x", "b", 0, [], 1, 2), Start);
        gate.Share.Settle(Start);
        Assert.InRange(Burst(gate, now), 0, 1);
        Assert.Equal(Rate, Burst(gate, now + TimeSpan.FromSeconds(3)));
    }

    private static int Burst(ClientGate gate, TimeSpan now)
    {
        var let = 0;
        while (gate.ConformHere(Rate, now, 1, isWhole: false) == TimeSpan.Zero)
        {
            let++;
        }

        return let;
    }

    /// <summary>Nodes over one board, with the words that they would write to the database.</summary>
    private sealed class Fleet
    {
        private readonly Dictionary<string, QuotaUse> _board = [];

        internal Fleet(int nodes) => Nodes = [.. Enumerable.Range(0, nodes).Select(static number => new Node($"n{number}"))];

        internal List<Node> Nodes { get; }

        internal DateTimeOffset Now { get; set; } = Start;

        /// <summary>So many seconds, of which each has ten steps and one word of each node; how many calls were let in.</summary>
        internal int Run(int seconds, Func<int, int, int> calls)
        {
            var let = 0;
            for (var second = 0; second < seconds; second++)
            {
                for (var step = 0; step < 10; step++)
                {
                    for (var node = 0; node < Nodes.Count; node++)
                    {
                        let += Call(Nodes[node], calls(node, second) / 10);
                    }

                    Now += TimeSpan.FromMilliseconds(100);
                }

                Nodes.ForEach(Speak);
            }

            return let;
        }

        internal int Call(Node node, int count)
        {
            var let = 0;
            for (; count > 0; count--)
            {
                let += node.Gate.ConformHere(Rate, Now - Start + TimeSpan.FromHours(1), 1, isWhole: false) == TimeSpan.Zero ? 1 : 0;
            }

            return let;
        }

        internal void Speak(Node node)
        {
            if (node.IsDead)
            {
                return;
            }

            if (node.Share.Say("x", node.Name, Nodes.Count, node.Gate.InFlight, Now) is { } use)
            {
                _board[node.Name] = use;
            }

            foreach (var (name, other) in _board)
            {
                if (name != node.Name)
                {
                    node.Share.Learn(other, Now);
                }
            }

            node.Share.Settle(Now);
            node.Claims =
                _board.TryGetValue(node.Name, out var told)
                && told.Patients.Any(static word => word.StartsWith("c:", StringComparison.Ordinal));
        }
    }

    private sealed class Node
    {
        internal Node(string name)
        {
            Name = name;
            Gate.Follow(Rate, null);
        }

        internal string Name { get; }

        internal ClientGate Gate { get; } = new(static stretch => new ClientQuota(static patient => patient, stretch));

        internal RateShare Share => Gate.Share!;

        internal bool IsDead { get; set; }

        internal bool Claims { get; set; }
    }
}
