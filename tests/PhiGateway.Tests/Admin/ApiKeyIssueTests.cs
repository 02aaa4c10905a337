using System.Text.Json.Nodes;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>A key that is made here is shown once and kept nowhere, and every one in force is flagged.</summary>
public sealed class ApiKeyIssueTests
{
    private const string Issue = "/admin/v1/clients/acme-connector:issue-key";
    private const string Body = """{"id":"acme-key","expires":"2026-12-01"}""";

    [Fact]
    public async Task Issue_AKey_ShowsItOnceAndKeepsItsHash()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);

        var first = await server.PostAsync(Issue, Body, "olga", ("Idempotency-Key", "k1"));
        var again = await server.PostAsync(Issue, Body, "olga", ("Idempotency-Key", "k1"));

        Assert.True(first.Status == 201, first.Text);
        var key = (string)first.Json["key"]!;
        Assert.StartsWith("phik_", key, StringComparison.Ordinal);
        Assert.Equal(ApiKeySecret.HashOf(key), (string)first.Json["credential"]!["keyHash"]!);
        Assert.Equal((201, null), (again.Status, again.Json["key"]));
        Assert.DoesNotContain(key, (await server.GetAsync("/admin/v1/credentials/acme-key")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain(
            server.Journal.Records,
            record => $"{record.Before}{record.After}{record.Note}{record.Target}".Contains(key, StringComparison.Ordinal)
        );
        Assert.DoesNotContain(key, string.Concat(server.Logs.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Issue_InThePlaceOfAnother_OverlapsWithIt()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var first = await server.PostAsync(Issue, Body);

        var second = await server.PostAsync(
            Issue,
            """{"id":"acme-key-2","expires":"2027-03-01","replaces":"acme-key","overlap_hours":24,"reason":"half a year"}"""
        );

        Assert.True(second.Status == 201, second.Text);
        Assert.NotEqual((string)first.Json["key"]!, (string)second.Json["key"]!);
        var old = (await server.GetAsync("/admin/v1/credentials/acme-key")).Json;
        Assert.Equal(server.Time.Now.AddHours(24), (DateTimeOffset)old["overlapUntil"]!);
    }

    [Theory]
    [InlineData("{}", "/id")]
    [InlineData("""{"id":"acme-key"}""", "/expires")]
    [InlineData("""{"id":"acme-key","expires":"2026-12-01","overlap_hours":1}""", "/overlap_hours")]
    [InlineData("""{"id":"Acme Key","expires":"2026-12-01"}""", "/id")]
    [InlineData("""{"id":"acme-key","expires":"2026-12-01","replaces":"nobody"}""", "/replaces")]
    [InlineData("""{"id":"Acme Key","expires":"2026-12-01","replaces":"acme-oidc"}""", "/id")]
    [InlineData("""{"id":"acme-key","expires":"2026-12-01","key":"phik_a"}""", "/key")]
    public async Task Issue_OfWhatIsNoKey_IsRefusedAndMakesNone(string body, string pointer)
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);

        var answer = await server.PostAsync(Issue, body);

        Assert.Equal((422, pointer), (answer.Status, answer.Pointers[0]));
        Assert.DoesNotContain("phik_", answer.Text.Replace("phik_a", string.Empty, StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Single((await server.GetAsync("/admin/v1/credentials")).Json["items"]!.AsArray());
    }

    [Fact]
    public async Task Issue_AsADryRunOrByAViewerOrForNobody_ShowsNoKey()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);

        foreach (
            var (person, path, status) in new[]
            {
                ("olga", Issue + "?dry_run=true", 200),
                ("vera", Issue, 403),
                ("olga", "/admin/v1/clients/nobody:issue-key", 404),
            }
        )
        {
            var answer = await server.PostAsync(path, Body, person);
            Assert.Equal(status, answer.Status);
            Assert.DoesNotContain("phik_", answer.Text, StringComparison.Ordinal);
        }

        Assert.Null(await server.Store.FindAsync(RegistryKind.Credential, "acme-key", default));
    }

    [Fact]
    public async Task Posture_OfAClientWithSharedSecrets_NamesThoseInForce()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        Assert.Empty(await FlagsAsync(server));
        Assert.DoesNotContain("API key", (await server.GetAsync("/admin/v1/posture/scores")).Text, StringComparison.Ordinal);

        await server.PostAsync(Issue, Body);
        await server.PostAsync(
            "/admin/v1/credentials",
            """{"id":"acme-secret","client":"acme-connector","kind":"client-secret","issuer":"hospital-idp","clientId":"acme-basic"}"""
        );

        Assert.Equal(["acme-key", "acme-secret"], await FlagsAsync(server));
        Assert.Contains("API key", (await server.GetAsync("/admin/v1/posture/scores")).Text, StringComparison.Ordinal);
        Assert.Contains(
            "2 credentials in force are API keys or shared secrets",
            (await server.GetAsync("/admin/v1/posture/controls")).Text,
            StringComparison.Ordinal
        );

        server.Time.Now = new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);
        Assert.Equal(["acme-secret"], await FlagsAsync(server));
    }

    private static async Task<IEnumerable<string>> FlagsAsync(AdminServer server) =>
        (await server.GetAsync("/admin/v1/clients/acme-connector/posture")).Json["shared_secrets"]!
            .AsArray()
            .Select(static one => (string)((JsonNode)one!)["credential"]!)
            .Order(StringComparer.Ordinal);
}
