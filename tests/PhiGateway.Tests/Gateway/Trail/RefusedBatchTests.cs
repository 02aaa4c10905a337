using PhiGateway.Audit.Records;
using PhiGateway.Gateway.Trail;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Trail;

/// <summary>Of a batch that is refused after its entries were recorded nothing stays held open as if it were leaving.</summary>
public sealed class RefusedBatchTests
{
    private const string Reads = """
        {"resourceType":"Bundle","type":"batch","entry":[
          {"request":{"method":"GET","url":"Observation/1"}},{"request":{"method":"GET","url":"Observation/2"}}]}
        """;

    [Theory]
    [InlineData(10_000L, true)]
    [InlineData(null, false)]
    public async Task RecordDelivery_OfABatchWithALargeEntry_HoldsNothingOpen(long? bytesPerDay, bool isRefused)
    {
        using var world = NewWorld(bytesPerDay);
        using var exchange = world.Open("POST", "/fhir", Reads);
        var result = await world.WalkAsync(exchange, "Release");
        Assert.Equal((isRefused, isRefused), (result.IsRefused(out var reason), reason == DenyReason.QuotaExceeded));
        Assert.Equal(2, world.Journal.Records.Count(record => record.Kind == AuditKind.Disclosure && record.ParentId == exchange.Id));
        Assert.Equal(exchange.Id, Assert.Single(world.Journal.Leaving));

        world.Get<AuditTrail>().RecordDelivery(exchange);

        Assert.Empty(world.Journal.Leaving);
        Assert.Equal(!isRefused, world.Journal.Records.Exists(record => record.Delivery is not null && record.ParentId == exchange.Id));
    }

    /// <summary>What is recorded after the batch has ended would be held open after everything was let go.</summary>
    [Fact]
    public async Task Release_OfABatchThatFailsWhileItsRecordsAreUnderWay_EndsAfterThem()
    {
        using var world = NewWorld(null);
        var flush = new TaskCompletionSource();
        world.Journal.Flush = flush.Task;
        world.Upstream.OnCall = static call =>
        {
            if (call.PathAndQuery == "/Observation/2")
            {
                throw new InvalidOperationException("gone");
            }
        };
        using var exchange = world.Open("POST", "/fhir", Reads);
        var walking = world.WalkAsync(exchange, "Release");
        Assert.False(walking.IsCompleted);

        flush.SetResult();
        _ = await Assert.ThrowsAsync<InvalidOperationException>(() => walking);

        Assert.Equal(exchange.Id, Assert.Single(world.Journal.Leaving));
        world.Get<AuditTrail>().RecordDelivery(exchange);
        Assert.Empty(world.Journal.Leaving);
    }

    private static StageWorld NewWorld(long? bytesPerDay)
    {
        var client = TestRegistry.Client() with { Limits = new ClientLimits { BytesPerDay = bytesPerDay } };
        var world = new StageWorld(client, null, StageWorld.Grant("read"));
        var text = new string('x', 70_000);
        world
            .Upstream.Answers("GET /Observation/1", StageWorld.Observation().Replace("\"x\"", $"\"{text}\"", StringComparison.Ordinal))
            .Answers("GET /Observation/2", StageWorld.Observation("2"));
        return world;
    }
}
