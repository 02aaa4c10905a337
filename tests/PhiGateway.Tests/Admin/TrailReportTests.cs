using System.Text;
using System.Text.Json.Nodes;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Admin;

public sealed class TrailReportTests
{
    [Fact]
    public async Task Facets_OfASearch_AreCountedAndOnRecord()
    {
        await using var server = await StartAsync();
        var found = await server.PostAsync("/admin/v1/audit:facets", """{"client":"acme"}""", "august");

        Assert.Equal(200, found.Status);
        Assert.Equal(4, (int)found.Json["total"]!);
        Assert.Equal("disclosure 3, decision 1", Facet(found, "kind"));
        Assert.Equal("outside-use-case 1", Facet(found, "reason"));
        Assert.Equal("Observation 4", Facet(found, "type"));
        Assert.Equal("lab 4", Facet(found, "use_case"));
        Assert.Equal(string.Empty, Facet(found, "actor"));
        var record = server.Journal.Records[^1];
        Assert.Equal((AuditKind.AuditUse, "audit.count", "client=acme by=facets"), (record.Kind, record.Event, record.Note));
    }

    [Fact]
    public async Task Facets_OfOneRecord_AreRefused()
    {
        await using var server = await StartAsync();
        Assert.Equal(400, (await server.PostAsync("/admin/v1/audit:facets", $$"""{"id":"{{Guid.NewGuid()}}"}""", "august")).Status);
    }

    [Theory]
    [InlineData("client", "acne")]
    [InlineData("tenant", "nroth")]
    [InlineData("organization", "acne")]
    [InlineData("use_case", "lba")]
    [InlineData("type", "Obervation")]
    [InlineData("interaction", "raed")]
    [InlineData("actor", "nobody@hospital.example")]
    [InlineData("purpose", "TRAET")]
    public async Task Search_NameThatNobodyKnows_IsAnErrorEverywhere(string name, string value)
    {
        await using var server = await StartAsync();
        var body = $$"""{"{{name}}":"{{value}}"}""";
        Assert.Equal(400, (await server.GetAsync($"/admin/v1/audit?{name}={value}", "august")).Status);
        Assert.Equal(400, (await server.PostAsync("/admin/v1/audit:search", body, "august")).Status);
        Assert.Equal(400, (await server.PostAsync("/admin/v1/audit:facets", body, "august")).Status);
        Assert.Equal(400, (await server.PostAsync("/admin/v1/audit:export", body, "august")).Status);
    }

    [Theory]
    [InlineData("client=acme&type=Patient")]
    [InlineData("client=acme&interaction=delete")]
    [InlineData("type=Encounter")]
    [InlineData("actor=august@hospital.example")]
    [InlineData("purpose=HPAYMT")]
    [InlineData("use_case=lab&reason=revoked")]
    public async Task Search_KnownNamesWithoutRecords_FindsNothing(string query)
    {
        await using var server = await StartAsync();
        var found = await server.GetAsync("/admin/v1/audit?" + query, "august");
        Assert.Equal(200, found.Status);
        Assert.Empty(found.Json["items"]!.AsArray());
    }

