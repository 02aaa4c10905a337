using System.Globalization;
using System.Text.Json.Nodes;
using PhiGateway.Audit.Records;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Admin.Fakes;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>What was changed in the registry is told out of the trail, and is taken back as exactly the plan that was seen.</summary>
public sealed class HistoryTests
{
    private const string Revert = "/admin/v1/config:revert";

    [Fact]
    public async Task History_OfADocument_TellsWhoChangedWhatAndWhen()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        server.Time.Now = server.Time.Now.AddHours(1);
        await server.PatchAsync("/admin/v1/organizations/acme", """{"name":"Acme & Sons"}""");
        Assert.Equal(201, (await server.PostAsync("/admin/v1/rosters", """{"id":"of-today"}""")).Status);
        StoredTrail.Ship(server);

        var told = await server.GetAsync("/admin/v1/config/history?document=organization/acme", "olga");
        Assert.True(told.Status == 200, told.Text);
        var items = told.Json["items"]!.AsArray();
        Assert.Equal(["update", "create"], items.Select(static item => (string)item!["action"]!));
        Assert.Equal("olga@hospital.example", (string?)items[0]!["by"]);
        var place = Assert.Single(items[0]!["diff"]!.AsArray());
        Assert.Equal(("/name", "Acme & Sons"), ((string)place!["pointer"]!, (string)place["after"]!));
        Assert.True((long)items[0]!["revision"]! > (long)items[1]!["revision"]!);
        Assert.Contains(server.Journal.Records, static record => record is { Event: "config.history", Kind: AuditKind.AuditUse });

        var all = (await server.GetAsync("/admin/v1/config/history", "olga")).Json["items"]!.AsArray();
        Assert.Equal("roster/of-today", (string?)all[0]!["document"]);
        Assert.Equal(8, all.Count);
        var later = Uri.EscapeDataString(server.Time.Now.AddMinutes(-1).ToString("O", CultureInfo.InvariantCulture));
        Assert.Equal(2, (await server.GetAsync("/admin/v1/config/history?from=" + later, "olga")).Json["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task History_OfAClient_NamesWhoApprovedWhat()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        StoredTrail.Ship(server);

        var items = (await server.GetAsync("/admin/v1/config/history?document=client/acme-connector", "olga")).Json["items"]!.AsArray();
        Assert.Equal("anna@hospital.example", (string?)items[0]!["approved_by"]);
        Assert.Equal("create", (string?)items[^1]!["action"]);
        Assert.DoesNotContain(items, static item => item!["document"]!.ToString() != "client/acme-connector");
    }

    [Theory]
    [InlineData("document=acme")]
    [InlineData("document=task/t-1")]
    [InlineData("from=yesterday")]
    [InlineData("to=x")]
    [InlineData("document=client/a&document=client/b")]
    [InlineData("cursor=x")]
    public async Task History_OfWhatIsNoQuestion_Is400(string query)
    {
        await using var server = await AdminServer.StartAsync();
        Assert.Equal(400, (await server.GetAsync("/admin/v1/config/history?" + query, "olga")).Status);
    }

    [Fact]
    public async Task Revert_ToAMoment_IsWrittenAsThePlanThatWasSeen()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var before = (await server.GetAsync("/admin/v1/config:export")).Text;
        var at = Moment(server);
        server.Time.Now = server.Time.Now.AddHours(1);
        await server.PatchAsync("/admin/v1/organizations/acme", """{"name":"Acme & Sons"}""");
        Assert.Equal(201, (await server.PostAsync("/admin/v1/rosters", """{"id":"of-today"}""")).Status);
        var body = $$"""{"at":"{{at}}","prune":true}""";

        // What the store does not have yet cannot be undone.
        Assert.Equal("not-in-the-trail", (await server.PostAsync(Revert + "?dry_run=true", body)).Code);
        StoredTrail.Ship(server);
        var writes = server.Store.Writes;
        var plan = await server.PostAsync(Revert + "?dry_run=true", body);
        Assert.True(plan.Status == 200, plan.Text);
        Assert.Equal(
            ["organization/acme update", "roster/of-today delete"],
            plan.Json["changes"]!.AsArray().Select(static change => $"{change!["target"]} {change["action"]}").Order()
        );
        Assert.Equal(writes, server.Store.Writes);
        Assert.Equal(428, (await server.PostAsync(Revert, body)).Status);
        Assert.Equal(403, (await server.PostAsync(Revert, body, "vera", ("If-Match", plan.ETag!))).Status);

        // Whoever changed one of these documents meanwhile is not overwritten unseen.
        await server.PatchAsync("/admin/v1/organizations/acme", """{"name":"Acme, Sons & Daughters"}""");
        StoredTrail.Ship(server);
        Assert.Equal(412, (await server.PostAsync(Revert, body, "olga", ("If-Match", plan.ETag!))).Status);

        plan = await server.PostAsync(Revert + "?dry_run=true", body);
        var done = await server.PostAsync(Revert, body, "olga", ("If-Match", plan.ETag!));
        Assert.True(done.Status == 200, done.Text);
        Assert.Equal(before, (await server.GetAsync("/admin/v1/config:export")).Text);
        Assert.Contains(server.Journal.Records, static record => record is { Event: "config.revert", Kind: AuditKind.Admin });
    }

