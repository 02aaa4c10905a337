using PhiGateway.Tests.Admin;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Cli;

/// <summary>A registry file that cannot be read is named with the line and the column, and a misspelt member with the nearest one.</summary>
public sealed class BrokenFileTests
{
    public static TheoryData<string, string, string> Broken =>
        new()
        {
            { "cut.json", "{\n  \"organizations\": [\n    { \"id\": \"acme\",, }\n  ]\n}", "line 3, column 20" },
            { "twice.json", "{\n  \"clients\": [],\n  \"clients\": []\n}", "line 3, column 3" },
            { "more.json", "{}\n{}", "line 2, column 1" },
            { "bad.yaml", "organizations:\n  - id: acme\n    kind: [vendor\n", "column" },
            { "anchor.yaml", "organizations:\n  - &a id: acme\n", "Line 2, column 5" },
        };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task File_Broken_IsNamedWithItsPlace_OfflineAndByTheGateway(string name, string text, string place)
    {
        await using var server = await AdminServer.StartAsync();
        using var phigw = new PhigwShell(server);
        var file = phigw.Write(name, text);
        var offline = await phigw.RunAsync("vera", "", "validate", file);
        Assert.Equal(1, offline.Code);
        Assert.Contains(place, offline.All);
        Assert.Contains(file, offline.Error);
        var planned = await phigw.RunAsync("vera", "", "plan", file);
        Assert.Equal(1, planned.Code);
        Assert.Contains(place, planned.All);
        Assert.Contains(file, planned.Error);
    }

    [Fact]
    public async Task Member_Misspelt_IsNamedWithTheNearest()
    {
        await using var server = await AdminServer.StartAsync();
        using var phigw = new PhigwShell(server);
        var file = phigw.Write("r.yaml", ConfigTests.File.Replace("legalBasis:", "legalBases:", StringComparison.Ordinal));
        var checkedFile = await phigw.RunAsync("vera", "", "validate", file);
        Assert.Contains("Did you mean 'legalBasis'?", checkedFile.Output);
    }

    [Theory]
    [InlineData("POST", "/admin/v1/clients/acme-connector:suspend?dryrun=true", "dry_run")]
    [InlineData("DELETE", "/admin/v1/rosters/acme-orders/members/p-1?dryRun=true", "dry_run")]
    [InlineData("POST", "/admin/v1/revocations?dry-run=true", "dry_run")]
    [InlineData("POST", "/admin/v1/config:apply?prun=false", "prune")]
    [InlineData("GET", "/admin/v1/approvals/queue?wy=changed", "why")]
    [InlineData("GET", "/admin/v1/clients?statsu=active", "status")]
    [InlineData("GET", "/admin/v1/clients?sort=statsu", "status")]
    [InlineData("GET", "/admin/v1/clients?fields=statsu", "status")]
    [InlineData("GET", "/admin/v1/revocations?limt=5", "limit")]
    public async Task Parameter_Misspelt_IsRefusedWithTheNearest_AndNothingIsDone(string method, string path, string nearest)
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var writes = server.Store.Writes;
        var answer = await server.SendAsync("olga", method, path, method == "GET" ? null : """{"reason":"r"}""");

        Assert.Equal((400, "bad-parameter"), (answer.Status, answer.Code));
        Assert.Contains($"Did you mean '{nearest}'?", (string)answer.Json["detail"]!);
        Assert.Equal(writes, server.Store.Writes);
    }

    [Theory]
    [InlineData("GET", "/admin/v1/audit?acto=x", "actor")]
    [InlineData("GET", "/admin/v1/audit?limt=1", "limit")]
    public async Task Search_Misspelt_IsRefusedWithTheNearest(string method, string path, string nearest)
    {
        await using var server = await AdminServer.StartAsync();
        var answer = await server.SendAsync("august", method, path);
        Assert.Equal(400, answer.Status);
        Assert.Contains($"Did you mean '{nearest}'?", (string)answer.Json["detail"]!);
    }

    [Fact]
    public async Task Verb_MisspeltMember_IsRefusedWithTheNearest_AndTheRightOnePasses()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        const string Path = "/admin/v1/clients/acme-connector:suspend";
        Assert.Contains("Did you mean 'reason'?", (string)(await server.PostAsync(Path, """{"raeson":"r"}""")).Json["detail"]!);
        Assert.Equal(200, (await server.PostAsync(Path + "?dry_run=true&carry_approval=false", """{"reason":"r"}""")).Status);
        Assert.Equal(200, (await server.PostAsync(Path, """{"reason":"r"}""")).Status);
    }
}
