using System.Text.Json.Nodes;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Tests.Admin;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Cli;

/// <summary>Whatever the walk to a client and its end needs has a verb.</summary>
public sealed class PhigwVerbsTests
{
    [Fact]
    public async Task Approve_ShowsWhatItIs_AndApprovesOnlyAfterYes()
    {
        await using var server = await AdminServer.StartAsync();
        using var phigw = new PhigwShell(server);
        await Sample.WriteAsync(server);
        var no = await phigw.RunAsync("arno", "no\n", "use-case", "approve", "lab-results");
        Assert.Equal(2, no.Code);
        Assert.Contains("read and search Observation of the patients on roster acme-orders", no.Output);
        Assert.Equal("draft", (string)(await server.GetAsync("/admin/v1/use-cases/lab-results")).Json["status"]!);
        Assert.Equal(0, (await phigw.RunAsync("arno", "yes\n", "use-case", "approve", "lab-results", "-r", "seen")).Code);

        Assert.Equal(0, (await phigw.RunAsync("olga", "", "client", "submit", "acme-connector")).Code);
        Assert.Equal(2, (await phigw.RunAsync("anna", "", "client", "approve", "acme-connector")).Code);
        var approved = await phigw.RunAsync("anna", "yes\n", "client", "approve", "acme-connector", "--until", "2026-11-30");
        Assert.True(approved.Code == 0, approved.All);
        Assert.Contains("You are about to let client acme-connector of vendor Acme Laboratories", approved.Output);
        Assert.Contains("may not approve", approved.Output);

        // A program reads the answer alone.
        var json = await phigw.RunAsync("anna", "yes\n", "client", "approve", "acme-connector", "-o", "json");
        Assert.Equal("acme-connector", (string)JsonNode.Parse(json.Output)!["id"]!);
        Assert.Equal(0, (await phigw.RunAsync("olga", "", "use-case", "retire", "lab-results")).Code);
    }

    [Fact]
    public async Task Campaign_FromItsStartToWhatIsApplied_HasAVerbForEachStep()
    {
        await using var server = await AdminServer.StartAsync();
        using var phigw = new PhigwShell(server);
        await Approvals.OpenAsync(server);
        string[] start = ["campaign", "start", "q2", "--title", "Second quarter", "--due", "2026-05-20", "--kind", "vendor"];
        var started = await phigw.RunAsync("olga", "", [.. start, "--reviewer", "otto@hospital.example"]);
        Assert.True(started.Code == 0, started.All);
        Assert.Equal(1, (await phigw.RunAsync("olga", "", "campaign", "progress", "q2")).Code);
        var items = await phigw.RunAsync("olga", "", "campaign", "item", "list", "--filter", "campaign=q2");
        Assert.Contains("acme-connector", items.Output);
        string[] decide = ["campaign", "decide", "q2", "--client", "acme-connector", "--decision", "keep", "-r", "used daily"];
        Assert.Equal(3, (await phigw.RunAsync("olga", "", decide)).Code);
        Assert.Equal(0, (await phigw.RunAsync("otto", "", decide)).Code);
        Assert.Equal(0, (await phigw.RunAsync("otto", "", "campaign", "item", "undo", "q2.acme-connector")).Code);
        Assert.Equal(0, (await phigw.RunAsync("otto", "", decide)).Code);
        var applied = await phigw.RunAsync("anna", "", "campaign", "apply", "q2");
        Assert.True(applied.Code == 0, applied.All);
        Assert.Contains("kept", applied.Output);
        Assert.Equal(0, (await phigw.RunAsync("olga", "", "campaign", "progress", "q2")).Code);
    }

    [Fact]
    public async Task Posture_AndCallers_SayByTheirExitCode()
    {
        await using var server = await AdminServer.StartAsync();
        using var phigw = new PhigwShell(server);
        await Approvals.OpenAsync(server);
        var controls = await phigw.RunAsync("august", "", "posture", "controls");
        Assert.Equal(1, controls.Code);
        Assert.Contains("Improper Offboarding", controls.Output);
        var scores = await phigw.RunAsync("august", "", "posture", "scores");
        Assert.True(scores.Code == 0, scores.All);
        Assert.Contains("bearer token", scores.Output);
        Assert.Equal(0, (await phigw.RunAsync("august", "", "callers")).Code);
        Assert.Equal(3, (await phigw.RunAsync("vera", "", "callers")).Code);
    }

