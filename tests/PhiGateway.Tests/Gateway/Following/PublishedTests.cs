using PhiGateway.Gateway.Following;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using Xunit;

namespace PhiGateway.Tests.Gateway.Following;

/// <summary>Everybody is told of a snapshot, whatever one of them throws.</summary>
public sealed class PublishedTests
{
    [Fact]
    public void Publish_WithAHandlerThatThrows_TellsTheOthersAndThatItDid()
    {
        var holder = new SnapshotHolder(TimeProvider.System);
        var told = new List<long>();
        holder.Published += static _ => throw new ObjectDisposedException("answer");
        holder.Published += snapshot => told.Add(snapshot.Revision);
        foreach (var revision in new[] { 4L, 5L })
        {
            Assert.True(
                holder.Publish(new RegistrySnapshotBuilder().Rebuild(new RegistryChanges(revision, [], [], [])), DateTimeOffset.UnixEpoch)
            );
        }

        Assert.Equal([4L, 5L], told);
        Assert.Equal(5, holder.Announced);
    }
}
