using System.Text.Json.Nodes;
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
    public async Task Json_HoldsPlusAndUmlautsAsTheyAre()
    {
        await using var server = await AdminServer.StartAsync();
        using var phigw = new PhigwShell(server);
        await server.PostAsync("/admin/v1/organizations", """{"id":"mueller","kind":"vendor","name":"Müller + Söhne"}""");

        Assert.Contains("Müller + Söhne", (await phigw.RunAsync("vera", "", "organization", "show", "mueller", "-o", "json")).Output);
    }
}
