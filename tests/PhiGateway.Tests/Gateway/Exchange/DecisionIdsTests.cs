using System.Collections.Concurrent;
using PhiGateway.Gateway.Exchange;
using Xunit;

namespace PhiGateway.Tests.Gateway.Exchange;

/// <summary>Ids of decisions: version 7, each once, in the order of their time.</summary>
public sealed class DecisionIdsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, 123, TimeSpan.Zero);

    [Fact]
    public void New_Time_IsThatOfTheSystemsOwn()
    {
        var id = DecisionIds.New(Noon);
        var system = Guid.CreateVersion7(Noon);

        Assert.Equal(7, id.Version);
        Assert.InRange(id.Variant, 8, 11);
        Assert.Equal(system.ToString()[..15], id.ToString()[..15]);
        Assert.True(string.CompareOrdinal(id.ToString(), DecisionIds.New(Noon.AddMilliseconds(1)).ToString()) < 0);
    }

    [Fact]
    public async Task New_ManyThreads_GivesEachOnce()
    {
        var ids = new ConcurrentDictionary<Guid, byte>();
        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Task.Run(() =>
                    {
                        for (var i = 0; i < 2_000; i++)
                        {
                            Assert.True(ids.TryAdd(DecisionIds.New(Noon), 0));
                        }
                    })
                )
        );

        Assert.Equal(8_000, ids.Count);
    }
}