    // The registry as it is does not show that a document is gone; the store's tombstone does.
    [Fact]
    public async Task Revert_ADeletionThatIsNotInTheStoreYet_IsNotPassedOver()
    {
        await using var server = await AdminServer.StartAsync(services: FakeRegistrySource.Add);
        Assert.Equal(201, (await server.PostAsync("/admin/v1/rosters", """{"id":"of-yesterday"}""")).Status);
        StoredTrail.Ship(server);
        var body = $$"""{"at":"{{Moment(server)}}"}""";
        server.Time.Now = server.Time.Now.AddHours(1);
        var seen = await server.GetAsync("/admin/v1/rosters/of-yesterday");
        Assert.Equal(
            204,
            (await server.SendAsync("olga", "DELETE", "/admin/v1/rosters/of-yesterday", null, ("If-Match", seen.ETag!))).Status
        );

        Assert.Equal("not-in-the-trail", (await server.PostAsync(Revert + "?dry_run=true", body)).Code);
        StoredTrail.Ship(server);
        var plan = await server.PostAsync(Revert + "?dry_run=true", body);
        Assert.True(plan.Status == 200, plan.Text);
        Assert.Equal(
            ["roster/of-yesterday create"],
            plan.Json["changes"]!.AsArray().Select(static change => $"{change!["target"]} {change["action"]}")
        );
    }

    [Fact]
    public async Task History_AnActOfManyDocumentsThatWasNotWritten_IsReadOnce()
    {
        await using var server = await AdminServer.StartAsync();
        var head = Intent(server, Guid.Empty, "config", null);
        for (var i = 0; i < 30; i++)
        {
            Intent(server, head, $"roster/r-{i}", "{}");
        }

        var before = server.Trail.Queries;
        Assert.Empty((await server.GetAsync("/admin/v1/config/history", "olga")).Json["items"]!.AsArray());
        Assert.InRange(server.Trail.Queries - before, 1, 3);
    }

    [Fact]
    public async Task Revert_OfOneDocument_LeavesTheOthersAndIsApprovedAnew()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var at = Moment(server);
        server.Time.Now = server.Time.Now.AddHours(1);
        await server.PatchAsync("/admin/v1/organizations/acme", """{"name":"Acme & Sons"}""");
        await server.PatchAsync("/admin/v1/use-cases/lab-results", """{"purposes":["TREAT","HPAYMT"]}""");
        StoredTrail.Ship(server);
        var body = $$"""{"at":"{{at}}","document":"use-case/lab-results"}""";

        var plan = await server.PostAsync(Revert + "?dry_run=true", body);
        var targets = plan.Json["changes"]!.AsArray().Select(static change => (string)change!["target"]!).ToList();
        Assert.Contains("use-case/lab-results", targets);
        Assert.DoesNotContain("organization/acme", targets);
        var done = await server.PostAsync(Revert, body, "olga", ("If-Match", plan.ETag!));
        Assert.True(done.Status == 200, done.Text);
        Assert.Equal(["TREAT"], (await server.GetAsync("/admin/v1/use-cases/lab-results")).Json["purposes"]!.AsArray().GetValues<string>());
        Assert.Equal("Acme & Sons", (string?)(await server.GetAsync("/admin/v1/organizations/acme")).Json["name"]);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"at":"yesterday"}""")]
    [InlineData("""{"at":"2200-01-01T00:00:00Z"}""")]
    [InlineData("""{"at":"2026-01-01T00:00:00Z","document":"alert/x"}""")]
    [InlineData("""{"at":"2026-01-01T00:00:00Z","document":"acme"}""")]
    public async Task Revert_ToNoMoment_Is422(string body)
    {
        await using var server = await AdminServer.StartAsync();
        Assert.Equal(422, (await server.PostAsync(Revert + "?dry_run=true", body)).Status);
    }

    private static Guid Intent(AdminServer server, Guid parent, string target, string? after)
    {
        var record = new AuditRecord
        {
            Id = Guid.CreateVersion7(server.Time.Now),
            ParentId = parent,
            Kind = AuditKind.Admin,
            Event = "config.apply",
            Time = server.Time.Now.AddMinutes(-1),
            Actor = "olga@hospital.example",
            Target = target,
            Revision = 1,
            After = after,
            Note = "intent",
        };
        StoredTrail.Add(server, record);
        return record.Id;
    }

    private static string Moment(AdminServer server) => server.Time.Now.ToString("O", CultureInfo.InvariantCulture);
}
