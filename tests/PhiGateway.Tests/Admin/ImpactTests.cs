using PhiGateway.RegistryFiles.Documents;
using PhiGateway.RegistryFiles.Files;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>One client's write does not reach another's path, and what a write reaches is said.</summary>
public sealed class ImpactTests
{
    private const string Other = """{"id":"other","useCase":"lab-results","owner":"li@hospital.example","environment":"production"}""";

    [Theory]
    [InlineData("aaa")]
    [InlineData("zzz")]
    public async Task Credential_WhoseIdentityIsTaken_IsRefusedByEveryWay_WithTheOthersId(string id)
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        Assert.Equal(201, (await server.PostAsync("/admin/v1/clients", Other)).Status);
        var body = $$"""{"id":"{{id}}","client":"other","kind":"oidc-client","issuer":"hospital-idp","clientId":"acme-connector"}""";
        var file =
            $$"""{"credentials":[{"id":"{{id}}","client":"other","kind":"oidc-client","issuer":"hospital-idp","clientId":"acme-connector"}]}""";

        foreach (var (path, text) in new[] { ("credentials", body), ("credentials?dry_run=true", body), ("config:plan", file) })
        {
            var refused = await server.PostAsync("/admin/v1/" + path, text);
            Assert.Equal(422, refused.Status);
            Assert.Contains("credentials/acme-oidc", refused.Text, StringComparison.Ordinal);
        }

