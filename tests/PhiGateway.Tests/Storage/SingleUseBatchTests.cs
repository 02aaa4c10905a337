using PhiGateway.Storage.Common;
using PhiGateway.Storage.Registry;
using Xunit;

namespace PhiGateway.Tests.Storage;

/// <summary>Who asks for a single use while the database hangs waits for one statement, and no more wait than there is room for.</summary>
public sealed class SingleUseBatchTests
{
    private static readonly DateTimeOffset Until = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task TryUse_BehindAStatementThatFails_IsToldTheSame_WhoComesLaterAsksAnew()
    {
        var statements = new Statements();
        var asked = Enumerable.Range(0, 300).Select(number => statements.Batch.TryUseAsync($"a{number}", Until)).ToList();
        Assert.Equal(1, statements.Count);

        statements.Turn.SetException(new TimeoutException());
        foreach (var one in asked)
        {
            _ = await Assert.ThrowsAsync<TimeoutException>(() => one);
        }

        Assert.Equal(1, statements.Count);
        _ = await Assert.ThrowsAsync<TimeoutException>(() => statements.Batch.TryUseAsync("b", Until));
        Assert.Equal(2, statements.Count);
    }

    [Fact]
    public async Task TryUse_BeyondThoseWhoMayWait_IsRefusedAtOnce_TheOthersAreNot()
    {
        // One is asked for; the others wait.
        var statements = new Statements();
        var waiting = Enumerable
            .Range(0, SingleUseBatch.MostWaiting + 1)
            .Select(number => statements.Batch.TryUseAsync($"a{number}", Until))
            .ToList();
        Assert.DoesNotContain(waiting, static one => one.IsCompleted);

        var beyond = statements.Batch.TryUseAsync("b", Until);
        Assert.True(beyond.IsFaulted);
        Assert.Equal(StorageProblem.Unreachable, (await Assert.ThrowsAsync<StorageException>(() => beyond)).Problem);
        Assert.DoesNotContain(waiting, static one => one.IsCompleted);
    }

    // No statement gets beyond its turn here, so there is no database.
    private sealed class Statements
    {
        public Statements() => Batch = new SingleUseBatch(null!, _ => EnterAsync());

        public SingleUseBatch Batch { get; }

        public TaskCompletionSource<IDisposable?> Turn { get; } = new();

        public int Count { get; private set; }

        private async ValueTask<IDisposable?> EnterAsync()
        {
            Count++;
            return await Turn.Task;
        }
    }
}
