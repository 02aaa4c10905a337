using PhiGateway.Admin.Configuration;
using PhiGateway.Identity.Signals;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

public sealed class OffboardTests
{
    private const string Offboard = "/admin/v1/organizations/acme:offboard";

    [Fact]
    public async Task Offboard_DryRunFirst_ThenAllClientsInOneWrite()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var writes = server.Store.Writes;
        var plan = await server.PostAsync(Offboard + "?dry_run=true", """{"reason":"contract ended"}""");
        Assert.Equal(["acme-connector"], plan.Json["clients_affected"]!.AsArray().Select(id => (string)id!));
        Assert.Equal(writes, server.Store.Writes);
        var done = await server.PostAsync(Offboard, """{"reason":"contract ended"}""");
        Assert.Equal("offboarded", (string)done.Json["status"]!);
        Assert.Equal(writes + 1, server.Store.Writes);
        Assert.Equal("revoked", (string)(await server.GetAsync("/admin/v1/clients/acme-connector")).Json["status"]!);
        Assert.Equal("organization", (string)(await server.GetAsync("/admin/v1/revocations")).Json["items"]![0]!["target"]!);
        var records = server.Journal.Records.Where(record => record.Event == "organization.offboard").ToList();
        Assert.Contains(
            records,
            record => record.Target == "client/acme-connector" && record.ParentId == records[0].Id && record.Before is not null
        );
    }

    [Fact]
    public async Task Offboard_ClientChangedMeanwhile_IsPlannedAnew_StaleIfMatchIs412()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var client = await server.Store.FindAsync(RegistryKind.Client, "acme-connector", default);
        server.Store.BeforeWrite = () =>
            server.Store.WriteAsync(
                [new RegistryWrite(RegistryKind.Client, client!.Id, client.Json, client.Version)],
                "elsewhere",
                default
            );
        Assert.Equal(200, (await server.PostAsync(Offboard, """{"reason":"contract ended"}""")).Status);
        Assert.Equal("revoked", (string)(await server.GetAsync("/admin/v1/clients/acme-connector")).Json["status"]!);
        var records = server
            .Journal.Records.Where(record => record.Event == "organization.offboard" && record.Target == "organization/acme")
            .ToList();
        Assert.Equal([409, 200], records.Select(record => record.Status).Where(status => status != 0));
        Assert.Equal(412, (await server.PostAsync(Offboard, """{"reason":"contract ended"}""", "olga", ("If-Match", "\"1\""))).Status);
    }

    [Fact]
    public async Task Offboard_StageSuspend_CanBeUndone_RevokeCannot()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        Assert.Equal("suspended", (string)(await server.PostAsync(Offboard, """{"reason":"observe","stage":"suspend"}""")).Json["status"]!);
        Assert.Equal(200, (await server.PatchAsync("/admin/v1/organizations/acme", """{"status":"active"}""")).Status);
        await server.PostAsync(Offboard, """{"reason":"contract ended"}""");
        var reopened = await server.PatchAsync("/admin/v1/organizations/acme", """{"status":"active"}""");
        Assert.Equal(["/status"], reopened.Pointers);

        // Final by the verb too: what was ended is not watched again. Ended again it may be.
        var watched = await server.PostAsync(Offboard, """{"reason":"observe","stage":"suspend"}""");
        Assert.Equal((409, "offboarded"), (watched.Status, watched.Code));
        Assert.Equal("offboarded", (string)(await server.GetAsync("/admin/v1/organizations/acme")).Json["status"]!);
        Assert.Equal(200, (await server.PostAsync(Offboard, """{"reason":"contract ended"}""")).Status);
        Assert.Equal(["/reason"], (await server.PostAsync(Offboard, "{}")).Pointers);
    }

    [Fact]
    public async Task OwnerLeft_ClosesTheirClients_AndRaisesAlerts()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var answer = await server.PostAsync("/admin/v1/owners/mary@hospital.example:left", """{"reason":"moved on"}""");
        Assert.Equal(200, answer.Status);
        Assert.Null((await server.GetAsync("/admin/v1/clients/acme-connector")).Json["ownerConfirmed"]);
        Assert.Equal(2, (await server.GetAsync("/admin/v1/alerts?kind=owner-left")).Json["items"]!.AsArray().Count);
        Assert.False((bool)(await server.GetAsync("/admin/v1/clients/acme-connector/posture")).Json["path_open"]!);
        Assert.Equal(404, (await server.PostAsync("/admin/v1/owners/nobody:left", "{}")).Status);
        Assert.Equal(200, (await server.PostAsync("/admin/v1/clients/acme-connector:attest", "{}")).Status);
    }

    [Fact]
    public async Task OwnerLeft_OfWhoAnswersForAnAgent_EndsTheirAnswerToday()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        Assert.Equal(200, (await server.PatchAsync("/admin/v1/clients/acme-connector", AgentOf("reader-4.1"))).Status);
        Assert.Equal(200, (await server.PostAsync("/admin/v1/clients/acme-connector:attest", "{}")).Status);

        var left = await server.PostAsync("/admin/v1/owners/ada@hospital.example:left", """{"reason":"moved on"}""");
        Assert.True(left.Status == 200, left.Text);

        var client = (await server.GetAsync("/admin/v1/clients/acme-connector")).Json;
        Assert.Equal("2026-05-01", (string)client["charter"]!["accountableUntil"]!);
        Assert.NotNull(client["ownerConfirmed"]);
        var doors = (await server.GetAsync("/admin/v1/clients/acme-connector/posture")).Json["doors"]!.AsArray();
        Assert.False((bool)doors.Single(static door => (string)door!["name"]! == "charter")!["open"]!);
        // Who has left already leaves nothing more.
        Assert.Equal(404, (await server.PostAsync("/admin/v1/owners/ada@hospital.example:left", "{}")).Status);
    }

    [Theory]
    [InlineData("acme-ai/reader-4.1")]
    [InlineData("acme-ai/*")]
    public async Task Revoke_AModel_StopsItsAgentsAndSaysWhichBefore(string model)
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var body = $$"""{"target":"model","value":"{{model}}","reason":"odd answers"}""";
        Assert.Equal(422, (await server.PostAsync("/admin/v1/revocations", body)).Status);
        Assert.Equal(200, (await server.PatchAsync("/admin/v1/clients/acme-connector", AgentOf("reader-4.2"))).Status);
        Assert.Equal(model == "acme-ai/*" ? 200 : 422, (await server.PostAsync("/admin/v1/revocations?dry_run=true", body)).Status);
        Assert.Equal(200, (await server.PatchAsync("/admin/v1/clients/acme-connector", AgentOf("reader-4.1"))).Status);

        var dry = await server.PostAsync("/admin/v1/revocations?dry_run=true", body);
        var made = await server.PostAsync("/admin/v1/revocations", body);

        Assert.Equal(["acme-connector"], dry.Json["revoked_clients"]!.AsArray().Select(static one => (string)one!));
        Assert.Equal(201, made.Status);
        Assert.Equal(["acme-connector"], made.Json["matched"]!.AsArray().Select(static one => (string)one!));
        var doors = (await server.GetAsync("/admin/v1/clients/acme-connector/posture")).Json["doors"]!.AsArray();
        Assert.False((bool)doors.Single(static door => (string)door!["name"]! == "revocation")!["open"]!);
    }

    private static string AgentOf(string model) =>
        $$$"""
            {"kind":"ai-agent","limits":{"distinctPatientsPerDay":50},"charter":{"model":"{{{model}}}","vendor":"acme-ai",
            "accountable":"ada@hospital.example","accountableUntil":"2026-12-31"}}
            """;

    [Theory]
    [InlineData("""{"target":"client","value":"acme-connector","reason":"r"}""", 201)]
    [InlineData("""{"target":"client","value":"labcoo","reason":"r"}""", 422)]
    [InlineData("""{"target":"credential","value":"acme-oidc","reason":"r"}""", 201)]
    [InlineData("""{"target":"credential","value":"labcoo","reason":"r"}""", 422)]
    [InlineData("""{"target":"token","value":"jti-1","issuer":"hospital-idp","reason":"r"}""", 201)]
    [InlineData("""{"target":"token-hash","value":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","reason":"r"}""", 201)]
    [InlineData("""{"target":"organization","value":"acme","reason":"r"}""", 201)]
    [InlineData("""{"target":"organization","value":"labcoo","reason":"r"}""", 422)]
    [InlineData("""{"target":"use-case","value":"lab-results","reason":"r"}""", 201)]
    [InlineData("""{"target":"use-case","value":"labcoo","reason":"r"}""", 422)]
    [InlineData("""{"target":"tenant","value":"north","reason":"r"}""", 201)]
    [InlineData("""{"target":"tenant","value":"labcoo","reason":"r"}""", 422)]
    [InlineData("""{"target":"issuer","value":"hospital-idp","reason":"r"}""", 201)]
    [InlineData("""{"target":"issuer","value":"labcoo","reason":"r"}""", 422)]
    [InlineData("""{"target":"issued-before","reason":"r"}""", 201)]
    [InlineData("""{"target":"issued-before","issued_before":"2026-05-01T11:00:00Z","issuer":"hospital-idp","reason":"r"}""", 201)]
    [InlineData("""{"target":"issued-before","issued_before":"2027-05-01T11:00:00Z","reason":"r"}""", 422)]
    [InlineData("""{"target":"subject","value":"dr-jones","issuer":"hospital-idp","reason":"r"}""", 201)]
    [InlineData(
        """{"target":"subject","value":"dr-jones","issuer":"hospital-idp","issued_before":"2026-05-01T11:00:00Z","reason":"r"}""",
        201
    )]
    [InlineData("""{"target":"subject","value":"dr-jones","reason":"r"}""", 422)]
    [InlineData("""{"target":"subject","issuer":"hospital-idp","reason":"r"}""", 422)]
    [InlineData("""{"target":"other-than-treatment","reason":"r"}""", 201)]
    [InlineData("""{"target":"other-than-treatment","value":"*","reason":"r"}""", 201)]
    [InlineData("""{"target":"other-than-treatment","value":"north","reason":"r"}""", 422)]
    [InlineData("""{"target":"other-than-treatment","issuer":"hospital-idp","reason":"r"}""", 422)]
    [InlineData("""{"target":"other-than-treatment"}""", 422)]
    [InlineData("""{"target":"token-hash","value":"eyJhbGciOi","reason":"r"}""", 422)]
    [InlineData("""{"target":"client","reason":"r"}""", 422)]
    [InlineData("""{"target":"everything","value":"x","reason":"r"}""", 422)]
    [InlineData("""{"target":"client","value":"x"}""", 422)]
    [InlineData("""{"target":"client","value":"x","issuer":"i","reason":"r"}""", 422)]
    public async Task Revoke_EveryTarget_BothWays(string body, int status)
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var answer = await server.PostAsync("/admin/v1/revocations", body);
        Assert.Equal(status, answer.Status);
        Assert.Equal(status == 201, answer.Json["matched"] is not null);
        if (status == 201)
        {
            // What it hits is said, and that it hits nothing yet is said too.
            var named =
                (string)answer.Json["target"]! is not ("token" or "token-hash" or "issued-before" or "subject" or "other-than-treatment");
            Assert.Equal(named ? ["acme-connector"] : [], answer.Json["matched"]!.AsArray().Select(client => (string)client!));
            Assert.Equal(named, answer.Json["note"] is null);
        }

        Assert.Equal(status == 201 ? 1 : 0, (await server.GetAsync("/admin/v1/revocations")).Json["items"]!.AsArray().Count);
    }

    // By another word than its name a row would stand there and stop nobody.
    [Theory]
    [InlineData("https://idp.hospital.example/", 422)]
    [InlineData("https://IDP.hospital.example", 422)]
    [InlineData("Hospital-IdP", 422)]
    [InlineData("hospital-idp", 201)]
    [InlineData("another-nodes", 201)]
    public async Task Revoke_AnIssuersSubject_GoesByItsName(string issuer, int status)
    {
        await using var server = await AdminServer.StartAsync(static options =>
            options.Signals = new SignalRules(
                new SignalsOptions(),
                new Dictionary<string, string> { ["hospital-idp"] = "https://idp.hospital.example" }
            )
        );
        await Sample.WriteAsync(server);
        foreach (var target in (string[])["subject", "token"])
        {
            var body = $$"""{"target":"{{target}}","value":"x","issuer":"{{issuer}}","reason":"r"}""";
            var answer = await server.PostAsync("/admin/v1/revocations", body);
            Assert.Equal(status, answer.Status);
            if (status == 422)
            {
                Assert.Equal(["/issuer"], answer.Pointers);
                Assert.Contains("hospital-idp", answer.Text, StringComparison.Ordinal);
            }
        }

        Assert.Equal(status == 201 ? 2 : 0, (await server.GetAsync("/admin/v1/revocations")).Json["items"]!.AsArray().Count);
    }

    // Whom the stop of everything else would hit is told before, with what runs of it; who only treats is not among them.
    [Theory]
    [InlineData("""["TREAT"]""", false)]
    [InlineData("""["TREAT","HPAYMT"]""", true)]
    public async Task Stop_OfOtherThanTreatment_SaysFirstWhomItHits(string purposes, bool isHit)
    {
        var asked = new List<string>();
        await using var server = await AdminServer.StartAsync(options =>
            options.RunningRequests = clients =>
            {
                asked.AddRange(clients);
                return 3;
            }
        );
        await Approvals.OpenAsync(server);
        Assert.Equal(200, (await server.PatchAsync("/admin/v1/use-cases/lab-results", $$"""{"purposes":{{purposes}}}""")).Status);
        const string Body = """{"target":"other-than-treatment","reason":"ransomware at a partner"}""";

        var plan = await server.PostAsync("/admin/v1/revocations?dry_run=true", Body);
        Assert.True(plan.Status == 200, plan.Text);
        string[] expected = isHit ? ["acme-connector"] : [];
        Assert.Equal(expected, plan.Json["revoked_clients"]!.AsArray().Select(static id => (string)id!));
        Assert.Equal(expected, asked);
        Assert.Equal(3, (int)plan.Json["requests_running"]!);
        Assert.Empty((await server.GetAsync("/admin/v1/revocations")).Json["items"]!.AsArray());

        var done = await server.PostAsync("/admin/v1/revocations", Body);
        Assert.Equal(expected, done.Json["matched"]!.AsArray().Select(static id => (string)id!));
    }

    [Fact]
    public async Task Lift_BySamePersonIsRefused_BySecondPasses()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var row = (
            await server.PostAsync("/admin/v1/revocations", """{"target":"tenant","value":"north","reason":"drill"}""", "nora")
        ).Json;
        var lift = $"/admin/v1/revocations/{(string)row["id"]!}:lift";
        Assert.Equal("four-eyes", (await server.PostAsync(lift, """{"reason":"over"}""", "nora")).Code);
        Assert.True((bool)(await server.PostAsync(lift, """{"reason":"over"}""", "anna")).Json["lifted"]!);
        Assert.Equal(404, (await server.PostAsync("/admin/v1/revocations/none:lift", """{"reason":"over"}""", "anna")).Status);
    }
}
