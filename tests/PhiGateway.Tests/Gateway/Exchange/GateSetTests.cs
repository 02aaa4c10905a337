using System.Globalization;
using PhiGateway.Gateway.Exchange;
using Xunit;

namespace PhiGateway.Tests.Gateway.Exchange;

/// <summary>Who is gone keeps no gate; who is there has one, and one alone.</summary>
public sealed class GateSetTests
{
    private readonly GateSet<CountingGate> _gates = new(static name => new CountingGate { Name = name });

    [Fact]
    public void Sweep_WhomNobodyAskedForInTwoRounds_AreForgotten()
    {
        for (var name = 0; name < 1000; name++)
        {
            _ = _gates.Of(name.ToString(CultureInfo.InvariantCulture));
        }

        for (var round = 0; round < 3; round++)
        {
            Assert.Equal("7", _gates.Of("7").Name);
            _gates.Sweep(static _ => true);
        }

        Assert.Equal("7", Assert.Single(_gates.All).Key);
        Assert.Null(_gates.Find("8"));
        Assert.NotNull(_gates.Find("7"));
    }

    // What somebody asks for in every round is the same from the first to the last.
    [Fact]
    public void Of_SomebodyWhoComesAgainAndAgain_IsTheSameGate()
    {
        var first = _gates.Of("client");
        for (var round = 0; round < 50; round++)
        {
            _gates.Sweep(static _ => true);
            Assert.Same(first, _gates.Of("client"));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Sweep_WhereAnythingCountsStill_KeepsTheGate(bool isInFlight)
    {
        var gate = _gates.Of("client");
        Assert.True(!isInFlight || gate.TryEnter(1));
        for (var round = 0; round < 10; round++)
        {
            _gates.Sweep(_ => isInFlight);
        }

        Assert.Same(gate, _gates.Find("client"));

        // The twin: once nothing does, it goes.
        if (isInFlight)
        {
            gate.Leave();
        }

        _gates.Sweep(static _ => true);
        Assert.Null(_gates.Find("client"));
    }

    [Fact]
    public void Of_AfterItWasGivenUp_IsAnotherThatCounts()
    {
        var before = _gates.Of("client");
        for (var round = 0; round < 3; round++)
        {
            _gates.Sweep(static _ => true);
        }

        var after = _gates.Of("client");
        Assert.NotSame(before, after);
        Assert.False(before.TryUse(100));
        Assert.False(before.TryRetire(100));
        Assert.Same(after, _gates.Of("client"));
    }

    private sealed class CountingGate : RequestGate
    {
        public required string Name { get; init; }
    }
}
