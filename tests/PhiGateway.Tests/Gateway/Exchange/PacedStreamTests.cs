using PhiGateway.Gateway.Exchange;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Gateway.Exchange;

/// <summary>An upstream that stalls in the middle of a body is not waited for without end.</summary>
public sealed class PacedStreamTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    [Fact]
    public async Task Read_BodyThatComes_IsReadWhole()
    {
        await using var stream = Open(new MemoryStream([1, 2, 3]), Long, Long, CancellationToken.None);
        var buffer = new byte[8];

        Assert.Equal(3, await stream.ReadAsync(buffer, CancellationToken.None));
        Assert.Equal(0, await stream.ReadAsync(buffer, CancellationToken.None));
    }

    [Fact]
    public async Task Read_Silence_IsABrokenBody()
    {
        await using var stream = Open(new SilentStream(), Short, Long, CancellationToken.None);

        await Assert.ThrowsAsync<IOException>(() => stream.ReadAsync(new byte[8], CancellationToken.None).AsTask());
    }

    [Fact]
    public async Task Read_NoTimeLeftForTheWhole_IsABrokenBody()
    {
        await using var stream = Open(new SilentStream(), Long, Short, CancellationToken.None);

        await Assert.ThrowsAsync<IOException>(() => stream.ReadAsync(new byte[8], CancellationToken.None).AsTask());
        await Assert.ThrowsAsync<IOException>(() => stream.ReadAsync(new byte[8], CancellationToken.None).AsTask());
    }

    [Fact]
    public async Task Read_ReaderThatTakesItsTime_IsNotTheUpstreamsSilence()
    {
        await using var stream = Open(new MemoryStream([1, 2]), Short, Long, CancellationToken.None);
        var buffer = new byte[1];

        Assert.Equal(1, await stream.ReadAsync(buffer, CancellationToken.None));
        await Task.Delay(Short * 5, CancellationToken.None);
        Assert.Equal(1, await stream.ReadAsync(buffer, CancellationToken.None));
    }

    [Fact]
    public async Task Read_CallerThatGivesUp_IsNoBrokenBody()
    {
        using var caller = new CancellationTokenSource();
        await using var stream = Open(new SilentStream(), Long, Long, CancellationToken.None);
        var read = stream.ReadAsync(new byte[8], caller.Token);
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await read);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(1000, true)]
    public async Task Read_BodyThatDrips_HoldsItsPlaceNoLongerThanASilentOne(int bytes, bool isRead)
    {
        var clock = new ManualClock();
        using var source = new CancellationTokenSource();
        await using var stream = new PacedStream(
            new DrippingStream(clock, bytes),
            new UpstreamPace(source, TimeSpan.FromSeconds(10), Long, 1000, clock)
        );

        var times = 0;
        var fault = await Record.ExceptionAsync(async () =>
        {
            for (; times < 100; times++)
            {
                Assert.InRange(await stream.ReadAsync(new byte[1024], CancellationToken.None), 1, 1024);
            }
        });

        Assert.Equal(isRead, fault is null);
        Assert.True(isRead ? times == 100 : times is > 5 and < 15 && fault is IOException);
    }

    private static PacedStream Open(Stream body, TimeSpan silence, TimeSpan whole, CancellationToken client)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(client);
        return new PacedStream(body, new UpstreamPace(source, silence, whole, 1, TimeProvider.System));
    }

    private sealed class DrippingStream(ManualClock clock, int bytes) : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return new(bytes);
        }
    }

    private sealed class SilentStream : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            return 0;
        }
    }
}
