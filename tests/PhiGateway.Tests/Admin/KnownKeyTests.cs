using PhiGateway.Admin.Calls;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>Whoever knows a key's secret is behind what it does; whoever only edited it is not.</summary>
public sealed class KnownKeyTests
{
    private const string Client = "/admin/v1/clients/acme-connector";
    private const string UseCase = "/admin/v1/use-cases/lab-results";

    [Theory]
    [InlineData("client", "acme-connector")]
    [InlineData("use-case", "lab-results")]
    [InlineData("issued-before", null)]
    public async Task Lift_ByWhoKnowsTheKeyThatRevoked_IsRefused_ByAnotherPasses(string target, string? value)
    {
        await using var server = await StartAsync();
        await server.MakeKeyAsync("mona", "ghost", "operator");
        var named = value is null ? string.Empty : $"\"value\":\"{value}\",";
        var revoked = await server.PostAsync("/admin/v1/revocations", $$"""{"target":"{{target}}",{{named}}"reason":"odd"}""", "ghost");
        Assert.True(revoked.Status == 201, revoked.Text);

        await AssertLiftedByAnotherOnlyAsync(server, "ghost@hospital.example (key known to mona@hospital.example)");
    }

    [Fact]
    public async Task Lift_ByWhoKnowsTheKeyThatRevokedTheClientOrOffboarded_IsRefused_ByAnotherPasses()
    {
        foreach (var path in new[] { Client + ":revoke", "/admin/v1/organizations/acme:offboard" })
        {
            await using var server = await StartAsync();
            await server.MakeKeyAsync("mona", "ghost", "operator");
            Assert.Equal(200, (await server.PostAsync(path, """{"reason":"odd"}""", "ghost")).Status);
            await AssertLiftedByAnotherOnlyAsync(server, "ghost@hospital.example (key known to mona@hospital.example)");
        }
    }

    [Fact]
    public async Task Lift_ByANameThatLooksLikeAnAuthorsText_IsJudgedByItself()
    {
        await using var server = await StartAsync();
        const string Odd = """{"id":"odd","person":"odd (key known to z","roles":["admin"]}""";
        var made = await server.PostAsync("/admin/v1/admin-keys", Odd, "adam");
        server.UseKey("odd", (string)made.Json["key"]!);
        await server.MakeKeyAsync("odd", "ghost", "operator");
        Assert.Equal(
            201,
            (
                await server.PostAsync("/admin/v1/revocations", """{"target":"client","value":"acme-connector","reason":"r"}""", "ghost")
            ).Status
        );

        var by = (string)(await server.GetAsync("/admin/v1/revocations")).Json["items"]![0]!["by"]!;
        Assert.All(
            (string[])["ghost@hospital.example", "odd (key known to z", "adam@hospital.example"],
            name => Assert.True(PersonName.Names(by, name))
        );
        Assert.All((string[])["anna@hospital.example", "odd", "ghost", ""], name => Assert.False(PersonName.Names(by, name)));
        Assert.Equal(200, (await LiftAsync(server, "anna")).Status);
    }

