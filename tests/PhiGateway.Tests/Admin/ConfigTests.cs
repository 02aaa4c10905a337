using PhiGateway.Audit.Records;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Files;
using PhiGateway.RegistryFiles.Yaml;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

public sealed class ConfigTests
{
    internal const string File = """
        organizations:
          - id: acme-lab
            kind: vendor
            name: Acme Laboratories
            modules: [results-connector@4]
            contacts: { security: soc@acme.example, owner: j.doe@acme.example }
        agreements:
          - id: baa-2026-017
            kind: baa
            organization: acme-lab
            effective: 2026-01-01
            expires: 2027-01-01
            jurisdictions: [US]
        useCases:
          - id: lab-results-to-chart
            title: Acme writes results, reads back what it wrote
            owner: mary.smith@hospital.example
            agreement: baa-2026-017
            purposes: [TREAT]
            environment: production
            tenants: [north]
            expires: 2026-12-31
            reviewEvery: 90d
            legalBasis: treatment
            grants:
              - types: [Observation, DiagnosticReport]
                interactions: [read, search, create]
                where: { category: laboratory }
                patients: { roster: acme-orders }
                confidentiality: N
              - types: [Patient]
                interactions: [read]
                elements: [id, identifier, name, birthDate]
                patients: { roster: acme-orders }
        clients:
          - id: acme-results-connector
            useCase: lab-results-to-chart
            kind: service
            owner: mary.smith@hospital.example
            deputy: li.wei@hospital.example
            requires: [dpop]
            networks: [203.0.113.0/24]
            limits: { requests: 20/s, distinctPatients: 500/h, records: 20000/d }
            credentials:
              - { kind: oidc-client, issuer: hospital-idp, clientId: acme-connector, rotateBy: 2026-06-30 }
        rosters:
          - { id: acme-orders, kind: care-relationship, source: orders feed }
        """;

    private const string Yaml = "application/yaml";

    [Fact]
    public async Task Export_AsOfAMoment_TakesDocumentsBackByTheUsualWay()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var before = await server.GetAsync("/admin/v1/config:export");
        var at = server.Time.Now.ToString("O", System.Globalization.CultureInfo.InvariantCulture);
        server.Time.Now = server.Time.Now.AddHours(1);
        await server.PatchAsync("/admin/v1/organizations/acme", """{"name":"Acme & Sons"}""");
        Assert.Equal(201, (await server.PostAsync("/admin/v1/rosters", """{"id":"of-today"}""")).Status);
        var path = "/admin/v1/config:export?at=" + Uri.EscapeDataString(at);

        // What the store does not have yet cannot be undone.
        Assert.Equal("not-in-the-trail", (await server.GetAsync(path)).Code);
        StoredTrail.Ship(server);
        var then = await server.GetAsync(path);
        Assert.True(then.Status == 200, then.Text);
        Assert.Equal(before.Text, then.Text);
        Assert.NotEqual(before.Text, (await server.GetAsync("/admin/v1/config:export")).Text);
        Assert.Contains(server.Journal.Records, static record => record is { Event: "config.export", Kind: AuditKind.AuditUse });

