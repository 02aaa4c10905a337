using PhiGateway.Gateway.Following;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using Xunit;

namespace PhiGateway.Tests.Gateway.Following;

/// <summary>An act that closes is told how many running answers it ended here.</summary>
public sealed class CutAnswersTests
{
    [Fact]
    public async Task Count_OnceTheRevisionIsInForce_IsOfThatAndLaterOnes()
    {
        var holder = new SnapshotHolder(TimeProvider.System);
        var cut = new CutAnswers(holder, TimeProvider.System);
        holder.Published += snapshot => cut.Note(snapshot.Revision);
        Publish(holder, 4);
        var asked = cut.CountAsync(5, DateTimeOffset.MinValue);
        Assert.False(asked.IsCompleted);
        Publish(holder, 6);

        Assert.Equal((1, true), await asked);
        using var looking = new LookingHolder(holder);
        Assert.Equal((2, true), await cut.CountAsync(4, DateTimeOffset.MinValue));
        Assert.Equal((0, true), await cut.CountAsync(4, DateTimeOffset.MaxValue));
        Assert.Equal((0, false), await cut.CountAsync(7, DateTimeOffset.MinValue));
    }

    [Fact]
    public async Task Count_NumberOfALostHistory_IsNotInForceUntilLookedAtAgain()
    {
        var holder = new SnapshotHolder(TimeProvider.System);
        var cut = new CutAnswers(holder, TimeProvider.System);
        Publish(holder, 100);

        // A standby took over at 95: the act is 96 there, and the node refuses it as older.
        Assert.Equal((0, false), await cut.CountAsync(96, DateTimeOffset.UtcNow));

        // Twin: the same number, and a look after the act that finds nothing newer.
        using var looking = new LookingHolder(holder);
        Assert.Equal((0, true), await cut.CountAsync(96, DateTimeOffset.UtcNow));
    }

    [Fact]
    public void Note_OfManyRevisions_KeepsTheLatest()
    {
        var cut = new CutAnswers(new SnapshotHolder(TimeProvider.System), TimeProvider.System);
        for (var revision = 1; revision <= 10_000; revision++)
        {
            cut.Note(revision);
        }

        Assert.InRange(cut.Kept, 1, 256);
    }

    private static void Publish(SnapshotHolder holder, long revision) =>
        holder.Publish(new RegistrySnapshotBuilder().Rebuild(new RegistryChanges(revision, [], [], [])), TimeProvider.System.GetUtcNow());

    // Looks whenever somebody wants it, as the follower does, and finds nothing new.
    private sealed class LookingHolder : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();

        public LookingHolder(SnapshotHolder holder) => _ = RunAsync(holder);

        public void Dispose()
        {
            _stop.Cancel();
            _stop.Dispose();
        }

        private async Task RunAsync(SnapshotHolder holder)
        {
            while (true)
            {
                await holder.WantedAsync(_stop.Token);
                holder.BeginLook();
                holder.Confirm(TimeProvider.System.GetUtcNow());
            }
        }
    }
}