    [Theory]
    [InlineData("organization=acme-inc", 4)]
    [InlineData("use_case=lab", 4)]
    [InlineData("type=Observation&interaction=read", 4)]
    [InlineData("purpose=TREAT", 4)]
    public async Task Search_ByWhatTheRequestWas_FindsIt(string query, int count)
    {
        await using var server = await StartAsync();
        Assert.Equal(count, (await server.GetAsync("/admin/v1/audit?" + query, "august")).Json["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task Export_Csv_IsEveryRecordAndHoldsNoFormula()
    {
        await using var server = await StartAsync(more: 1200);
        server.Trail.Entries.Add(Entry(9000, "deny", "outside-use-case") with { Actor = "=cmd|' /C calc'!A0, \"so\"" });
        var answer = await server.SendAsync("august", "POST", "/admin/v1/audit:export", "{}", ("Accept", "text/csv"));
        var lines = answer.Text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal("text/csv", answer.ContentType);
        Assert.Equal(1 + 5 + 1200 + 1, lines.Length);
        Assert.StartsWith("time,id,parent,kind,", lines[0]);
        Assert.DoesNotContain("p-77", answer.Text);
        Assert.Contains(lines, line => line.Contains(",\"'=cmd|' /C calc'!A0, \"\"so\"\"\",", StringComparison.Ordinal));
        Assert.Contains("format=csv", server.Journal.Records[^1].Note);
        Assert.Equal("audit.export", server.Journal.Records[^1].Event);
    }

    [Fact]
    public async Task Export_CsvOfARecordWhoseContentWasDestroyed_SaysSo()
    {
        await using var server = await StartAsync();
        server.Trail.Entries.Add(Entry(9000, "deny", "outside-use-case") with { IsDestroyed = true, Body = Array.Empty<byte>() });
        server.Trail.Entries.Add(StoredTrail.EntryOf(TestRecords.Disclosure(), 9001));
        var answer = await server.SendAsync("august", "POST", "/admin/v1/audit:export", "{}", ("Accept", "text/csv"));
        var lines = answer.Text.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

        // What was added later stands behind what was there before.
        Assert.EndsWith(",content,agreement,approval,approvers,covered_by", lines[0], StringComparison.Ordinal);
        Assert.Single(lines, static line => line.EndsWith(",destroyed,,,,", StringComparison.Ordinal));
        Assert.Equal(5, lines.Skip(1).Count(static line => line.EndsWith(",,,,,", StringComparison.Ordinal)));
        Assert.Single(
            lines,
            static line => line.EndsWith(",,acme-baa,acme-1,anna@hospital.example,roster/acme-orders", StringComparison.Ordinal)
        );
    }

    // Whoever may not ask any more is not told the rest of what was asked before.
    [Theory]
    [InlineData("""{"disabled":true}""", true)]
    [InlineData("""{"roles":["viewer"]}""", true)]
    [InlineData("""{"reason":null}""", false)]
    public async Task Export_KeyEndedWhileItIsRead_IsCut(string change, bool isCut)
    {
        await using var server = await StartAsync(more: 1800);
        var isDone = false;
        server.Trail.BeforeNextPage = async () =>
        {
            if (!isDone)
            {
                isDone = true;
                var key = await server.GetAsync("/admin/v1/admin-keys/august", "adam");
                var changed = await server.SendAsync("adam", "PATCH", "/admin/v1/admin-keys/august", change, ("If-Match", key.ETag!));
                Assert.Equal(200, changed.Status);
            }
        };

        var reading = server.PostAsync("/admin/v1/audit:export", """{"client":"bulk"}""", "august");

        if (isCut)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => reading);
        }
        else
        {
            Assert.Equal(1800, (await reading).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        }

        Assert.True(isDone);
    }

    [Fact]
    public async Task Export_Ndjson_IsEveryRecordOnce_JournalDownNone()
    {
        await using var server = await StartAsync(more: 1200);
        var answer = await server.PostAsync("/admin/v1/audit:export", """{"client":"bulk"}""", "august");
        var places = answer
            .Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => (long)JsonNode.Parse(line)!["sequence"]!);

        Assert.Equal(1200, places.Distinct().Count());
        server.Journal.Room = 0;
        Assert.Equal(503, (await server.PostAsync("/admin/v1/audit:export", "{}", "august")).Status);
        Assert.Equal(403, (await server.PostAsync("/admin/v1/audit:export", "{}", "vera")).Status);
    }

    [Fact]
    public async Task Feed_LateRecordOfAnotherLog_ComesAfterAll()
    {
        await using var server = await StartAsync();
        var first = await server.GetAsync("/admin/v1/audit/feed?limit=2", "august");
        var second = await server.GetAsync("/admin/v1/audit/feed?cursor=" + first.Json["next_cursor"], "august");
        Assert.Equal([0L, 1L, 2L, 3L, 4L], Places(first).Concat(Places(second)));

        // It happened before everything that was handed out, on a node that was cut off.
        server.Trail.Entries.Add(
            Entry(0, "permit", null) with
            {
                Log = "gw-02",
                Time = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero),
            }
        );
        var third = await server.GetAsync("/admin/v1/audit/feed?cursor=" + second.Json["next_cursor"], "august");
        Assert.Equal("gw-02", (string)Assert.Single(third.Json["items"]!.AsArray())!["log"]!);
        Assert.Equal("records=1", server.Journal.Records[^1].Note);
        var last = await server.GetAsync("/admin/v1/audit/feed?cursor=" + third.Json["next_cursor"], "august");
        Assert.Empty(last.Json["items"]!.AsArray());
    }

