using PhiGateway.Tests.Common.Admin;
using Xunit;
using static PhiGateway.Tests.Admin.CampaignTests;

namespace PhiGateway.Tests.Admin;

/// <summary>What an access review closes goes before what it keeps, in the journal and in its turn.</summary>
public sealed class CampaignReserveTests
{
    private const string Campaigns = "/admin/v1/campaigns";
    private const string Client = "/admin/v1/clients/acme-connector";
    private const string Item = "/admin/v1/campaign-items/q2.acme-connector";

    /// <summary>A removal closes as a revocation does: it finds room in a journal that takes nothing else.</summary>
    [Theory]
    [InlineData("remove", "revoked")]
    [InlineData("keep", "active")]
    public async Task Apply_WhereTheJournalHasOnlyItsReserve_Removes_AndKeepsNothing(string decision, string status)
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var started = await StartAsync(server);
        Assert.True(started.Status == 201, started.Text);
        var decided = await DecideAsync(server, decision, "otto");
        Assert.True(decided.Status == 200, decided.Text);
        server.Journal.HasOnlyItsReserve = true;
        await server.PostAsync(Campaigns + "/q2:apply", "{}", "anna");

        server.Journal.HasOnlyItsReserve = false;
        Assert.Equal(status, (string)(await server.GetAsync(Client)).Json["status"]!);
        var item = (await server.GetAsync(Item, "olga")).Json;
        Assert.Equal(decision == "remove" ? "removed" : null, (string?)item["outcome"]);
    }
}
