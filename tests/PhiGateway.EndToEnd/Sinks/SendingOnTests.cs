using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Xunit;

namespace PhiGateway.EndToEnd.Sinks;

/// <summary>The trail at the receivers of a security operations centre, also when they die.</summary>
public sealed partial class SendingOnTests(SinkWorld world) : IClassFixture<SinkWorld>
{
    // A bound for what must come, not a limit for how fast.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task Sinks_ReceiversThatDieMidway_HaveEveryRecordAndNoPatient()
    {
        await world.Rsyslog.StartAsync();
        var ward = await world.TokenAsync(world.Ward);
        var lab = await world.TokenAsync(world.Lab);
        var first = await ReadAsync(ward, lab);
        await UntilAsync(() => Arrived(first.Id));

        // Both go while there is traffic, rsyslog without a word.
        world.Hook.IsDown = true;
        var traffic = Task.Run(() => ReadManyAsync(ward, lab));
        await Task.Delay(300);
        var before = world.Rsyslog.Sequences();
        await world.Rsyslog.KillAsync();
        await traffic;
        await UntilAsync(async () => (await ReadyzAsync("siem")).Contains("reached", StringComparison.Ordinal));

        // A receiver that is away keeps nobody from their data, and is told of.
        var during = await ReadAsync(ward, lab);
        await UntilAsync(async () => (await ReadyzAsync("hook")).Contains("answered 503", StringComparison.Ordinal));
        await world.Rsyslog.StartAsync();
        world.Hook.IsDown = false;
        await UntilAsync(() => Arrived(during.Id));

        AssertWhole(world.Hook.Sequences, most: 5);
        AssertWhole(world.Rsyslog.Sequences(), most: int.MaxValue);
        AssertWhole(Sequences(world.TextOfFiles()), most: 0);

        // What came twice stood at the end of what was there when it died.
        var twice = world
            .Rsyslog.Sequences()
            .GroupBy(static one => one)
            .Where(static group => group.Count() > 1)
            .Select(static group => group.Key);
        Assert.DoesNotContain(twice, one => one > before.Max() + 400);
        AssertTellsNoPatient();
        Assert.Contains("phi_gateway_sink_lag", (await world.Mary.TryAsync(HttpMethod.Get, "/metrics")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SyslogNg_ThatDiesAndAsksForACertificate_HasEveryRecordAndNoPatient()
    {
        await world.SyslogNg.StartAsync();
        var ward = await world.TokenAsync(world.Ward);
        var lab = await world.TokenAsync(world.Lab);
        var first = await ReadAsync(ward, lab);
        await UntilAsync(() => world.SyslogNg.Text().Contains(first.Id, StringComparison.Ordinal));

        await world.SyslogNg.KillAsync();
        var during = await ReadAsync(ward, lab);
        await UntilAsync(async () => (await ReadyzAsync("siem-ng")).Contains("reached", StringComparison.Ordinal));
        await world.SyslogNg.StartAsync();
        await UntilAsync(() => world.SyslogNg.Text().Contains(during.Id, StringComparison.Ordinal));

        AssertWhole(world.SyslogNg.Sequences(), most: int.MaxValue);
        AssertTellsNoPatient(world.SyslogNg.Text());
        Assert.Contains("CEF:0|", world.SyslogNg.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Otlp_ReceiverMadeOfThePublicProtocol_ReadsEveryRecordWholeAndNoPatient()
    {
        var ward = await world.TokenAsync(world.Ward);
        var lab = await world.TokenAsync(world.Lab);
        await world.Otlp.AnswerAsync("""[{ "status": 503 }, { "status": 429 }]""");
        var asked = await ReadAsync(ward, lab);
        await UntilAsync(async () => (await world.Otlp.ReceivedAsync()).Exists(one => IdOf(one) == asked.Id));

        // What was refused for a while came in the end, each place once and in order.
        var received = await world.Otlp.ReceivedAsync();
        Assert.All(received, static one => Assert.True((bool)one["whole"]!));
        var places = received.ConvertAll(static one => (long)one["attributes"]!["phi_gateway.sequence"]!);
        Assert.Equal(Enumerable.Range(0, places.Count).Select(static place => (long)place), places);
        Assert.All(received, static one => Assert.Equal("phi-gateway", (string?)one["resource"]!["service.name"]));

        var refused = received.First(static one => (string?)one["attributes"]!["phi_gateway.reason"] == "outside-use-case");
        Assert.Equal("PHI access refused: outside-use-case", (string?)refused["body"]);
        Assert.Equal((13, "WARN"), ((int)refused["severity"]!, (string?)refused["severityText"]));
        Assert.Equal("phi_gateway.decision", (string?)refused["event"]);
        Assert.DoesNotMatch(Patient(), string.Concat(received.Select(static one => one.ToJsonString())));

        // A part that the receiver will not have is counted; sending it again is forbidden.
        await world.Otlp.AnswerAsync("""[{ "rejected": 1 }]""");
        var next = await ReadAsync(ward, lab);
        await UntilAsync(async () => (await world.Otlp.ReceivedAsync()).Exists(one => IdOf(one) == next.Id));
        await UntilAsync(async () => Rejected().IsMatch((await world.Mary.TryAsync(HttpMethod.Get, "/metrics")).Body));
    }

    private static string? IdOf(JsonObject record) => (string?)record["attributes"]!["phi_gateway.id"];

    private async Task<(string Id, HttpStatusCode Status)> ReadAsync(string ward, string lab)
    {
        var refused = await world.GetAsync("/Condition?patient=f001", lab);
        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        var read = await world.GetAsync("/Patient/f001", ward);
        Assert.Equal(HttpStatusCode.OK, read.Status);
        return (read.DecisionId, read.Status);
    }

    private async Task ReadManyAsync(string ward, string lab)
    {
        for (var i = 0; i < 60; i++)
        {
            await ReadAsync(ward, lab);
        }
    }

    private bool Arrived(string id) =>
        world.Rsyslog.Text().Contains(id, StringComparison.Ordinal)
        && world.Hook.Text.Contains(id, StringComparison.Ordinal)
        && world.TextOfFiles().Contains(id, StringComparison.Ordinal);

    // Every place of the log up to the last one; what stands more than once came again after a break.
    private static void AssertWhole(List<long> received, int most)
    {
        var once = received.ToHashSet();
        Assert.Equal(once.Max() + 1, once.Count);
        Assert.InRange(received.Count - once.Count, 0, most);
    }

    private void AssertTellsNoPatient()
    {
        foreach (var text in new[] { world.Rsyslog.Text(), world.Hook.Text, world.TextOfFiles() })
        {
            AssertTellsNoPatient(text);
        }
    }

    private static void AssertTellsNoPatient(string text)
    {
        Assert.DoesNotMatch(Patient(), text);
        Assert.DoesNotContain("Condition?", text, StringComparison.Ordinal);

        // The twins: who asked, and that it was refused.
        Assert.Contains("ward-app", text, StringComparison.Ordinal);
        Assert.Contains("outside-use-case", text, StringComparison.Ordinal);
    }

    private async Task<string> ReadyzAsync(string sink)
    {
        var (status, body) = await world.Mary.TryAsync(HttpMethod.Get, "/readyz");
        Assert.Equal(HttpStatusCode.OK, status);
        var parts = JsonNode.Parse(body)!["parts"]!.AsArray();
        return (string)parts.Single(part => (string)part!["name"]! == $"sink {sink}")!["message"]!;
    }

    private static List<long> Sequences(string lines) =>
        [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => (long)JsonNode.Parse(line)!["sequence"]!)];

    private static Task UntilAsync(Func<bool> holds) => UntilAsync(() => Task.FromResult(holds()));

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await holds())
        {
            await Task.Delay(100, patience.Token);
        }
    }

    [GeneratedRegex("^phi_gateway_sink_rejected_total\\{[^}]*sink=\"otel\"[^}]*\\} 1( |$)", RegexOptions.Multiline)]
    private static partial Regex Rejected();

    // The patient that was read, not four digits of a hash.
    [GeneratedRegex("(?<![0-9a-f-])f001(?![0-9a-f])")]
    private static partial Regex Patient();
}
