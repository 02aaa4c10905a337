using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

public sealed class DocumentEndpointsTests
{
    private const string Organizations = "/admin/v1/organizations";

    [Fact]
    public async Task Create_WholeRegistry_IsReadBack()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var client = await server.GetAsync("/admin/v1/clients/acme-connector");
        Assert.Equal(200, client.Status);
        Assert.Equal("\"1\"", client.ETag);
        Assert.Equal("draft", (string)client.Json["status"]!);
        Assert.Equal("olga@hospital.example", (string)client.Json["meta"]!["updatedBy"]!);
        Assert.Equal("no-store", client.Headers["Cache-Control"]);
    }

    [Fact]
    public async Task Create_Twice_Is409()
    {
        await using var server = await AdminServer.StartAsync();
        Assert.Equal(201, (await server.PostAsync(Organizations, Sample.Organization)).Status);
        var second = await server.PostAsync(Organizations, Sample.Organization);
        Assert.Equal(409, second.Status);
        Assert.Equal("already-exists", second.Code);
        Assert.Equal("application/problem+json", second.ContentType);
    }

    [Theory]
    [InlineData("""{"id":"a","kind":"vendor","name":"A","extra":1}""", 422, "/extra")]
    [InlineData("""{"id":"a","kind":"vendor"}""", 422, "/name")]
    [InlineData("""{"id":"a","kind":"vendor","name":null}""", 422, "/name")]
    [InlineData("""{"id":"a","kind":"pirate","name":"A"}""", 422, "/kind")]
    [InlineData("""{"id":"a","kind":1,"name":"A"}""", 422, "/kind")]
    [InlineData("""{"id":"A b","kind":"vendor","name":"A"}""", 422, "/id")]
    [InlineData("""{"id":"аcme","kind":"vendor","name":"Cyrillic a"}""", 422, "/id")]
    [InlineData(
        """{"id":"a","kind":"vendor","name":"A","lastReview":{"on":"yesterday","by":"x","reference":"y"}}""",
        422,
        "/lastReview/on"
    )]
    [InlineData("""{"id":"a","kind":"vendor","name":"A","lastReview":{"on":"2026-01-01"}}""", 422, "/lastReview/by")]
    [InlineData("""{"id":"a","kind":"vendor","name":"A","modules":"x"}""", 422, "/modules")]
    [InlineData("""{"id":"a","kind":"vendor","name":"A","modules":["x",7]}""", 422, "/modules/1")]
    [InlineData("""{"id":"a","kind":"vendor","name":"A","name":"B"}""", 400, "/name")]
    [InlineData("""{"id":"a","kind":"vendor","name":"A","lastReview":{"by":"x","by":"y"}}""", 400, "/lastReview/by")]
    [InlineData("""{"id":"a",""", 400, "")]
    [InlineData("[]", 400, "")]
    public async Task Create_BadBody_PointsAtThePlace(string body, int status, string pointer)
    {
        await using var server = await AdminServer.StartAsync();
        var writes = server.Store.Writes;
        var answer = await server.PostAsync(Organizations, body);
        Assert.Equal(status, answer.Status);
        Assert.Contains(pointer, answer.Json["errors"] is null ? [""] : answer.Pointers);
        Assert.Equal(writes, server.Store.Writes);
        Assert.DoesNotContain("System.", answer.Text);
        Assert.DoesNotContain("PhiGateway.Policy", answer.Text);
    }

    [Fact]
    public async Task Create_DanglingReference_Is422WithPointer()
    {
        await using var server = await AdminServer.StartAsync();
        var answer = await server.PostAsync("/admin/v1/agreements", Sample.Agreement);
        Assert.Equal(422, answer.Status);
        Assert.Contains("/organization", answer.Pointers);
    }

    [Fact]
    public async Task Create_TenMegabytes_Is413()
    {
        await using var server = await AdminServer.StartAsync();
        var answer = await server.PostAsync(Organizations, $$"""{"id":"a","kind":"vendor","name":"{{new string('x', 10_000_000)}}"}""");
        Assert.Equal(413, answer.Status);
    }

    [Fact]
    public async Task Create_OtherMediaType_Is415()
    {
        await using var server = await AdminServer.StartAsync();
        var answer = await server.PostAsync(Organizations, Sample.Organization, "olga", ("Content-Type", "text/plain"));
        Assert.Equal(415, answer.Status);
        Assert.Equal("application/problem+json", answer.ContentType);
    }

    [Fact]
    public async Task Replace_WithoutIfMatch_Is428_Stale_Is412_Fresh_Is200()
    {
        await using var server = await AdminServer.StartAsync();
        await server.PostAsync(Organizations, Sample.Organization);
        var next = Sample.Organization.Replace("Laboratories", "Labs", StringComparison.Ordinal);
        Assert.Equal(428, (await server.SendAsync("olga", "PUT", Organizations + "/acme", next)).Status);
        Assert.Equal(412, (await server.SendAsync("olga", "PUT", Organizations + "/acme", next, ("If-Match", "\"7\""))).Status);
        Assert.Equal(412, (await server.SendAsync("olga", "PUT", Organizations + "/acme", next, ("If-Match", "W/\"1\""))).Status);
        var written = await server.SendAsync("olga", "PUT", Organizations + "/acme", next, ("If-Match", "\"1\""));
        Assert.Equal(200, written.Status);
        Assert.Equal("\"2\"", written.ETag);
        Assert.Equal("Acme Labs", (string)written.Json["name"]!);
    }

    [Fact]
    public async Task Replace_WhatWasRead_IsAccepted()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        foreach (
            var path in new[] { "/admin/v1/clients/acme-connector", "/admin/v1/use-cases/lab-results", "/admin/v1/credentials/acme-oidc" }
        )
        {
            var read = await server.GetAsync(path);
            var written = await server.SendAsync("otto", "PUT", path, read.Text, ("If-Match", read.ETag!));
            Assert.Equal(200, written.Status);
            Assert.Equal((string?)read.Json["changedBy"], (string?)written.Json["changedBy"]);
        }
    }

    [Fact]
    public async Task Replace_IfNoneMatchStar_CreatesOnly()
    {
        await using var server = await AdminServer.StartAsync();
        Assert.Equal(
            201,
            (await server.SendAsync("olga", "PUT", Organizations + "/acme", Sample.Organization, ("If-None-Match", "*"))).Status
        );
        Assert.Equal(
            412,
            (await server.SendAsync("olga", "PUT", Organizations + "/acme", Sample.Organization, ("If-None-Match", "*"))).Status
        );
    }

    [Fact]
    public async Task Replace_OtherIdInBody_Is422()
    {
        await using var server = await AdminServer.StartAsync();
        await server.PostAsync(Organizations, Sample.Organization);
        var answer = await server.SendAsync(
            "olga",
            "PUT",
            Organizations + "/acme",
            Sample.Organization.Replace("\"acme\"", "\"acme2\"", StringComparison.Ordinal),
            ("If-Match", "\"1\"")
        );
        Assert.Equal(["/id"], answer.Pointers);
    }

    // Two persons with the same form: the second is told who was faster, when, and where the two differ.
    [Theory]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    public async Task Write_ByAStaleForm_Is412AndNamesWhoAndWhatChanged_ByAFreshOnePasses(string method)
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        const string Path = "/admin/v1/organizations/acme";
        var form = await server.GetAsync(Path);
        Assert.Equal(200, (await server.PatchAsync(Path, """{"name":"Acme Labs"}""", "otto")).Status);

        var mine = method == "PUT" ? Edited(form.Json) : """{"name":"Acme","modules":["results@9"]}""";
        (string, string)[] headers = [("If-Match", form.ETag!), ("Content-Type", Type(method))];
        var stale = await server.SendAsync("olga", method, Path, mine, headers);

        Assert.Equal((412, "precondition-failed"), (stale.Status, stale.Code));
        Assert.Contains("written by otto@hospital.example at 20", (string)stale.Json["detail"]!);
        Assert.Equal(["/modules", "/name"], stale.Pointers.Order());
        headers[0] = ("If-Match", (await server.GetAsync(Path)).ETag!);
        Assert.Equal(200, (await server.SendAsync("olga", method, Path, mine, headers)).Status);

        static string Type(string method) => method == "PUT" ? "application/json" : "application/merge-patch+json";

        static string Edited(System.Text.Json.Nodes.JsonNode form)
        {
            var next = form.DeepClone();
            next["name"] = "Acme";
            next["modules"] = new System.Text.Json.Nodes.JsonArray("results@9");
            return next.ToJsonString();
        }
    }

    [Theory]
    [InlineData("clients/acme-connector:suspend")]
    [InlineData("clients/acme-connector:attest")]
    [InlineData("use-cases/lab-results:retire")]
    [InlineData("organizations/acme:offboard")]
    public async Task Verb_ByAStaleForm_Is412AndNamesWho_ByAFreshOnePasses(string verb)
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var path = "/admin/v1/" + verb.Split(':')[0];
        var seen = (await server.GetAsync(path)).ETag!;
        var change = verb[0] switch
        {
            'c' => """{"description":"Other words."}""",
            'u' => """{"title":"Other words"}""",
            _ => """{"name":"Other words"}""",
        };
        Assert.Equal(200, (await server.PatchAsync(path, change, "otto")).Status);

        var stale = await server.PostAsync("/admin/v1/" + verb, """{"reason":"r"}""", "olga", ("If-Match", seen));
        Assert.Equal(412, stale.Status);
        Assert.Contains("written by otto@hospital.example", (string)stale.Json["detail"]!);
        var fresh = (await server.GetAsync(path)).ETag!;
        Assert.Equal(200, (await server.PostAsync("/admin/v1/" + verb, """{"reason":"r"}""", "olga", ("If-Match", fresh))).Status);
    }

    [Fact]
    public async Task Replace_TwoAdminsAtOnce_SecondIs412()
    {
        await using var server = await AdminServer.StartAsync();
        await server.PostAsync(Organizations, Sample.Organization);
        server.Store.BeforeWrite = () =>
            server.Store.WriteAsync([new RegistryWrite(RegistryKind.Organization, "acme", Sample.Organization, 1)], "elsewhere", default);
        var answer = await server.SendAsync("olga", "PUT", Organizations + "/acme", Sample.Organization, ("If-Match", "\"1\""));
        Assert.Equal(412, answer.Status);
        Assert.Contains(server.Journal.Records, record => record.Event == "organization.update" && record.Status == 409);
    }

    [Fact]
    public async Task Patch_Merge_ChangesOnlyWhatItNames()
    {
        await using var server = await AdminServer.StartAsync();
        await server.PostAsync(Organizations, Sample.Organization);
        var answer = await server.PatchAsync(Organizations + "/acme", """{"name":"Acme","contacts":{"security":"soc@acme.example"}}""");
        Assert.Equal(200, answer.Status);
        Assert.Equal("Acme", (string)answer.Json["name"]!);
        Assert.Equal("results@4", (string)answer.Json["modules"]![0]!);
        var removed = await server.PatchAsync(Organizations + "/acme", """{"contacts":{"security":null}}""");
        Assert.Null(removed.Json["contacts"]!["security"]);
    }

    [Theory]
    [InlineData("status", "\"active\"")]
    [InlineData("ownerConfirmed", "\"2026-05-01\"")]
    [InlineData("requestedBy", "\"someone\"")]
    [InlineData("changedBy", "\"someone\"")]
    public async Task Patch_MemberOfTheVerbs_IsRefused(string member, string value)
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var answer = await server.PatchAsync("/admin/v1/clients/acme-connector", $$"""{"{{member}}":{{value}}}""");
        Assert.Equal(422, answer.Status);
        Assert.Equal(["/" + member], answer.Pointers);
    }

    [Fact]
    public async Task Delete_Referenced_Is409_Unreferenced_Is204()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var refused = await server.SendAsync("olga", "DELETE", Organizations + "/acme", null, ("If-Match", "\"1\""));
        Assert.Equal(409, refused.Status);
        Assert.Equal("referenced", refused.Code);
        Assert.Equal(428, (await server.SendAsync("olga", "DELETE", "/admin/v1/credentials/acme-oidc")).Status);
        Assert.Equal(
            204,
            (await server.SendAsync("olga", "DELETE", "/admin/v1/credentials/acme-oidc", null, ("If-Match", "\"1\""))).Status
        );
        Assert.Equal(404, (await server.GetAsync("/admin/v1/credentials/acme-oidc")).Status);
    }

    [Fact]
    public async Task Read_IfNoneMatch_Is304()
    {
        await using var server = await AdminServer.StartAsync();
        await server.PostAsync(Organizations, Sample.Organization);
        Assert.Equal(304, (await server.SendAsync("vera", "GET", Organizations + "/acme", null, ("If-None-Match", "\"1\""))).Status);
        Assert.Equal(200, (await server.SendAsync("vera", "GET", Organizations + "/acme", null, ("If-None-Match", "\"2\""))).Status);
        var list = await server.GetAsync(Organizations);
        Assert.Equal(304, (await server.SendAsync("vera", "GET", Organizations, null, ("If-None-Match", list.ETag!))).Status);
    }

    [Fact]
    public async Task DryRun_OfEveryWrite_WritesNothing()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var writes = server.Store.Writes;
        var records = server.Journal.Records.Count;
        var create = await server.PostAsync(
            Organizations + "?dry_run=true",
            Sample.Organization.Replace("acme", "beta", StringComparison.Ordinal)
        );
        Assert.Equal(200, create.Status);
        Assert.Equal("create", (string)create.Json["changes"]![0]!["action"]!);
        var put = await server.SendAsync(
            "olga",
            "PATCH",
            "/admin/v1/clients/acme-connector?dry_run=true",
            """{"delegationDepth":1}""",
            ("If-Match", "\"1\"")
        );
        Assert.Contains(put.Json["changes"]![0]!["diff"]!.AsArray(), line => (string)line!["pointer"]! == "/delegationDepth");
        Assert.Equal("acme-connector", (string)put.Json["clients_affected"]![0]!);
        var delete = await server.SendAsync("olga", "DELETE", "/admin/v1/credentials/acme-oidc?dry_run=true", null, ("If-Match", "\"1\""));
        Assert.Equal("delete", (string)delete.Json["changes"]![0]!["action"]!);
        Assert.Equal(writes, server.Store.Writes);
        Assert.Equal(records, server.Journal.Records.Count);
    }

    [Fact]
    public async Task Write_JournalDown_Is503AndNothingIsWritten()
    {
        await using var server = await AdminServer.StartAsync();
        var writes = server.Store.Writes;
        server.Journal.Room = 0;
        var answer = await server.PostAsync(Organizations, Sample.Organization);
        Assert.Equal(503, answer.Status);
        Assert.Equal("audit-unavailable", answer.Code);
        Assert.Equal(writes, server.Store.Writes);
        server.Journal.Room = null;
        Assert.Equal(201, (await server.PostAsync(Organizations, Sample.Organization)).Status);
    }

    [Fact]
    public async Task Write_JournalDownAfterIntent_SaysThatItWasWritten()
    {
        await using var server = await AdminServer.StartAsync();
        server.Journal.Room = 1;
        var answer = await server.PostAsync(Organizations, Sample.Organization);
        Assert.Equal(503, answer.Status);
        Assert.Equal("outcome-unrecorded", answer.Code);
        Assert.Equal(200, (await server.GetAsync(Organizations + "/acme")).Status);
    }

    [Fact]
    public async Task Write_Change_IsRecordedWithActorBeforeAndAfter()
    {
        await using var server = await AdminServer.StartAsync();
        await server.PostAsync(Organizations, Sample.Organization);
        var answer = await server.PatchAsync(Organizations + "/acme", """{"name":"Acme"}""");
        var records = server.Journal.Records.Where(record => record.Event == "organization.update").ToList();
        Assert.Equal(2, records.Count);
        Assert.Equal(answer.Headers["X-Request-Id"], records[0].Id.ToString());
        Assert.Equal("olga@hospital.example", records[0].Actor);
        Assert.Equal("organization/acme", records[0].Target);
        Assert.Equal("Acme Laboratories", (string)JsonNode.Parse(records[0].Before!)!["name"]!);
        Assert.Equal("Acme", (string)JsonNode.Parse(records[0].After!)!["name"]!);
        Assert.Equal(records[0].Id, records[1].ParentId);
        Assert.Equal(200, records[1].Status);
    }
}
