using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Mcp;
using Xunit;

namespace PhiGateway.Tests.Gateway.Mcp;

/// <summary>An answer that is held takes room as it grows, and gives all of it back.</summary>
public sealed class HeldAnswerTests
{
    private const int Most = 1024 * 1024;

    [Fact]
    public void Write_ASmallAnswer_TakesNothing()
    {
        using var memory = new HeldMemory(8 * Most);
        using var cut = new CancellationTokenSource();
        using var answer = new HeldAnswer(Most, memory, cut);

        answer.Write(new byte[10_000]);

        Assert.Equal(0, memory.Held);
        Assert.Equal(10_000, answer.Written.Length);
    }

    [Fact]
    public void Write_ALargeAnswer_TakesRoomAsItGrowsAndGivesItBack()
    {
        using var memory = new HeldMemory(16 * Most);
        using var cut = new CancellationTokenSource();
        var answer = new HeldAnswer(Most, memory, cut);
        var held = new List<long>();
        for (var piece = 0; piece < 16; piece++)
        {
            answer.Write(new byte[Most / 16]);
            held.Add(memory.Held);
        }

        Assert.Equal(Most, answer.Written.Length);
        Assert.Equal(held.Order(), held);
        Assert.True(held[0] < held[^1]);
        Assert.True(held[^1] >= Most);
        answer.Dispose();
        Assert.Equal(0, memory.Held);
    }

    [Fact]
    public void Write_WhereThereIsNoRoom_CutsTheRequestAndSaysSo()
    {
        using var memory = new HeldMemory(Most);
        using var cut = new CancellationTokenSource();
        using var answer = new HeldAnswer(Most, memory, cut);

        Assert.Throws<OperationCanceledException>(() => answer.Write(new byte[Most / 2]));

        Assert.True(answer.HasNoRoom);
        Assert.True(cut.IsCancellationRequested);
        Assert.Equal(0, memory.Held);
    }

    [Fact]
    public void Write_BeyondTheBound_CutsTheRequest()
    {
        using var memory = new HeldMemory(16 * Most);
        using var cut = new CancellationTokenSource();
        using var answer = new HeldAnswer(Most, memory, cut);

        Assert.Throws<OperationCanceledException>(() => answer.Write(new byte[Most + 1]));

        Assert.False(answer.HasNoRoom);
        Assert.True(cut.IsCancellationRequested);
    }
}
