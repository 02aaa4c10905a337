using PhiGateway.Gateway.Exchange;
using Xunit;

namespace PhiGateway.Tests.Gateway.Exchange;

/// <summary>What other nodes say of a quota comes out of rows that any of their logins can write.</summary>
public sealed class TakenElsewhereTests
{
    private readonly TakenElsewhere _elsewhere = new();

    [Fact]
    public void Learn_OfSeveralNodes_IsSummed()
    {
        _elsewhere.Learn("a", (1, 2), 3);
        _elsewhere.Learn("b", (10, 20), 30);
        _elsewhere.Learn("b", (10, 20), 40);

        Assert.Equal((11, 22, 43), (_elsewhere.LeasedPatients, _elsewhere.LeasedRecords, _elsewhere.Records));
    }

    // No request fails of it, and nobody is given more by it.
    [Fact]
    public void Learn_NumbersWithoutMeasure_UseUpAndFailNobody()
    {
        for (var node = 0; node < 20; node++)
        {
            _elsewhere.Learn($"gw-{node}", (long.MaxValue, long.MaxValue), long.MaxValue);
        }

        _elsewhere.Learn("below", (0, 0), long.MinValue);

        Assert.All(
            (long[])[_elsewhere.LeasedPatients, _elsewhere.LeasedRecords, _elsewhere.Records],
            static sum => Assert.InRange(sum, int.MaxValue, long.MaxValue / 4)
        );
    }

    // Nodes come and go, each under a name of its own; who has leased patients of a longer stretch still counts.
    [Fact]
    public void EndDay_OfNodesThatHaveLeasedNothingMore_ForgetsThemAndNoOther()
    {
        for (var node = 0; node < 20; node++)
        {
            _elsewhere.Learn($"gw-{node}", (node == 7 ? 5 : 0, 3), 4);
        }

        Assert.Equal(20, _elsewhere.Nodes);
        _elsewhere.EndDay();

        Assert.Equal((1, 5, 0, 0), (_elsewhere.Nodes, _elsewhere.LeasedPatients, _elsewhere.LeasedRecords, _elsewhere.Records));
    }

    [Theory]
    [InlineData(long.MinValue, 0)]
    [InlineData(-1, 0)]
    [InlineData(7, 7)]
    public void Counted_WhatARowSays_GivesNothingBack(long said, long counted) => Assert.Equal(counted, TakenElsewhere.Counted(said));
}
