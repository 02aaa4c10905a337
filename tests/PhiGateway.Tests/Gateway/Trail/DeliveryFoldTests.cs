using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Trail;
using PhiGateway.Tests.Common.Admin.Fakes;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Trail;

/// <summary>Deliveries of whole answers are recorded many at a time; every other one by itself.</summary>
public sealed class DeliveryFoldTests
{
    private readonly FakeJournal _journal = new();
    private readonly ManualClock _clock = new();

    [Fact]
    public void TryAdd_OneSecondLater_IsOneRecordOfAllPlaces()
    {
        using var fold = new DeliveryFold(_journal, _clock);
        foreach (var place in (long[])[12, 10, 11, 40])
        {
            Assert.True(fold.TryAdd(place));
        }

        Assert.Empty(_journal.Records);
        _clock.Advance(TimeSpan.FromSeconds(1));
        var record = Assert.Single(_journal.Records);
        Assert.Equal(("10-12,40", "handed-over"), (record.Sequences, record.Delivery));
        Assert.Empty(AuditRecordValidator.Validate(record));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Single(_journal.Records);
    }

    [Fact]
    public void TryAdd_AsManyAsOneRecordTakes_WritesAtOnce()
    {
        using var fold = new DeliveryFold(_journal, _clock);
        for (var place = 0; place < DeliveryFold.Most + 1; place++)
        {
            Assert.True(fold.TryAdd(place));
        }

        Assert.Equal("0-511", Assert.Single(_journal.Records).Sequences);
        fold.Write();
        Assert.Equal("512", _journal.Records[^1].Sequences);
    }

    [Fact]
    public void TryAdd_JournalFull_KeepsWhatItHasAndTakesNoMore()
    {
        using var fold = new DeliveryFold(_journal, _clock);
        _journal.Status = JournalStatus.Full;
        for (var place = 0; place < DeliveryFold.Most; place++)
        {
            Assert.True(fold.TryAdd(place));
        }

        Assert.False(fold.TryAdd(1_000));
        _journal.Status = JournalStatus.Open;
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("0-511", Assert.Single(_journal.Records).Sequences);
    }

    [Fact]
    public void Dispose_SomeWait_AreWritten()
    {
        using (var fold = new DeliveryFold(_journal, _clock))
        {
            Assert.True(fold.TryAdd(7));
        }

        Assert.Equal("7", Assert.Single(_journal.Records).Sequences);
    }

    [Theory]
    [InlineData(true, 0, "0")]
    [InlineData(false, 0, null)]
    [InlineData(true, 6, null)]
    public async Task RecordDelivery_WholeAndSoon_IsOneOfMany(bool isWhole, int secondsLater, string? places)
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read"));
        world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        using var exchange = world.Open("GET", "/fhir/Observation/1");
        Assert.True((await world.WalkAsync(exchange, "Release")).Continues);

        exchange.Delivered = isWhole;
        world.Clock.Advance(TimeSpan.FromSeconds(secondsLater));
        world.Get<AuditTrail>().RecordDelivery(exchange);
        world.Get<DeliveryFold>().Write();

        var delivery = world.Journal.Records[^1];
        Assert.Equal((AuditKind.Delivery, places), (delivery.Kind, delivery.Sequences));
        Assert.Equal(places is null ? exchange.Id : Guid.Empty, delivery.ParentId);
        Assert.Equal(isWhole ? "handed-over" : "partial", delivery.Delivery);
    }

    /// <summary>What is held open may stand at another place by now, where its record was recycled.</summary>
    [Theory]
    [InlineData(60_000, true)]
    [InlineData(70_000, false)]
    public async Task RecordDelivery_OfWhatIsHeldOpen_NamesIt(int length, bool isOneOfMany)
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read"));
        var text = new string('x', length);
        world.Upstream.Answers("GET /Observation/1", StageWorld.Observation().Replace("\"x\"", $"\"{text}\"", StringComparison.Ordinal));
        using var exchange = world.Open("GET", "/fhir/Observation/1");
        Assert.True((await world.WalkAsync(exchange, "Release")).Continues);
        Assert.Equal(!isOneOfMany, world.Journal.Leaving.Contains(exchange.Id));

        world.Get<AuditTrail>().RecordDelivery(exchange);
        world.Get<DeliveryFold>().Write();

        var delivery = world.Journal.Records[^1];
        Assert.Equal((AuditKind.Delivery, "handed-over"), (delivery.Kind, delivery.Delivery));
        Assert.Equal(isOneOfMany ? Guid.Empty : exchange.Id, delivery.ParentId);
        Assert.Empty(world.Journal.Leaving);
    }

    [Fact]
    public async Task RecordDelivery_OfAWrite_NamesIt()
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read", "update"));
        world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        world.Upstream.Answers("PUT /Observation/1", StageWorld.Observation(version: "4"), 200);
        using var exchange = world.Open("PUT", "/fhir/Observation/1", StageWorld.Observation());
        Assert.True((await world.WalkAsync(exchange, "Release")).Continues);

        world.Get<AuditTrail>().RecordDelivery(exchange);
        Assert.Equal(exchange.Id, world.Journal.Records[^1].ParentId);
    }
}
