using Microsoft.AspNetCore.Http;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Gateway.Exchange;

/// <summary>A body has a time in which all of it comes, however steadily it drips.</summary>
public sealed class TimedBodyTests : IDisposable
{
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(2);

    private readonly ManualClock _clock = new();
    private readonly CancellationTokenSource _gone = new();

    public void Dispose() => _gone.Dispose();

    [Theory]
    [InlineData(12, 9, false)]
    [InlineData(9, 12, false)]
    [InlineData(12, 10, true)]
    public async Task Read_BodyThatDrips_IsReadToItsEndWithinTheTimeOnly(int secondsAByte, int bytes, bool isLate)
    {
        var drip = new Drip(bytes, () => _clock.Advance(TimeSpan.FromSeconds(secondsAByte)));
        await using var body = new TimedBody(drip, Most, _clock, _gone.Token);

        for (var i = 0; i < bytes; i++)
        {
            Assert.False(await IsLateAsync(body));
        }

        // The end of a body that came in time is read, too.
        Assert.Equal(isLate, await IsLateAsync(body));
        Assert.Equal(isLate, body.IsOver);
    }

    [Fact]
    public async Task Read_BodyThatGoesOnSteadily_EndsAllTheSame()
    {
        var drip = new Drip(int.MaxValue, () => _clock.Advance(TimeSpan.FromSeconds(1)));
        await using var body = new TimedBody(drip, Most, _clock, _gone.Token);

        var read = 0;
        while (!await IsLateAsync(body))
        {
            Assert.InRange(++read, 1, 121);
        }

        Assert.True(body.IsOver);
    }

    [Fact]
    public async Task Read_NothingComes_IsLateWhenTheTimeIsOver()
    {
        await using var body = new TimedBody(new Silence(), Most, _clock, _gone.Token);
        var reading = IsLateAsync(body);
        _clock.Advance(Most - TimeSpan.FromSeconds(1));
        Assert.False(reading.IsCompleted);

        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.True(await reading);
    }

    [Fact]
    public async Task Read_ClientGone_IsNotLate()
    {
        await using var body = new TimedBody(new Silence(), Most, _clock, _gone.Token);
        var reading = body.ReadAsync(new byte[16], TestContext.Current.CancellationToken).AsTask();

        await _gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.False(body.IsOver);
    }

    private static async Task<bool> IsLateAsync(TimedBody body)
    {
        try
        {
            _ = await body.ReadAsync(new byte[16]);
            return false;
        }
        catch (BadHttpRequestException fault)
        {
            Assert.Equal(StatusCodes.Status408RequestTimeout, fault.StatusCode);
            return true;
        }
    }

    /// <summary>One byte at a time.</summary>
    private sealed class Drip(int bytes, Action before) : MemoryStream
    {
        private int _left = bytes;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_left == 0)
            {
                return new(0);
            }

            before();
            _left--;
            return new(1);
        }
    }

    /// <summary>A body of which nothing comes.</summary>
    private sealed class Silence : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }
}
