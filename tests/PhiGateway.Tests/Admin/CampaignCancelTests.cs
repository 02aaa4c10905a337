using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>A review keeps open what it would close when two approvers say so, and not when one does.</summary>
public sealed class CampaignCancelTests
{
    private const string Campaigns = "/admin/v1/campaigns";
    private const string Client = "/admin/v1/clients/acme-connector";

    [Fact]
    public async Task Cancel_ByOneWhoAsksAndAnotherWhoDoes_KeepsWhatSilenceWouldClose()
    {
        await using var server = await CampaignTests.OpenAsync();
        Assert.Equal(201, (await server.PostAsync(Campaigns + ":start", CampaignTests.Body(), "nora")).Status);
        Assert.Equal(422, (await server.PostAsync(Campaigns + "/q2:cancel", "{}", "anna")).Status);
        var asked = await server.PostAsync(Campaigns + "/q2:cancel", """{"reason":"wrong scope"}""", "anna");
        Assert.Equal((200, "open"), (asked.Status, (string?)asked.Json["state"]));
        Assert.Equal("anna@hospital.example", (string?)asked.Json["cancelAskedBy"]);
        Assert.Equal("four-eyes", (await server.PostAsync(Campaigns + "/q2:cancel", """{"reason":"again"}""", "anna")).Code);
        var done = await server.PostAsync(Campaigns + "/q2:cancel", """{"reason":"wrong scope indeed"}""", "nora");
        Assert.Equal((200, "cancelled"), (done.Status, (string?)done.Json["state"]));
        server.Time.Now = server.Time.Now.AddDays(20);

        Assert.Equal(0, await CampaignTests.Deadline(server).RunOnceAsync(default));
        Assert.Equal("active", (string)(await server.GetAsync(Client)).Json["status"]!);
        Assert.Equal("already-applied", (await CampaignTests.DecideAsync(server, "remove", "otto")).Code);
    }

    // What one person alone asks for keeps nothing open.
    [Fact]
    public async Task Cancel_AskedForByOneAlone_LeavesSilenceToClose()
    {
        await using var server = await CampaignTests.OpenAsync();
        await CampaignTests.StartAsync(server);
        Assert.Equal(200, (await server.PostAsync(Campaigns + "/q2:cancel", """{"reason":"leave them"}""", "anna")).Status);
        server.Time.Now = server.Time.Now.AddDays(20);
        var deadline = CampaignTests.Deadline(server);
        for (var day = 0; day < 2; day++)
        {
            await deadline.RunOnceAsync(default);
            server.Time.Now = server.Time.Now.AddDays(1);
        }

        await deadline.RunOnceAsync(default);
        Assert.Equal("suspended", (string)(await server.GetAsync(Client)).Json["status"]!);
    }

    // What one asked for in another month is not there for whoever would cancel alone; and to take it back closes.
    [Fact]
    public async Task WithdrawCancel_ByOnePerson_LeavesNothingForOneAloneToFinish_TwoAnewCancelIt()
    {
        await using var server = await CampaignTests.OpenAsync();
        await CampaignTests.StartAsync(server);
        const string Withdraw = Campaigns + "/q2:withdraw-cancel";
        Assert.Equal("nothing-asked", (await server.PostAsync(Withdraw, "{}", "olga")).Code);
        Assert.Equal(200, (await server.PostAsync(Campaigns + "/q2:cancel", """{"reason":"wrong scope"}""", "anna")).Status);
        Assert.Equal(403, (await server.PostAsync(Withdraw, "{}", "vera")).Status);
        var back = await server.PostAsync(Withdraw, """{"reason":"it was the right one"}""", "olga");
        Assert.Equal((200, null, null), (back.Status, (string?)back.Json["cancelAskedBy"], (string?)back.Json["cancelReason"]));

        var asked = await server.PostAsync(Campaigns + "/q2:cancel", """{"reason":"leave them"}""", "nora");
        Assert.Equal((200, "open"), (asked.Status, (string?)asked.Json["state"]));
        var done = await server.PostAsync(Campaigns + "/q2:cancel", """{"reason":"leave them"}""", "anna");
        Assert.Equal((200, "cancelled"), (done.Status, (string?)done.Json["state"]));
        Assert.Equal("not-open", (await server.PostAsync(Withdraw, "{}", "olga")).Code);
    }
}
