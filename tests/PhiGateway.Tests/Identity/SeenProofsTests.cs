using PhiGateway.Identity.Proofs;
using PhiGateway.Tests.Common.Identity;
using Xunit;

namespace PhiGateway.Tests.Identity;

public sealed class SeenProofsTests
{
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(2);
    private readonly AdjustableClock _clock = new();

    [Fact]
    public void Take_WithinTheMemory_KnowsItAgainWhenever()
    {
        for (var start = 0; start < 5; start++)
        {
            var seen = new SeenProofs(_clock, Memory);
            Assert.Equal(ProofUse.First, seen.Take(7));
            for (var step = 0; step < 8; step++)
            {
                _clock.Advance(Memory / 8);
                Assert.Equal(ProofUse.Seen, seen.Take(7));
            }

            _clock.Advance(TimeSpan.FromSeconds(13));
        }
    }

    [Fact]
    public void Take_LongAfter_HasForgotten()
    {
        var seen = new SeenProofs(_clock, Memory);
        Assert.Equal(ProofUse.First, seen.Take(7));

        _clock.Advance(Memory * 2);

        Assert.Equal(ProofUse.First, seen.Take(7));
    }

    [Fact]
    public void Take_MoreThanFit_TakesNoneOfThem()
    {
        var seen = new SeenProofs(_clock, Memory, capacity: 32);
        Assert.Equal(ProofUse.First, seen.Take(16));
        Assert.Equal(ProofUse.First, seen.Take(32));

        Assert.Equal(ProofUse.NoRoom, seen.Take(48));
        Assert.Equal(ProofUse.Seen, seen.Take(16));
        _clock.Advance(Memory);
        Assert.Equal(ProofUse.First, seen.Take(48));
        Assert.Equal(ProofUse.Seen, seen.Take(16));
    }

    [Fact]
    public void Take_ClockSetBack_ForgetsNothing()
    {
        var seen = new SeenProofs(_clock, Memory);
        Assert.Equal(ProofUse.First, seen.Take(7));

        _clock.Advance(-Memory * 3);

        Assert.Equal(ProofUse.Seen, seen.Take(7));
    }
}
