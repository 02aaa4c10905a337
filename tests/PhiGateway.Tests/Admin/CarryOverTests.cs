using PhiGateway.Admin.Configuration;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>Narrowing may be marked as not needing approval anew; widening never.</summary>
public sealed class CarryOverTests
{
    private const string Client = "/admin/v1/clients/acme-connector";
    private const string UseCase = "/admin/v1/use-cases/lab-results";
    private const string Marked = "?carry_approval=true";

    [Fact]
    public async Task Patch_PureNarrowingMarked_KeepsThePathOpen_OnRecord()
    {
        await using var server = await StartAsync();
        var plan = await server.PatchAsync(UseCase + Marked + "&dry_run=true", Narrower, "nora");
        Assert.Equal(["acme-connector"], plan.Json["carried_over"]!.AsArray().Select(node => (string)node!));
        Assert.Empty(plan.Json["reapproval"]!.AsArray());
        Assert.NotEmpty(plan.Json["narrowed"]!.AsArray());
        Assert.Empty(plan.Json["widened"]!.AsArray());
        var approvedAt = (await ApprovalAsync(server))["approvedAt"]!.ToJsonString();

        Assert.Equal(200, (await server.PatchAsync(UseCase + Marked, Narrower, "nora")).Status);

        Assert.True((bool)(await server.GetAsync(Client + "/posture")).Json["path_open"]!);
        Assert.Empty((await server.GetAsync("/admin/v1/approvals/queue")).Json["items"]!.AsArray());
        var approval = await ApprovalAsync(server);
        Assert.Equal("nora@hospital.example", (string)approval["carriedOver"]!["by"]!);
        Assert.StartsWith("anna", (string)approval["approvedBy"]!);
        Assert.Equal(approvedAt, approval["approvedAt"]!.ToJsonString());
        Assert.Contains(
            server.Journal.Records,
            record =>
                record.Target?.StartsWith("approval/", StringComparison.Ordinal) == true
                && record.After?.Contains("carriedOver", StringComparison.Ordinal) == true
        );
    }

    [Fact]
    public async Task Patch_NarrowingNotMarked_ClosesThePath()
    {
        await using var server = await StartAsync();
        Assert.Equal(200, (await server.PatchAsync(UseCase, Narrower, "nora")).Status);
        Assert.False((bool)(await server.GetAsync(Client + "/posture")).Json["path_open"]!);
    }

    [Theory]
    [InlineData("""{"grants":[{"types":["Observation","Condition"],"interactions":["read"],"patients":{"roster":"acme-orders"}}]}""")] // wider
    [InlineData(
        """{"grants":[{"types":["Observation"],"interactions":["read"],"patients":{"roster":"acme-orders"}}],"expires":"2027-06-30"}"""
    )] // narrows one thing, widens another
    [InlineData(
        """{"grants":[{"types":["Observation"],"interactions":["read"],"patients":{"roster":"acme-orders"}}],"owner":"otto@hospital.example"}"""
    )] // narrows one thing, changes who answers
    [InlineData("""{"owner":"otto@hospital.example"}""")] // neither
    public async Task Patch_AnythingButNarrowingMarked_IsRefusedWhole(string change)
    {
        await using var server = await StartAsync();
        var writes = server.Store.Writes;
        var refused = await server.PatchAsync(UseCase + Marked, change, "nora");
        Assert.Equal((409, "not-narrowing"), (refused.Status, refused.Code));
        Assert.Contains("acme-connector", refused.Text);
        Assert.Equal(writes, server.Store.Writes);
        Assert.True((bool)(await server.GetAsync(Client + "/posture")).Json["path_open"]!);
        Assert.Equal(409, (await server.PatchAsync(UseCase + Marked + "&dry_run=true", change, "nora")).Status);
    }

