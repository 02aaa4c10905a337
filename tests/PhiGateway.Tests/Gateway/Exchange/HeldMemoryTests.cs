using System.Buffers;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;
using Xunit;

namespace PhiGateway.Tests.Gateway.Exchange;

/// <summary>What all requests hold together stays within one budget, and comes back.</summary>
public sealed class HeldMemoryTests : IDisposable
{
    private const int MiB = 1024 * 1024;

    private readonly HeldMemory _memory = new(8 * MiB);

    public void Dispose() => _memory.Dispose();

    [Fact]
    public void Grow_SmallBuffer_AsksForNothing()
    {
        using var full = _memory.Take(8 * MiB, HeldFor.Write);
        using var buffer = Open();

        buffer.Write(new byte[HeldMemory.Free]);

        Assert.Equal((8L * MiB, 0L), (_memory.Held, _memory.Refused));
    }

    [Fact]
    public void Grow_BuffersOfManyRequests_StayWithinTheBudgetAndComeBack()
    {
        var first = Open();
        first.Write(new byte[4 * MiB]);
        var second = Open();

        var full = Assert.Throws<MemoryExhaustedException>(() => second.Write(new byte[4 * MiB]));
        Assert.Equal(DenyReason.MemoryExhausted, full.Reason);
        Assert.InRange(_memory.Held, 4 * MiB, 6 * MiB);

        first.Dispose();
        second.Dispose();
        using (var third = Open())
        {
            third.Write(new byte[4 * MiB]);
        }

        Assert.Equal(0, _memory.Held);
    }

    [Fact]
    public async Task TryRead_LengthThatIsKnown_IsTakenBeforeAByteIsRead()
    {
        using var held = _memory.Take(4 * MiB, HeldFor.Read);
        using var buffer = Open();
        using var never = new MemoryStream(new byte[3 * MiB]);

        Assert.Throws<MemoryExhaustedException>(() => buffer.Expect(never.Length));
        Assert.Equal(0, never.Position);

        using var small = new MemoryStream(new byte[MiB]);
        buffer.Expect(small.Length);
        Assert.True(await buffer.TryReadAsync(small, CancellationToken.None));
    }

    [Fact]
    public void Suppose_NothingWritten_TakesNothing()
    {
        using var buffer = Open();
        buffer.Suppose(4 * MiB);

        Assert.Equal(0, _memory.Held);
    }

    [Theory]
    [InlineData(100_000, 90_000)]
    [InlineData(100_000, 200_000)]
    [InlineData(10, 90_000)]
    [InlineData(int.MaxValue, 90_000)]
    public void Suppose_WhateverWasSupposed_HoldsWhatIsWritten(int supposed, int written)
    {
        var bytes = new byte[written];
        Random.Shared.NextBytes(bytes);
        using var buffer = Open();
        buffer.Suppose(supposed);
        for (var at = 0; at < written; at += 1000)
        {
            buffer.Write(bytes.AsSpan(at, Math.Min(1000, written - at)));
        }

        Assert.True(buffer.Written.Span.SequenceEqual(bytes));
    }

    [Fact]
    public void Suppose_MoreThanThereIsRoomFor_RefusesNobodyWhoWritesLittle()
    {
        using var others = _memory.Take(6 * MiB, HeldFor.Read);
        using var buffer = Open();
        buffer.Suppose(MiB);
        buffer.Write(new byte[1000]);

        Assert.Equal((1000, 6L * MiB, 0L), (buffer.Length, _memory.Held, _memory.Refused));
    }

    // What is only supposed leaves room to those who know what they need: half of what there was is free for others.
    [Theory]
    [InlineData(2, 0)]
    [InlineData(1, 1)]
    public void Suppose_MuchOfTheRoomThatThereIs_IsTakenWhereThereIsRoomForSeveral(int supposed, int taken)
    {
        using var buffer = Open();
        buffer.Suppose(supposed * MiB);
        buffer.Write(new byte[1000]);

        Assert.Equal((1000, taken * (long)MiB), (buffer.Length, _memory.Held));
    }

    [Fact]
    public void Dispose_Twice_GivesBackOnce()
    {
        using var other = _memory.Take(MiB, HeldFor.Read);
        var buffer = Open();
        buffer.Write(new byte[MiB]);

        buffer.Dispose();
        buffer.Dispose();

        Assert.Equal(MiB, _memory.Held);
    }

    [Theory]
    [InlineData((byte)HeldFor.Request, 4)]
    [InlineData((byte)HeldFor.Read, 6)]
    [InlineData((byte)HeldFor.Write, 8)]
    public void TryTake_EachPurpose_HasItsShare(byte purpose, int most)
    {
        Assert.True(_memory.TryTake(most * MiB, (HeldFor)purpose));
        Assert.False(_memory.TryTake(1, (HeldFor)purpose));
    }

    [Fact]
    public void Take_AnswerToAWriteThatWasSent_IsNotToBeAskedForAgain()
    {
        using var held = _memory.Take(8 * MiB, HeldFor.Write);

        Assert.Equal(DenyReason.AnswerTooLarge, Assert.Throws<MemoryExhaustedException>(() => _memory.Take(MiB, HeldFor.Write)).Reason);
    }

    [Fact]
    public void TryTake_ManyAtOnce_NeverMoreThanTheMost()
    {
        Parallel.For(
            0,
            10_000,
            _ =>
            {
                if (_memory.TryTake(MiB, HeldFor.Write))
                {
                    Assert.InRange(_memory.Held, 0, 8 * MiB);
                    _memory.GiveBack(MiB);
                }
            }
        );

        Assert.Equal(0, _memory.Held);
    }

    [Fact]
    public void Of_NothingConfigured_LetsTheLargestAnswerThrough()
    {
        var limits = new LimitOptions { MaxAnswer = 1024 * MiB };

        using var memory = new HeldMemory(MemoryBudget.Of(limits));
        using var body = memory.Take(limits.MaxAnswer, HeldFor.Read);
        using var written = memory.Take(limits.MaxAnswer, HeldFor.Read);

        Assert.Equal(512L * MiB, MemoryBudget.Of(new LimitOptions { HeldMemory = "512 MiB" }));
    }

    private PooledBuffer Open() => new(16 * MiB, _memory, HeldFor.Read);
}
