using PhiGateway.Fhir.Answers.Streaming;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Lookups;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Lookups;

/// <summary>What an export names is found out once for all of its files, however these are fetched, and kept no longer than it holds.</summary>
public sealed class NamesMemoryTests : IDisposable
{
    private readonly StageWorld.StoppedClock _clock = new(TestRegistry.Now);
    private readonly HeldMemory _held = new(64 * 1024 * 1024);
    private readonly NamesMemory _memory;
    private int _found;

    public NamesMemoryTests() => _memory = new(_held, _clock);

    public void Dispose() => _held.Dispose();

    [Fact]
    public async Task FindAsync_OfSeveralAtOnce_IsLookedIntoOnce()
    {
        var end = new TaskCompletionSource<StageResult<NamedByLines>>();
        var all = Enumerable.Range(0, 20).Select(_ => AskAsync("one", () => new(end.Task))).ToList();
        Assert.Equal(1, _found);
        Assert.Same(NamedByLines.Everything, (await AskAsync("another", Everything)).Value);

        end.SetResult(NamedByLines.Nothing);

        Assert.All(await Task.WhenAll(all), static result => Assert.Same(NamedByLines.Nothing, result.Value));
        Assert.Equal(2, _found);
    }

    // A server that is away is not asked once for each that waits.
    [Fact]
    public async Task FindAsync_OfWhatCannotBeHad_IsToldToWhoeverWaited()
    {
        var end = new TaskCompletionSource<StageResult<NamedByLines>>();
        var all = Enumerable.Range(0, 3).Select(_ => AskAsync("one", () => new(end.Task))).ToList();

        end.SetResult(StageResult<NamedByLines>.Refuse(DenyReason.UpstreamBusy));

        Assert.All(await Task.WhenAll(all), static result => Assert.Equal(DenyReason.UpstreamBusy, result.Result.Refusal));
        Assert.Equal(1, _found);
        Assert.True((await AskAsync("one", Everything)).Continues);
    }

    [Fact]
    public async Task FindAsync_WhoseFinderHasGone_IsTakenOverByWhoeverWaited()
    {
        var end = new TaskCompletionSource<StageResult<NamedByLines>>();
        var gone = AskAsync("one", () => new(end.Task));
        var next = AskAsync("one", Everything);
        Assert.False(next.IsCompleted);

        end.SetException(new OperationCanceledException());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        Assert.Same(NamedByLines.Everything, (await next).Value);
    }

    [Fact]
    public async Task FindAsync_OfWhomNobodyWaitsAnyMore_GoesOnForTheRest()
    {
        var end = new TaskCompletionSource<StageResult<NamedByLines>>();
        using var left = new CancellationTokenSource();
        var first = AskAsync("one", () => new(end.Task));
        var gone = AskAsync("one", Everything, left.Token);

        await left.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        end.SetResult(NamedByLines.Nothing);

        Assert.Same(NamedByLines.Nothing, (await first).Value);
        Assert.Equal(1, _found);
    }

    [Theory]
    [InlineData(59, 1)]
    [InlineData(60, 2)]
    public async Task FindAsync_Later_IsKeptForAMinute(int seconds, int found)
    {
        _ = await AskAsync("one", Everything);
        _clock.Advance(TimeSpan.FromSeconds(seconds));
        _ = await AskAsync("one", Everything);

        Assert.Equal(found, _found);
    }

    // What came last is there, and of what came before no more than there is room for.
    [Fact]
    public async Task FindAsync_OfVeryMany_KeepsTheLast()
    {
        for (var place = 0; place < 2000; place++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            _ = await AskAsync($"export {place}", Everything);
        }

        _ = await AskAsync("export 1999", Everything);
        _ = await AskAsync("export 1700", Everything);
        Assert.Equal(2000, _found);
        _ = await AskAsync("export 0", Everything);
        Assert.Equal(2001, _found);
    }

    private static ValueTask<StageResult<NamedByLines>> Everything() => new(NamedByLines.Everything);

    private Task<StageResult<NamedByLines>> AskAsync(
        string key,
        Func<ValueTask<StageResult<NamedByLines>>> find,
        CancellationToken cancellation = default
    ) =>
        _memory
            .FindAsync(
                key,
                key,
                () =>
                {
                    _found++;
                    return find();
                },
                cancellation
            )
            .AsTask();
}
