using System.Text;
using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

public sealed class RosterTests
{
    private const string Members = "/admin/v1/rosters/acme-orders/members";

    [Fact]
    public async Task Member_PutListRemove_WorksAndIsOnRecord()
    {
        await using var server = await StartAsync();
        Assert.Equal(
            204,
            (await server.SendAsync("olga", "PUT", Members + "/p-1", """{"until":"2026-12-31T00:00:00Z","source":"orders"}""")).Status
        );
        Assert.Equal(204, (await server.SendAsync("olga", "PUT", Members + "/p-2")).Status);
        var list = await server.GetAsync(Members + "?limit=1", "olga");
        Assert.Equal("p-1", (string)list.Json["items"]![0]!["patient"]!);
        var next = await server.GetAsync(Members + "?limit=1&cursor=" + (string)list.Json["next_cursor"]!, "olga");
        Assert.Equal("p-2", (string)next.Json["items"]![0]!["patient"]!);
        Assert.Equal(204, (await server.SendAsync("olga", "DELETE", Members + "/p-1")).Status);
        Assert.Single((await server.GetAsync(Members, "olga")).Json["items"]!.AsArray());
        Assert.Contains(server.Journal.Records, record => record.Event == "roster.member.put" && record.Patients.Contains("p-1"));
        Assert.DoesNotContain(server.Logs.Lines, line => line.Contains("p-1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/p-1", """{"until":"2026-01-01T00:00:00Z","from":"2026-02-01T00:00:00Z"}""", 422)]
    [InlineData("/p_1", "{}", 422)]
    [InlineData("/p-1", """{"colour":"red"}""", 422)]
    [InlineData("/p-1", """{"patient":"p-2"}""", 422)]
    public async Task Member_Bad_IsRefused(string path, string body, int status)
    {
        await using var server = await StartAsync();
        Assert.Equal(status, (await server.SendAsync("olga", "PUT", Members + path, body)).Status);
        Assert.Equal(404, (await server.SendAsync("olga", "PUT", "/admin/v1/rosters/none/members/p-1")).Status);
        server.Journal.Room = 0;
        Assert.Equal(503, (await server.SendAsync("olga", "PUT", Members + "/p-1")).Status);
    }

    [Fact]
    public async Task Import_BadLines_AreReportedByNumber_GoodOnesWritten()
    {
        await using var server = await StartAsync();
        var body = new StringBuilder();
        for (var i = 1; i <= 2500; i++)
        {
            body.Append(
                    i switch
                    {
                        7 => "{nonsense",
                        1200 => """{"patient":"not an id"}""",
                        1201 => new string('x', 5000),
                        2000 => """{"patient":"p","colour":1}""",
                        _ => $$"""{"patient":"p-{{i}}"}""",
                    }
                )
                .Append('\n');
        }

        var result = await ImportAsync(server, Members + ":import", body.ToString());
        Assert.Equal("done", (string)result["state"]!);
        Assert.Equal(2496, (int)result["accepted"]!);
        Assert.Equal([7, 1200, 1201, 2000], result["errors"]!.AsArray().Select(error => (int)error!["line"]!));
        Assert.DoesNotContain("not an id", result.ToJsonString());
        Assert.Equal(3, server.Store.Batches);
        Assert.Equal(2496, (await server.Store.ListMembersAsync("acme-orders", null, 10_000, default)).Count);
        Assert.Contains(
            server.Journal.Records,
            record => record.Event == "roster.import" && record.Note!.Contains("accepted 2496", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("nonsense", "malformed-line")]
    [InlineData("[]", "malformed-line")]
    [InlineData("""{"patient":17}""", "malformed-patient")]
    [InlineData("""{"patient":"p","until":"soon"}""", "malformed-until")]
    [InlineData("""{"patient":"p","remove":"yes"}""", "malformed-remove")]
    [InlineData("""{"patient":"p","Mustermann":1}""", "unknown-member")]
    public async Task Import_BadLine_NamesTheMember_AndNeverWhatStandsThere(string line, string code)
    {
        await using var server = await StartAsync();
        var result = await ImportAsync(server, Members + ":import", line + "\n");

        Assert.Equal(code, (string)result["errors"]![0]!["code"]!);
        Assert.DoesNotContain("Mustermann", result.ToJsonString());
    }

    [Fact]
    public async Task Import_StoreFails_SaysWhereToResume_AndResumes()
    {
        await using var server = await StartAsync();
        var body = string.Concat(Enumerable.Range(1, 2500).Select(i => $$"""{"patient":"p-{{i}}"}""" + "\n"));
        server.Store.FailBatch = 2;
        var broken = await ImportAsync(server, Members + ":import", body);
        Assert.Equal("failed", (string)broken["state"]!);
        Assert.Equal(1001, (int)broken["next_line"]!);
        var resumed = await ImportAsync(server, Members + ":import?from_line=1001", body);
        Assert.Equal("done", (string)resumed["state"]!);
        Assert.Equal(1500, (int)resumed["accepted"]!);
        Assert.Equal(2500, (await server.Store.ListMembersAsync("acme-orders", null, 10_000, default)).Count);
    }

    // It may take hours, at the sender's own pace: a key that was stolen and ended goes on with nothing that it began.
    [Fact]
    public async Task Import_WhoseKeyIsEndedMeanwhile_WritesNoFurtherBatch_AnotherGoesOnFromThere()
    {
        await using var server = await StartAsync();
        await server.AddKeyAsync("fred", "feed");
        var body = string.Concat(Enumerable.Range(1, 2500).Select(i => $$"""{"patient":"p-{{i}}"}""" + "\n"));
        server.Store.AfterBatch = () =>
            _ = server.Store.WriteAsync([new RegistryWrite(RegistryKind.AdminKey, "fred", null, null)], "adam", default);

        var answer = await server.SendAsync("fred", "POST", Members + ":import", body, ("Content-Type", "application/x-ndjson"));
        var broken = JsonNode.Parse(answer.Text.TrimEnd().Split('\n')[^1])!;
        Assert.Equal(("failed", "caller-ended"), ((string)broken["state"]!, (string)broken["failure"]!));
        Assert.Equal(1001, (int)broken["next_line"]!);
        Assert.Equal(1000, (await server.Store.ListMembersAsync("acme-orders", null, 10_000, default)).Count);

        var resumed = await ImportAsync(server, Members + ":import?from_line=1001", body);
        Assert.Equal(("done", 1500), ((string)resumed["state"]!, (int)resumed["accepted"]!));
        Assert.Equal(2500, (await server.Store.ListMembersAsync("acme-orders", null, 10_000, default)).Count);
    }

    // Who ends a stolen key makes another one under its name; who changes when it ends makes none.
    [Theory]
    [InlineData(true, "failed")]
    [InlineData(false, "done")]
    public async Task Import_WhoseKeyIsAnotherByNow_WritesNoFurtherBatch(bool isAnother, string state)
    {
        await using var server = await StartAsync();
        await server.AddKeyAsync("fred", "feed");
        var key = RegistryJson.Deserialize<AdminKey>((await server.Store.FindAsync(RegistryKind.AdminKey, "fred", default))!.Json);
        var next = key with { Hash = isAnother ? key.Hash[1..] + key.Hash[0] : key.Hash, Expires = server.Time.Now.AddDays(1) };
        var body = string.Concat(Enumerable.Range(1, 2500).Select(i => $$"""{"patient":"p-{{i}}"}""" + "\n"));
        server.Store.AfterBatch = () =>
            _ = server.Store.WriteAsync(
                [new RegistryWrite(RegistryKind.AdminKey, "fred", RegistryJson.Serialize(next), null)],
                "adam",
                default
            );

        var answer = await server.SendAsync("fred", "POST", Members + ":import", body, ("Content-Type", "application/x-ndjson"));
        Assert.Equal(state, (string)JsonNode.Parse(answer.Text.TrimEnd().Split('\n')[^1])!["state"]!);
    }

    [Fact]
    public async Task Import_RemoveLines_Remove_LastWordCounts()
    {
        await using var server = await StartAsync();
        await server.SendAsync("olga", "PUT", Members + "/p-1");
        var result = await ImportAsync(
            server,
            Members + ":import",
            """
            {"patient":"p-1","remove":true}
            {"patient":"p-2"}

            {"patient":"p-2","remove":true}
            {"patient":"p-3"}
            """
        );
        Assert.Equal(2, (int)result["removed"]!);
        Assert.Equal("p-3", (await server.Store.ListMembersAsync("acme-orders", null, 10, default)).Single().Patient.Value);
    }

    [Fact]
    public async Task Import_DryRunOrJournalDownOrWrongType_WritesNothing()
    {
        await using var server = await StartAsync();
        Assert.Equal(1, (int)(await ImportAsync(server, Members + ":import?dry_run=true", """{"patient":"p-1"}"""))["accepted"]!);
        Assert.Equal(0, server.Store.Batches);
        Assert.Equal(415, (await server.PostAsync(Members + ":import", """{"patient":"p-1"}""")).Status);
        server.Journal.Room = 0;
        Assert.Equal(
            503,
            (
                await server.SendAsync(
                    "olga",
                    "POST",
                    Members + ":import",
                    """{"patient":"p-1"}""",
                    ("Content-Type", "application/x-ndjson")
                )
            ).Status
        );
        Assert.Equal(0, server.Store.Batches);
    }

    // What is added may be refused; what is taken away waits for none of it.
    [Fact]
    public async Task Import_WhatItAddsFails_WhatItRemovesIsRemoved()
    {
        await using var server = await StartAsync();
        await server.SendAsync("olga", "PUT", Members + "/p-1");
        server.Store.FailBatch = server.Store.Batches + 1;
        var broken = await ImportAsync(
            server,
            Members + ":import",
            """
            {"patient":"p-2"}
            {"patient":"p-1","remove":true}
            """
        );

        Assert.Equal(("failed", 1), ((string)broken["state"]!, (int)broken["next_line"]!));
        Assert.Empty(await server.Store.ListMembersAsync("acme-orders", null, 10, default));
    }

    private static async Task<AdminServer> StartAsync()
    {
        var server = await AdminServer.StartAsync();
        Assert.Equal(201, (await server.PostAsync("/admin/v1/rosters", Sample.Roster)).Status);
        return server;
    }

    private static async Task<JsonNode> ImportAsync(AdminServer server, string path, string body)
    {
        var answer = await server.SendAsync("olga", "POST", path, body, ("Content-Type", "application/x-ndjson"));
        Assert.True(answer.Status == 200, answer.Text);
        return JsonNode.Parse(answer.Text.TrimEnd().Split('\n')[^1])!;
    }
}