    [Fact]
    public async Task Approve_ByWhoKnowsTheKeyThatAsked_IsRefused_ByAnotherPasses()
    {
        await using var server = await AdminServer.StartAsync();
        await server.AddKeyAsync("mona", "admin", "approver");
        await Sample.WriteAsync(server);
        await Approvals.ApproveUseCaseAsync(server);
        await server.MakeKeyAsync("mona", "ghost", "operator");
        Assert.Equal(200, (await server.PostAsync(Client + ":submit", "{}", "ghost")).Status);

        Assert.Equal("four-eyes", (await Approvals.ApproveAsAsync(server, "mona")).Code);
        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "anna")).Status);
    }

    [Fact]
    public async Task Approve_ByWhoOnlyEditedTheWritersKey_Passes()
    {
        await using var server = await StartAsync();
        Assert.Equal(200, (await EditAsync(server, "olga", """{"expires":"2030-01-01T00:00:00Z"}""", "mona")).Status);
        await server.PatchAsync(UseCase, """{"legalBasis":"treatment in other words"}""", "olga");

        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "mona")).Status);
    }

    [Fact]
    public async Task Approve_ByWhoseKeyTheWritersWas_IsRefused_ByAnotherPasses()
    {
        await using var server = await StartAsync();
        await MakeForArnoAsync(server);
        Assert.Equal(200, (await EditAsync(server, "old", """{"person":"zoe@hospital.example"}""", "adam")).Status);
        await server.PatchAsync(UseCase, """{"legalBasis":"treatment in other words"}""", "old");

        Assert.Equal("four-eyes", (await Approvals.ApproveAsAsync(server, "arno")).Code);
        server.Time.Now = server.Time.Now.AddMinutes(1);
        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "anna")).Status);
    }

    [Fact]
    public async Task Release_ByWhoKnewTheKeyBefore_IsRefused_ByAnotherPasses_AndItsPersonActsAlone()
    {
        await using var server = await StartAsync();
        await MakeForArnoAsync(server);
        const string HandedOn = """{"person":"zoe@hospital.example","roles":["operator","approver"],"disabled":true}""";
        var edited = await EditAsync(server, "old", HandedOn, "adam");
        Assert.True(edited.Status == 200, edited.Text);

        Assert.Equal("four-eyes", (await ReleaseAsync(server, "arno", edited.ETag!)).Code);
        var released = await ReleaseAsync(server, "anna", edited.ETag!);
        Assert.Equal(201, released.Status);
        server.UseKey("old", $"{server.KeyOf("old")}.{released.Json["key_part"]}");
        server.UseKey("zoe", (string)(await server.PostAsync("/admin/v1/admin-keys:claim", "{}", "old")).Json["key"]!);

        // What only she knows is hers alone.
        await server.PatchAsync(UseCase, """{"legalBasis":"treatment in other words"}""", "zoe");
        Assert.Equal("four-eyes", (await Approvals.ApproveAsAsync(server, "zoe")).Code);
        server.Time.Now = server.Time.Now.AddMinutes(1);
        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "arno")).Status);
    }

    private static async Task<AdminServer> StartAsync()
    {
        var server = await AdminServer.StartAsync();
        await server.AddKeyAsync("mona", "admin", "approver");
        await Approvals.OpenAsync(server);
        return server;
    }

    private static async Task AssertLiftedByAnotherOnlyAsync(AdminServer server, string by)
    {
        var row = (await server.GetAsync("/admin/v1/revocations")).Json["items"]![0]!;
        Assert.Equal(by, (string)row["by"]!);
        Assert.Equal("four-eyes", (await LiftAsync(server, "mona")).Code);
        Assert.Equal(200, (await LiftAsync(server, "anna")).Status);
    }

    private static async Task<AdminAnswer> LiftAsync(AdminServer server, string person)
    {
        var id = (string)(await server.GetAsync("/admin/v1/revocations")).Json["items"]![0]!["id"]!;
        return await server.PostAsync($"/admin/v1/revocations/{id}:lift", """{"reason":"mistake"}""", person);
    }

    private static async Task MakeForArnoAsync(AdminServer server)
    {
        const string Body = """{"id":"old","person":"arno@hospital.example","roles":["operator"]}""";
        var made = await server.PostAsync("/admin/v1/admin-keys", Body, "adam");
        server.UseKey("old", (string)made.Json["key"]!);
    }

    private static Task<AdminAnswer> ReleaseAsync(AdminServer server, string person, string tag) =>
        server.PostAsync("/admin/v1/admin-keys/old:approve", "{}", person, ("If-Match", tag));

    private static async Task<AdminAnswer> EditAsync(AdminServer server, string id, string patch, string person)
    {
        var path = "/admin/v1/admin-keys/" + id;
        var current = await server.GetAsync(path, person);
        (string, string)[] headers = [("If-Match", current.ETag!), ("Content-Type", "application/merge-patch+json")];
        return await server.SendAsync(person, "PATCH", path, patch, headers);
    }
}