    [Fact]
    public async Task Key_FromCreationToClaim_ReachesItsPersonOnly()
    {
        await using var server = await AdminServer.StartAsync();
        using var phigw = new PhigwShell(server);
        string[] create = ["key", "create", "li", "--person", "li@hospital.example", "--role", "approver", "--out", phigw.At("first")];
        var made = await phigw.RunAsync("adam", "", create);
        Assert.True(made.Code == 0, made.All);
        var first = await File.ReadAllTextAsync(phigw.At("first"), TestContext.Current.CancellationToken);
        Assert.DoesNotContain(first, made.All);
        Assert.Equal(2, (await phigw.RunAsync("adam", "", [.. create.Select(static word => word == "li" ? "lo" : word)])).Code);

        var released = await phigw.RunAsync("anna", "yes\n", "key", "approve", "li", "-o", "json");
        Assert.Contains("act as approver", released.Error);
        var second = (string)JsonNode.Parse(released.Output)!["key_part"]!;
        var parts = phigw.Write("parts", $"{first}.{second}");
        Assert.Equal(3, (await phigw.RunAsync("", "", "client", "list", "--key", parts)).Code);
        Assert.Equal(0, (await phigw.RunAsync("", "", "key", "claim", "--key", parts, "--out", phigw.At("li.key"))).Code);
        Assert.Equal(0, (await phigw.RunAsync("", "", "client", "list", "--key", phigw.At("li.key"))).Code);
        Assert.Equal(3, (await phigw.RunAsync("", "", "key", "claim", "--key", parts)).Code);

        Assert.Contains("claimed", (await phigw.RunAsync("adam", "", "key", "list")).Output);
        Assert.Equal(0, (await phigw.RunAsync("adam", "", "key", "disable", "li")).Code);
        Assert.Equal(3, (await phigw.RunAsync("", "", "client", "list", "--key", phigw.At("li.key"))).Code);
        Assert.Equal(0, (await phigw.RunAsync("adam", "", "key", "delete", "li")).Code);
        Assert.Equal(3, (await phigw.RunAsync("adam", "", "key", "show", "li")).Code);
    }

    [Fact]
    public async Task Rosters_ReviewsRevocationsAndEnds_HaveVerbs()
    {
        await using var server = await AdminServer.StartAsync();
        using var phigw = new PhigwShell(server);
        await Approvals.OpenAsync(server);
        foreach (
            var (person, words) in new[]
            {
                ("olga", "roster put acme-orders p1 --until 2027-01-01T00:00:00Z --source orders"),
                ("olga", "roster import acme-orders " + phigw.Write("members.ndjson", "{\"patient\":\"p2\"}\n{\"patient\":\"p3\"}\n")),
                ("olga", "roster remove acme-orders p2"),
                ("vera", "roster list"),
                ("vera", "roster show acme-orders"),
                ("anna", "review enter acme-connector --on 2026-05-01 --evidence AR-17"),
                ("vera", "review list"),
                ("olga", "revoke client acme-connector -r drill"),
                ("vera", "revocation list"),
                ("vera", "use-case list"),
                ("vera", "organization list"),
                ("vera", "status"),
            }
        )
        {
            var done = await phigw.RunAsync(person, "", words.Split(' '));
            Assert.True(done.Code == 0, words + ": " + done.All);
        }

        var members = await phigw.RunAsync("olga", "", "roster", "members", "acme-orders");
        Assert.Contains("p1", members.Output);
        Assert.Contains("p3", members.Output);
        Assert.DoesNotContain("p2", members.Output);
        Assert.Equal(
            1,
            (await phigw.RunAsync("olga", "", "roster", "import", "acme-orders", phigw.Write("bad.ndjson", "nonsense\n"))).Code
        );

        var id = (string)(await server.GetAsync("/admin/v1/revocations")).Json["items"]![0]!["id"]!;
        Assert.Equal(3, (await phigw.RunAsync("olga", "", "revocation", "lift", id, "-r", "over")).Code);
        Assert.Equal(0, (await phigw.RunAsync("anna", "", "revocation", "lift", id, "-r", "over")).Code);
        Assert.Equal(0, (await phigw.RunAsync("olga", "", "owner", "left", "mary@hospital.example", "-r", "moved on")).Code);
        Assert.Equal(0, (await phigw.RunAsync("olga", "", "organization", "offboard", "acme", "--stage", "suspend", "-r", "drill")).Code);
        Assert.Equal(0, (await phigw.RunAsync("olga", "", "organization", "offboard", "acme", "-r", "over")).Code);
    }