        var yaml = ("Content-Type", "application/yaml");
        var plan = await server.SendAsync("olga", "POST", "/admin/v1/config:plan?prune=true", then.Text, yaml);
        Assert.Equal(2, plan.Json["changes"]!.AsArray().Count);
        var applied = await server.SendAsync(
            "olga",
            "POST",
            "/admin/v1/config:apply?prune=true",
            then.Text,
            yaml,
            ("If-Match", plan.ETag!)
        );
        Assert.True(applied.Status == 200, applied.Text);
        Assert.Equal(before.Text, (await server.GetAsync("/admin/v1/config:export")).Text);
    }

    [Theory]
    [InlineData("yesterday")]
    [InlineData("2200-01-01T00:00:00Z")]
    [InlineData("2026-01-01T00:00:00Z&at=2026-02-01T00:00:00Z")]
    public async Task Export_AsOfNoMoment_Is400(string at)
    {
        await using var server = await AdminServer.StartAsync();

        Assert.Equal(400, (await server.GetAsync("/admin/v1/config:export?at=" + at)).Status);
    }

    [Fact]
    public async Task Apply_DocumentedExample_Export_PlanIsEmpty()
    {
        await using var server = await AdminServer.StartAsync();
        var plan = await SendAsync(server, "plan", File);
        Assert.True(plan.Status == 200, plan.Text);
        Assert.Equal(6, plan.Json["changes"]!.AsArray().Count);
        Assert.Equal(428, (await SendAsync(server, "apply", File)).Status);
        Assert.Equal(412, (await SendAsync(server, "apply", File, "\"stale\"")).Status);
        var applied = await SendAsync(server, "apply", File, plan.ETag);
        Assert.Equal(200, applied.Status);
        var client = (await server.GetAsync("/admin/v1/clients/acme-results-connector")).Json;
        Assert.Equal(20, (int)client["limits"]!["requestsPerSecond"]!);
        Assert.Equal("production", (string)client["environment"]!);
        Assert.Equal("draft", (string)client["status"]!);
        Assert.Equal("acme-lab", (string)(await server.GetAsync("/admin/v1/use-cases/lab-results-to-chart")).Json["organization"]!);
        Assert.Equal("acme-results-connector", (string)(await server.GetAsync("/admin/v1/credentials")).Json["items"]![0]!["client"]!);

        foreach (var accept in new[] { Yaml, "application/json" })
        {
            var export = await server.SendAsync("vera", "GET", "/admin/v1/config:export", null, ("Accept", accept));
            Assert.Equal(accept, export.ContentType);
            Assert.Equal(applied.ETag, export.ETag);
            var again = await server.SendAsync("vera", "POST", "/admin/v1/config:plan?prune=true", export.Text, ("Content-Type", accept));
            Assert.True(again.Status == 200, again.Text);
            Assert.Empty(again.Json["changes"]!.AsArray());
        }

        Assert.Empty((await SendAsync(server, "plan", File)).Json["changes"]!.AsArray());
    }

    [Fact]
    public async Task Apply_ActiveClient_KeepsStateAndApproval()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var export = await server.SendAsync("vera", "GET", "/admin/v1/config:export");
        Assert.DoesNotContain("status: active", export.Text.Split("clients:")[1]);
        var changed = export.Text.Replace("Lab results", "Laboratory results", StringComparison.Ordinal);
        var applied = await SendAsync(server, "apply", changed, export.ETag);
        Assert.Equal("use-case/lab-results", (string)Assert.Single(applied.Json["changes"]!.AsArray())!["target"]!);
        Assert.Empty(applied.Json["reapproval"]!.AsArray());
        Assert.Equal("active", (string)(await server.GetAsync("/admin/v1/clients/acme-connector")).Json["status"]!);
        var wider = await SendAsync(
            server,
            "plan",
            changed
                .Replace("- read", "- read\n          - history", StringComparison.Ordinal)
                .Replace("[read, search]", "[read, search, history]", StringComparison.Ordinal)
        );
        Assert.Equal("acme-connector", (string)wider.Json["widened"]![0]!["client"]!);
        Assert.Equal("acme-connector", (string)wider.Json["reapproval"]![0]!);
    }

    [Fact]
    public async Task Apply_OneBadDocument_AppliesNothing()
    {
        await using var server = await AdminServer.StartAsync();
        var writes = server.Store.Writes;
        var etag = (await SendAsync(server, "plan", "organizations: []")).ETag;
        var dangling = await SendAsync(
            server,
            "apply",
            File.Replace("roster: acme-orders }", "roster: nowhere }", StringComparison.Ordinal),
            etag
        );
        Assert.Equal(422, dangling.Status);
        var status = await SendAsync(
            server,
            "apply",
            File.Replace("    kind: service", "    kind: service\n    status: active", StringComparison.Ordinal),
            etag
        );
        Assert.Equal(["/clients/0/status"], status.Pointers);
        Assert.Equal(writes, server.Store.Writes);
        Assert.Equal(200, (await SendAsync(server, "apply", File, etag)).Status);
    }

    [Fact]
    public async Task Prune_DeletesOnlyWhenAsked_NeverALivingClient()
    {
        await using var server = await AdminServer.StartAsync();
        await server.PostAsync("/admin/v1/organizations", """{"id":"extra","kind":"vendor","name":"Extra"}""");
        var without = await SendAsync(server, "plan", "organizations: []");
        Assert.Empty(without.Json["changes"]!.AsArray());
        var pruned = await server.SendAsync(
            "olga",
            "POST",
            "/admin/v1/config:apply?prune=true",
            "organizations: []",
            ("Content-Type", Yaml),
            ("If-Match", without.ETag!)
        );
        Assert.Equal("delete", (string)pruned.Json["changes"]![0]!["action"]!);
        Assert.Equal(404, (await server.GetAsync("/admin/v1/organizations/extra")).Status);
        await Approvals.OpenAsync(server);
        var refused = await server.SendAsync(
            "olga",
            "POST",
            "/admin/v1/config:plan?prune=true",
            "organizations: []",
            ("Content-Type", Yaml)
        );
        Assert.Equal(422, refused.Status);
        Assert.Contains("client-lives", refused.Text);
    }

    [Theory]
    [InlineData("organizations: [", "")]
    [InlineData("organizations:\n  - &a { id: a }\n  - *a", "")]
    [InlineData("organizations: !!seq []", "")]
    [InlineData("organizations:\n  - { id: a, id: b }", "")]
    [InlineData("organisations: []", "/organisations")]
    [InlineData("organizations: {}", "/organizations")]
    [InlineData("organizations:\n  - { id: a, kind: vendor, name: A }\n  - { id: a, kind: vendor, name: B }", "/organizations/1/id")]
    [InlineData("clients:\n  - { id: a, useCase: u, owner: o, environment: p, limits: { requests: 20/h } }", "/clients/0/limits/requests")]
    [InlineData("useCases:\n  - { id: a, reviewEvery: 3w }", "/useCases/0/reviewEvery")]
    public void Check_BadFile_PointsAtThePlace(string text, string pointer)
    {
        var findings = RegistryFileCheck.Run(
            System.Text.Encoding.UTF8.GetBytes(text),
            yaml: true,
            new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero)
        );
        Assert.Contains(findings, finding => finding.Pointer == pointer);
    }

    [Fact]
    public void Check_DocumentedExample_HasNoFindings() =>
        Assert.Empty(
            RegistryFileCheck.Run(
                System.Text.Encoding.UTF8.GetBytes(File),
                yaml: true,
                new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero)
            )
        );

    [Theory]
    [InlineData("no")]
    [InlineData("N")]
    [InlineData("2026-01-01")]
    [InlineData("12")]
    [InlineData("a: b")]
    [InlineData("- x")]
    [InlineData("#c")]
    [InlineData("~")]
    [InlineData("")]
    [InlineData("line\nbreak")]
    [InlineData("quote\"back\\slash")]
    [InlineData("ünïcode ☃")]
    public void Yaml_AnyText_ReadsBackAsItWas(string text)
    {
        var json = new System.Text.Json.Nodes.JsonObject { ["a"] = text, ["list"] = new System.Text.Json.Nodes.JsonArray(text, text) };
        var back = YamlDocument.Parse(RegistryText.ToYaml(json)).Value;
        Assert.True(System.Text.Json.Nodes.JsonNode.DeepEquals(json, back), RegistryText.ToYaml(json));
    }

    [Fact]
    public async Task Status_NewestRevision_IsInForce()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        server.Store.Nodes.Add(new NodeStatus("gw-01", 3, server.Time.Now, null));
        var status = (await server.GetAsync("/admin/v1/config/status")).Json;
        Assert.True((bool)status["in_force"]!);
        Assert.Equal("open", (string)status["journal"]!);
        Assert.Equal((await server.SendAsync("vera", "GET", "/admin/v1/config:export")).ETag, (string)status["set_etag"]!);
        var node = (await server.GetAsync("/admin/v1/config/nodes")).Json["nodes"]![0]!;
        Assert.True((bool)node["alive"]!);
        Assert.True((long)node["behind"]! > 0);
    }

    private static Task<AdminAnswer> SendAsync(AdminServer server, string verb, string text, string? etag = null) =>
        server.SendAsync(
            "olga",
            "POST",
            "/admin/v1/config:" + verb,
            text,
            etag is null ? [("Content-Type", Yaml)] : [("Content-Type", Yaml), ("If-Match", etag)]
        );
}