    [Fact]
    public async Task Feed_OnlyItsOwnLastUse_IsShownWithoutAnotherRecord()
    {
        await using var server = await StartAsync();
        var own = Entry(5, string.Empty, null) with { Event = "audit.feed", Actor = "august@hospital.example" };
        server.Trail.Entries.Add(own);
        var all = await server.GetAsync("/admin/v1/audit/feed?limit=5", "august");
        var records = server.Journal.Records.Count;
        var rest = await server.GetAsync("/admin/v1/audit/feed?cursor=" + all.Json["next_cursor"], "august");

        Assert.Single(rest.Json["items"]!.AsArray());
        Assert.Equal(records, server.Journal.Records.Count);
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=501")]
    [InlineData("cursor=%25")]
    [InlineData("cursor=MQo")]
    [InlineData("cursor=Mgpnd3cgMQ")]
    public async Task Feed_BadLimitOrCursor_Is400(string query)
    {
        await using var server = await StartAsync();
        Assert.Equal(400, (await server.GetAsync("/admin/v1/audit/feed?" + query, "august")).Status);
    }

    private static IEnumerable<long> Places(AdminAnswer answer) => answer.Json["items"]!.AsArray().Select(item => (long)item!["sequence"]!);

    private static string Facet(AdminAnswer answer, string name) =>
        string.Join(
            ", ",
            answer.Json["facets"]!.AsArray().Single(facet => (string)facet!["name"]! == name)!["values"]!
                .AsArray()
                .Select(value => $"{value!["value"]} {value["count"]}")
        );

    private static async Task<AdminServer> StartAsync(int more = 0)
    {
        var server = await AdminServer.StartAsync();
        server.Trail.Entries.AddRange([
            Entry(0, "permit", null),
            Entry(1, "deny", "outside-use-case"),
            Entry(2, "permit", null),
            Entry(3, "permit", null),
            Entry(4, string.Empty, null) with
            {
                Kind = AuditKind.Admin,
                Client = null,
                Tenant = null,
                ResourceType = null,
                Interaction = null,
                UseCase = null,
                Organization = null,
                Purpose = null,
                Actor = "olga@hospital.example",
            },
            .. Enumerable.Range(100, more).Select(i => Entry(i, "permit", null) with { Client = "bulk" }),
        ]);
        return server;
    }

    private static AuditEntry Entry(int sequence, string decision, string? reason) =>
        new()
        {
            Log = "gw-01",
            Sequence = sequence,
            Id = new Guid(sequence, 9, 0x7000, [0x80, 0, 0, 0, 0, 0, 0, 1]),
            ParentId = Guid.Empty,
            Kind = decision == "deny" ? AuditKind.Decision : AuditKind.Disclosure,
            Event = "read",
            Time = new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero).AddMinutes(sequence * 30),
            Decision = decision,
            Reason = reason,
            Client = "acme",
            Tenant = "north",
            ResourceType = "Observation",
            Interaction = "read",
            UseCase = "lab",
            Organization = "acme-inc",
            Purpose = "TREAT",
            ChainHash = new byte[32],
            Body = Encoding.UTF8.GetBytes(
                new JsonObject
                {
                    ["v"] = 1,
                    ["id"] = "0199a000-0000-7000-8000-000000000001",
                    ["kind"] = "decision",
                    ["event"] = "read",
                    ["time"] = "2026-05-01T12:00:00Z",
                    ["patients"] = new JsonArray("p-77"),
                }.ToJsonString()
            ),
        };
}
