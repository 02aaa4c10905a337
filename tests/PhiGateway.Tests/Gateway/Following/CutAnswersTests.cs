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
        var asked = cut.CountAsync(5);
        Publish(holder, 6);

        Assert.Equal((1, true), await asked);
        Assert.Equal((2, true), await cut.CountAsync(4));
        Assert.Equal((0, false), await cut.CountAsync(7));
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
}