    [Fact]
    public async Task Patch_OneClientWouldWiden_RefusesForAll()
    {
        await using var server = await StartAsync();
        var refused = await server.PatchAsync(Client + Marked, """{"networks":["203.0.113.0/24","198.51.100.0/24"]}""", "nora");
        Assert.Equal(409, refused.Status);
        Assert.Equal(200, (await server.PatchAsync(Client + Marked, """{"limits":{"requestsPerSecond":5}}""", "nora")).Status);
        Assert.True((bool)(await server.GetAsync(Client + "/posture")).Json["path_open"]!);
    }

    [Fact]
    public async Task Patch_MarkedByOperatorAlone_Is403_OddValue_Is400()
    {
        await using var server = await StartAsync();
        Assert.Equal(403, (await server.PatchAsync(UseCase + Marked, Narrower, "olga")).Status);
        Assert.Equal(400, (await server.PatchAsync(UseCase + "?carry_approval=yes", Narrower, "nora")).Status);
    }

    [Fact]
    public async Task Patch_ApprovalThatFitsNoMore_IsNotMended()
    {
        await using var server = await StartAsync();
        await server.PatchAsync("/admin/v1/organizations/acme", """{"modules":["results@5"]}""");
        Assert.Equal(200, (await server.PatchAsync(UseCase + Marked, Narrower, "nora")).Status);
        Assert.False((bool)(await server.GetAsync(Client + "/posture")).Json["path_open"]!);
    }

    [Fact]
    public async Task Queue_Changed_SaysSinceWhenAndWhichInputs()
    {
        await using var server = await StartAsync();
        server.Time.Now = server.Time.Now.AddHours(1);
        await server.PatchAsync("/admin/v1/organizations/acme", """{"modules":["results@5"]}""");
        server.Time.Now = server.Time.Now.AddHours(1);
        await server.PatchAsync(UseCase, """{"expires":"2027-06-30"}""", "otto");
        var entry = (await server.GetAsync("/admin/v1/approvals/queue?why=changed")).Json["items"]![0]!;
        Assert.Equal(
            ["organization/acme", "use-case/lab-results"],
            entry["changed"]!.AsArray().Select(input => (string)input!["document"]!)
        );
        Assert.Equal(
            ["olga@hospital.example", "otto@hospital.example"],
            entry["changed"]!.AsArray().Select(input => (string)input!["by"]!)
        );
        Assert.StartsWith("2026-05-01T13:00:00", (string)entry["since"]!);
        Assert.Empty((await server.GetAsync("/admin/v1/approvals/queue?why=expired")).Json["items"]!.AsArray());
        Assert.Equal(400, (await server.GetAsync("/admin/v1/approvals/queue?why=odd")).Status);
    }

    // It closes no door, and ends what runs under what is no longer permitted.
    [Theory]
    [InlineData(UseCase + Marked, Narrower, 3)]
    [InlineData(UseCase, """{"title":"Results"}""", null)]
    public async Task Patch_PureNarrowingMarked_SaysWhichAnswersItCut(string path, string change, int? cut)
    {
        await using var server = await AdminServer.StartAsync(static options =>
            options.AnswersCut = static (_, _) => Task.FromResult<AnswersCut?>(new AnswersCut("n1", 3, InForce: true))
        );
        await Approvals.OpenAsync(server);
        var narrowed = await server.PatchAsync(path, change, "nora");

        Assert.True(narrowed.Status == 200, narrowed.Text);
        Assert.Equal(cut, (int?)narrowed.Json["meta"]!["answersCut"]?["count"]);
    }

    private const string Narrower =
        """{"grants":[{"types":["Observation"],"interactions":["read"],"patients":{"roster":"acme-orders"}}]}""";

    private static async Task<AdminServer> StartAsync()
    {
        var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        return server;
    }

    private static async Task<System.Text.Json.Nodes.JsonNode> ApprovalAsync(AdminServer server) =>
        (await server.GetAsync("/admin/v1/approvals")).Json["items"]![0]!;
}