        Assert.Equal(
            201,
            (
                await server.PostAsync("/admin/v1/credentials", body.Replace("\"acme-connector\"", "\"other\"", StringComparison.Ordinal))
            ).Status
        );
    }

    [Fact]
    public async Task Write_ThatClosesOthers_NamesEachOfThem()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var current = await server.GetAsync("/admin/v1/organizations/acme");
        var dry = await server.SendAsync(
            "olga",
            "PATCH",
            "/admin/v1/organizations/acme?dry_run=true",
            """{"status":"suspended"}""",
            ("If-Match", current.ETag!),
            ("Content-Type", "application/merge-patch+json")
        );
        var path = dry.Json["paths"]![0]!;
        Assert.Equal("acme-connector", (string)path["client"]!);
        Assert.Equal((true, false), ((bool)path["was_open"]!, (bool)path["is_open"]!));
        Assert.Contains("organization", path["closed"]!.ToJsonString(), StringComparison.Ordinal);

        var done = await server.PatchAsync("/admin/v1/organizations/acme", """{"status":"suspended"}""");
        Assert.Equal("acme-connector", (string)done.Json["meta"]!["paths"]![0]!["client"]!);
    }

    // A deletion has no document to say it in.
    [Fact]
    public async Task Deletion_ThatClosesAPath_NamesItsClient_OneThatClosesNothingHasNoWords()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        async Task<AdminAnswer> DeleteAsync(string path) =>
            await server.SendAsync("olga", "DELETE", path, null, ("If-Match", (await server.GetAsync(path)).ETag!));

        var closing = await DeleteAsync("/admin/v1/credentials/acme-oidc");
        Assert.Equal(200, closing.Status);
        Assert.False((bool)closing.Json["dry_run"]!);
        var path = closing.Json["paths"]![0]!;
        Assert.Equal("acme-connector", (string)path["client"]!);
        Assert.Equal((true, false), ((bool)path["was_open"]!, (bool)path["is_open"]!));

        Assert.Equal(201, (await server.PostAsync("/admin/v1/rosters", """{"id":"nobodys"}""")).Status);
        var other = await DeleteAsync("/admin/v1/rosters/nobodys");
        Assert.Equal((204, string.Empty), (other.Status, other.Text));
    }

    // No approval and no door stands before a task: so its client is named by every answer.
    [Fact]
    public async Task Task_ThatCoversMoreOrLess_NamesItsClientAsWidenedOrNarrowed()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        const string Body =
            """{"id":"t1","client":"acme-connector","patient":"p-1","workflow":"order 1","expires":"2026-06-01T00:00:00Z","maxUses":1}""";

        var dry = await server.PostAsync("/admin/v1/task-grants?dry_run=true", Body);
        Assert.Equal("acme-connector", (string)dry.Json["widened"]![0]!["client"]!);
        Assert.Equal("taskGrants/t1", (string)dry.Json["paths"]![0]!["widened"]![0]!);
        var made = await server.PostAsync("/admin/v1/task-grants", Body);
        Assert.Equal("taskGrants/t1", (string)made.Json["meta"]!["paths"]![0]!["widened"]![0]!);
        var longer = await server.PatchAsync("/admin/v1/task-grants/t1", """{"maxUses":2}""");
        Assert.Equal("taskGrants/t1", (string)longer.Json["meta"]!["paths"]![0]!["widened"]![0]!);
        var said = await server.PatchAsync("/admin/v1/task-grants/t1", """{"workflow":"order 2"}""");
        Assert.Null(said.Json["meta"]!["paths"]);
        var closed = await server.PatchAsync("/admin/v1/task-grants/t1", """{"closed":true}""");
        Assert.Equal("taskGrants/t1", (string)closed.Json["meta"]!["paths"]![0]!["narrowed"]![0]!);
    }

    [Theory]
    [InlineData("north", "production", "hospital-idp", 0)]
    [InlineData("south", "production", "hospital-idp", 1)]
    [InlineData("north", "staging", "hospital-idp", 2)]
    [InlineData("north", "production", "other-idp", 1)]
    public async Task Names_ThatTheNodeDoesNotHave_AreToldByPlanWriteAndPosture(
        string tenant,
        string environment,
        string issuer,
        int unknown
    )
    {
        var names = new NodeNames(Set(tenant), Set(environment), Set(issuer));
        await using var server = await AdminServer.StartAsync(options => options.Names = names);
        await Approvals.OpenAsync(server);
        var posture = (await server.GetAsync("/admin/v1/clients/acme-connector/posture")).Json;
        Assert.Equal(unknown, posture["unknown_names"]!.AsArray().Count);
        Assert.Equal(unknown == 0, (bool)posture["path_open"]!);

        var export = await server.SendAsync("olga", "GET", "/admin/v1/config:export", null, ("Accept", "application/json"));
        var text = export.Text.Replace("Lab results", "Results", StringComparison.Ordinal);
        var plan = await server.PostAsync("/admin/v1/config:plan", text);
        Assert.Equal(200, plan.Status);
        var inUseCase = (tenant == "north" ? 0 : 1) + (environment == "production" ? 0 : 1);
        Assert.Equal(inUseCase, plan.Json["warnings"]!.AsArray().Count);
        Assert.Equal(
            unknown,
            RegistryFileCheck
                .Run(System.Text.Encoding.UTF8.GetBytes(export.Text), yaml: false, server.Time.Now, names)
                .Count(finding => finding.Code.StartsWith("unknown-", StringComparison.Ordinal))
        );
    }

    [Theory]
    [InlineData("""{"tenant":"nowhere"}""", 400)]
    [InlineData("""{"client":"nobody"}""", 400)]
    [InlineData("""{"tenant":"north"}""", 200)]
    [InlineData("""{"client":"acme-connector"}""", 200)]
    [InlineData("""{"tenant":"north","patient":"Patient/p1"}""", 200)]
    [InlineData("""{"tenant":"north","patient":"p1"}""", 200)]
    [InlineData("""{"tenant":"north","patient":"Observation/p1"}""", 400)]
    public async Task TrailSearch_ForNamesThatNobodyKnows_IsAnError(string query, int status)
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);

        Assert.Equal(status, (await server.PostAsync("/admin/v1/audit:search", query, "august")).Status);
    }

    private static HashSet<string> Set(string name) => new(StringComparer.Ordinal) { name };
}