    [Fact]
    public async Task Json_OfAName_HoldsPlusAndUmlautsAsTheyAre()
    {
        await using var server = await AdminServer.StartAsync();
        using var phigw = new PhigwShell(server);
        await server.PostAsync("/admin/v1/organizations", """{"id":"mueller","kind":"vendor","name":"Müller + Söhne"}""");

        Assert.Contains("Müller + Söhne", (await phigw.RunAsync("vera", "", "organization", "show", "mueller", "-o", "json")).Output);
    }

    // What the product prints it takes, whatever has ended since.
    [Fact]
    public async Task Validate_TheProductsOwnExport_IsGood_AlsoWhenAVendorIsGone()
    {
        await using var server = await AdminServer.StartAsync();
        using var phigw = new PhigwShell(server);
        await Approvals.OpenAsync(server);
        server.Time.Now = TimeProvider.System.GetUtcNow();
        var before = await phigw.RunAsync("vera", "", "export");
        var good = await phigw.RunAsync("vera", "", "validate", phigw.Write("before.yaml", before.Output));
        Assert.True(good.Code == 0, good.All);

        await phigw.RunAsync("olga", "", "organization", "offboard", "acme", "-r", "over");
        var after = await phigw.RunAsync("vera", "", "export");
        var gone = await phigw.RunAsync("vera", "", "validate", phigw.Write("after.yaml", after.Output));
        Assert.True(gone.Code == 0, gone.All + after.Output);

        // Years later everything of it has run out; of a vendor that is there, that is a finding.
        string Later(string export) => export.Replace("2026-12-31", "2025-12-31", StringComparison.Ordinal);
        Assert.Equal(0, (await phigw.RunAsync("vera", "", "validate", phigw.Write("later.yaml", Later(after.Output)))).Code);
        Assert.Equal(1, (await phigw.RunAsync("vera", "", "validate", phigw.Write("there.yaml", Later(before.Output)))).Code);
    }

    // Offline it finds what the gateway would refuse, and nothing that it would take.
    [Theory]
    [InlineData("", "", 0)]
    [InlineData("kind: vendor", "kind: shop", 1)]
    [InlineData("organization: acme-lab", "organization: nobody", 1)]
    [InlineData("purposes: [TREAT]", "purposes: [FUN]", 1)]
    [InlineData("types: [Patient]", "types: [Patien]", 1)]
    [InlineData("where: { category: laboratory }", "where: { colour: red }", 1)]
    [InlineData("requires: [dpop]", "requires: [charm]", 1)]
    [InlineData("networks: [203.0.113.0/24]", "networks: [203.0.113.0/99]", 1)]
    [InlineData("deputy: li.wei@hospital.example", "deputy: mary.smith@hospital.example", 1)]
    [InlineData("kind: oidc-client, issuer: hospital-idp", "kind: oidc-client", 1)]
    [InlineData("limits: { requests: 20/s", "limits: { requests: 20/w", 1)]
    public async Task Validate_AndApply_AgreeOnAFile(string find, string put, int code)
    {
        await using var server = await AdminServer.StartAsync(static options => options.KnowsTokenParameter = ConditionParameters.Has);
        using var phigw = new PhigwShell(server);
        var good = ConfigTests.File.Replace("2026", "2126", StringComparison.Ordinal).Replace("2027", "2127", StringComparison.Ordinal);
        var file = phigw.Write("registry.yaml", find.Length == 0 ? good : good.Replace(find, put, StringComparison.Ordinal));
        var offline = await phigw.RunAsync("olga", "", "validate", file);
        var online = await phigw.RunAsync("olga", "", "apply", file);

        Assert.True((offline.Code, online.Code) == (code, code), offline.All + online.All);
    }
}
