using System.Text;
using System.Text.Json.Nodes;
using PhiGateway.Audit.Records;
using PhiGateway.Gateway.Egress;
using PhiGateway.Sinks.Configuration;
using PhiGateway.Sinks.Feeding;
using PhiGateway.Sinks.Formats;
using PhiGateway.Sinks.Webhooks;
using PhiGateway.Tests.Audit.Shipping;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Common.Sinks;
using Xunit;

namespace PhiGateway.Tests.Sinks;

/// <summary>Alerts on their way to a webhook: what the gateway raised with its words, and nothing that a person or a client wrote.</summary>
public sealed class AlertEventTests : IDisposable
{
    private const string Secret = "a-secret-of-the-receiver-0123456789";

    private readonly string _folder = Directory.CreateTempSubdirectory("phigw-alerts-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Read_AnAlertOfTheGateway_TellsWhatItSays()
    {
        var line = Line(Raised("record-scraping", "system"));

        Assert.Equal(
            ("a-1", "record-scraping", "client/x", "urgent", "act", "more patients than ever"),
            (
                (string)line["alert"]!,
                (string)line["alert_kind"]!,
                (string)line["alert_subject"]!,
                (string)line["alert_severity"]!,
                (string)line["alert_lane"]!,
                (string)line["alert_words"]!
            )
        );
    }

    [Theory]
    [InlineData("roster-grew", "alert.raise")]
    [InlineData("tasks-grew", "alert.raise")]
    [InlineData("owner-left", "owner.left")]
    public void Read_AnAlertRaisedUnderAPersonsCall_TellsWhatTheGatewaySays(string kind, string name)
    {
        var line = Line(Raised(kind, "olga@hospital.example", name));

        Assert.Equal((kind, "more patients than ever"), ((string)line["alert_kind"]!, (string)line["alert_words"]!));
    }

    [Theory]
    [InlineData("record-scraping", "mary@hospital.example", "alert.raise")]
    [InlineData("roster-grew", "mary@hospital.example", "alert.update")]
    [InlineData("roster-grew", "mary@hospital.example", "alert.take")]
    [InlineData("roster-grew", "mary@hospital.example", "owner.left")]
    [InlineData("owner-left", "mary@hospital.example", "alert.raise")]
    [InlineData("record-scraping", "system", "client.update")]
    public void Read_WhatAPersonWroteOrIsNoAlert_TellsNothingOfIt(string kind, string actor, string name)
    {
        var line = Line(Raised(kind, actor, name));

        Assert.Null(line["alert"]);
        Assert.DoesNotContain("more patients", line.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AnEmergencyUse_KeepsTheWordsOfTheClientBehind()
    {
        var line = Line(Raised("break-glass", "system"));

        Assert.Equal("break-glass", (string)line["alert_kind"]!);
        Assert.Null(line["alert_words"]);
    }

    [Fact]
    public async Task Step_EventsAreNamed_SendsThoseSignedAndAgainAfterAFailure()
    {
        var store = new MemoryAuditStore();
        AuditRecord[] records =
        [
            TestRecords.Disclosure(),
            Raised("odd", "system"),
            Raised("odd", "system", "client.update"),
            Raised("odd", "system", "alert.escalate"),
        ];
        foreach (var (record, place) in records.Select(static (record, place) => (record, place)))
        {
            store.Rows[place] = SinkSample.Stored(record, place);
        }

        await using var receiver = await WebhookReceiver.StartAsync(Secret);
        receiver.Answers.Enqueue(500);
        var options = new SinkOptions
        {
            Name = "soc",
            Kind = "Webhook",
            Format = "Json",
            Address = receiver.Address,
            Events = ["alert.*"],
        };
        var clock = new ManualClock();
        await using var sink = new WebhookSink(
            options,
            new JsonFormat(),
            new TlsTrust(options),
            new EgressConnector(new EgressPolicy()).ConnectAsync,
            [Encoding.UTF8.GetBytes(Secret)],
            clock
        );
        var trail = new SinkTrail(store, "gw-01", SinkSample.Log, () => 3, () => 3);
        var feed = new SinkFeed(options, sink, trail, new(SinkSample.Pseudonym), Path.Combine(_folder, "soc.cursor"), clock);

        Assert.False(await feed.StepAsync(default));
        Assert.Empty(receiver.Received);
        await feed.StepAsync(default);
        Assert.Equal([1L, 3], receiver.Sequences);
        Assert.Equal(0, receiver.Refused);
        Assert.DoesNotContain("p-", receiver.Text, StringComparison.Ordinal);
    }

    private static JsonObject Line(AuditRecord record) => JsonNode.Parse(new JsonFormat().Write(SinkSample.EventOf(record)))!.AsObject();

    private static AuditRecord Raised(string kind, string actor, string name = "alert.raise") =>
        new()
        {
            Id = Guid.CreateVersion7(),
            Kind = AuditKind.Admin,
            Event = name,
            Time = new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero),
            Actor = actor,
            Target = "alert/a-1",
            After =
                $$"""{"id":"a-1","kind":"{{kind}}","subject":"client/x","severity":"urgent","lane":"act","evidence":"more patients than ever"}""",
        };
}
