using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using PhiGateway.Admin.Campaigns;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>Whoever closes the alert that decisions wait puts aside those that waited then, and not those that come after.</summary>
public sealed class CampaignUnappliedTests
{
    private const string Item = "/admin/v1/campaign-items/q2.acme-connector";

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
        Assert.Equal(200, (await DecideAsync(server, "remove")).Status);
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
            Assert.Equal(200, (await DecideAsync(server, "keep")).Status);
        }

        server.Time.Now = server.Time.Now.AddHours(1);
        await deadline.RunOnceAsync(default);
        Assert.Equal(state, (string)(await AlertsAsync(server))[0]!["state"]!);
    }

    private static Task<AdminAnswer> DecideAsync(AdminServer server, string decision) =>
        server.PostAsync(Item + ":decide", $$"""{"decision":"{{decision}}","reason":"looked at its use"}""", "otto");

    private static async Task<System.Text.Json.Nodes.JsonArray> AlertsAsync(AdminServer server) =>
        (await server.GetAsync("/admin/v1/alerts?kind=review-due")).Json["items"]!.AsArray();

    private static CampaignDeadline Deadline(AdminServer server) =>
        new(
            server.Store,
            server.Services.GetRequiredService<WorkingSetSource>(),
            server.Journal,
            server.Services.GetRequiredService<ISnapshotSource>(),
            server.Time,
            NullLogger<CampaignDeadline>.Instance
        );
}
