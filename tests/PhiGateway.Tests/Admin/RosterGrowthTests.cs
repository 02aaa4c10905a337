using PhiGateway.Admin.Configuration;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>A roster grows by one person's act; how far since a second person looked is told, and may be bounded.</summary>
public sealed class RosterGrowthTests
{
    private const string Members = "/admin/v1/rosters/acme-orders/members";

    [Fact]
    public async Task Growth_BeyondTheShare_RaisesOneAlert_AndAFileThatRepeatsItNone()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        await ImportAsync(server, 0, 19);
        Assert.Empty(await AlertsAsync(server));
        await ImportAsync(server, 0, 25);
        Assert.Contains("25 of 25 memberships", Assert.Single(await AlertsAsync(server)));

        await ImportAsync(server, 0, 25);
        await ImportAsync(server, 25, 30);
        Assert.Contains("25 of 25 memberships", Assert.Single(await AlertsAsync(server)));
        await ImportAsync(server, 30, 60);
        Assert.Contains("35 of 60 memberships", Assert.Single(await AlertsAsync(server)));
        Assert.True(await IsOpenAsync(server));
    }

    // What was done to the alert in between is no second person's look at the roster.
    [Theory]
    [InlineData("take", "{}")]
    [InlineData("assign", """{"person":"kim@hospital.example"}""")]
    [InlineData("snooze", """{"until":"2026-05-03T12:00:00Z","reason":"later"}""")]
    [InlineData("acknowledge", "{}")]
    public async Task Growth_InStepsWithTheAlertHandledBetween_IsToldAllTheSame(string verb, string body)
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        await ImportAsync(server, 0, 25);
        var id = (string)(await server.GetAsync("/admin/v1/alerts?kind=roster-grew")).Json["items"]![0]!["id"]!;
        await ImportAsync(server, 25, 40);
        var handled = await server.PostAsync($"/admin/v1/alerts/{id}:{verb}", body, "nora");
        Assert.True(handled.Status == 200, handled.Text);
        await ImportAsync(server, 40, 50);

        Assert.Contains("25 of 50 memberships", Assert.Single(await AlertsAsync(server)));
    }

    [Fact]
    public async Task Growth_OfARosterThatNoApprovedClientSees_IsNobodysBusiness()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        await ImportAsync(server, 0, 60);
        Assert.Empty(await AlertsAsync(server));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Growth_BeyondWhatOnePersonMayAdd_ShutsThePath_UntilAnotherApproves(bool byOnes)
    {
        await using var server = await AdminServer.StartAsync(static options =>
            options.RosterGrowth = new RosterGrowthRules(1000, 50, MostAlone: 5)
        );
        await Approvals.OpenAsync(server);
        await WriteAsync(server, byOnes, 0, 5);
        Assert.True(await IsOpenAsync(server));
        await WriteAsync(server, byOnes, 5, 6);
        Assert.False(await IsOpenAsync(server));

        Assert.Equal("four-eyes", (await Approvals.ApproveAsAsync(server, "nora")).Code);
        server.Time.Now = server.Time.Now.AddMinutes(1);
        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "anna")).Status);
        Assert.True(await IsOpenAsync(server));
        await WriteAsync(server, byOnes, 6, 11);
        Assert.True(await IsOpenAsync(server));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Growth_ByMembersThatAreRemovedAgain_IsGrowthToo(bool isSamePatient)
    {
        await using var server = await AdminServer.StartAsync(static options =>
            options.RosterGrowth = new RosterGrowthRules(1000, 50, MostAlone: 5)
        );
        await Approvals.OpenAsync(server);
        for (var i = 0; i < 8; i++)
        {
            var member = $"{Members}/p-{(isSamePatient ? 0 : i)}";
            Assert.Equal(204, (await server.SendAsync("nora", "PUT", member, "{}")).Status);
            Assert.Equal(204, (await server.SendAsync("nora", "DELETE", member, null)).Status);
        }

        Assert.Equal(isSamePatient, await IsOpenAsync(server));
    }

    private static async Task WriteAsync(AdminServer server, bool byOnes, int from, int to)
    {
        if (!byOnes)
        {
            await ImportAsync(server, from, to);
            return;
        }

        for (var i = from; i < to; i++)
        {
            Assert.Equal(204, (await server.SendAsync("nora", "PUT", $"{Members}/p-{i}", "{}")).Status);
        }
    }

    private static async Task ImportAsync(AdminServer server, int from, int to)
    {
        var lines = string.Concat(Enumerable.Range(from, to - from).Select(static i => $$"""{"patient":"p-{{i}}"}""" + "\n"));
        var answer = await server.SendAsync("nora", "POST", Members + ":import", lines, ("Content-Type", "application/x-ndjson"));
        Assert.True(answer.Status == 200 && answer.Text.Contains("\"done\"", StringComparison.Ordinal), answer.Text);
    }

    private static async Task<IReadOnlyList<string>> AlertsAsync(AdminServer server) =>
        [
            .. (await server.GetAsync("/admin/v1/alerts?kind=roster-grew")).Json["items"]!
                .AsArray()
                .Select(static alert => (string)alert!["evidence"]!),
        ];

    private static async Task<bool> IsOpenAsync(AdminServer server) =>
        (bool)(await server.GetAsync("/admin/v1/clients/acme-connector/posture")).Json["path_open"]!;
}
