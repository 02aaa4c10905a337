using PhiGateway.Tests.Common.Admin;
using Xunit;
using static PhiGateway.Tests.Admin.CampaignTests;

namespace PhiGateway.Tests.Admin;

/// <summary>Whoever closes the alert that decisions wait puts aside those that waited then, and not those that come after.</summary>
public sealed class CampaignUnappliedTests
{
    [Theory]
    [InlineData(true, "open")]
    [InlineData(false, "closed")]
    public async Task Closed_IsOpenAgainWhenAFurtherDecisionWaits_AndOnlyThen(bool isDecidedAnew, string state)
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        const string Body = """
            {"id":"q2","title":"Vendors","due":"2026-05-15","kinds":["vendor"],"reviewers":["otto@hospital.example","anna@hospital.example"]}
            """;
        Assert.Equal(201, (await server.PostAsync("/admin/v1/campaigns:start", Body)).Status);
        Assert.Equal(200, (await DecideAsync(server, "remove", "otto")).Status);
        var deadline = Deadline(server);
        server.Time.Now = server.Time.Now.AddDays(20);
        await deadline.RunOnceAsync(default);
        var id = (string)Assert.Single((await AlertsAsync(server)).AsArray())!["id"]!;
        Assert.Equal(200, (await server.PostAsync($"/admin/v1/alerts/{id}:close", """{"reason":"known"}""", "anna")).Status);
        server.Time.Now = server.Time.Now.AddHours(1);
        await deadline.RunOnceAsync(default);
        Assert.Equal("closed", (string)(await AlertsAsync(server))[0]!["state"]!);

        if (isDecidedAnew)
        {
            Assert.Equal(200, (await DecideAsync(server, "keep", "otto")).Status);
        }

        server.Time.Now = server.Time.Now.AddHours(1);
        await deadline.RunOnceAsync(default);
        Assert.Equal(state, (string)(await AlertsAsync(server))[0]!["state"]!);
    }
}
