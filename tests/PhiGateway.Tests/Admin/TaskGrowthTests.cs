using PhiGateway.Admin.Configuration;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>A task is given by one person's act, as a membership is; how many since a second person looked is told, and may be bounded.</summary>
public sealed class TaskGrowthTests
{
    private const string Client = "/admin/v1/clients/acme-connector";
    private const string UseCase = "/admin/v1/use-cases/lab-results";

    [Fact]
    public async Task Tasks_BeyondTheNumber_RaiseOneAlert_ClosedOnesNone()
    {
        await using var server = await OpenAsync(new RosterGrowthRules(AlertMembers: 5));
        await GiveAsync(server, 0, 4);
        await GiveAsync(server, 100, 104, closed: true);
        Assert.Empty(await AlertsAsync(server));
        await GiveAsync(server, 4, 9);
        Assert.StartsWith("5 tasks", Assert.Single(await AlertsAsync(server)));

        // Handled in between, it counts on from where it was raised.
        var id = (string)(await server.GetAsync("/admin/v1/alerts?kind=tasks-grew")).Json["items"]![0]!["id"]!;
        Assert.Equal(200, (await server.PostAsync($"/admin/v1/alerts/{id}:take", "{}", "nora")).Status);
        await GiveAsync(server, 9, 11);
        Assert.Contains("5 tasks", Assert.Single(await AlertsAsync(server)));
        Assert.Equal("open", (string)(await server.GetAsync("/admin/v1/alerts/" + id)).Json["state"]!);
        Assert.True(await IsOpenAsync(server));
    }

    [Fact]
    public async Task Tasks_BeyondWhatOnePersonMayGive_ShutThePath_UntilAnotherApproves()
    {
        await using var server = await OpenAsync(new RosterGrowthRules(MostAlone: 3));
        await GiveAsync(server, 0, 3);
        Assert.True(await IsOpenAsync(server));
        await GiveAsync(server, 3, 4);
        Assert.False(await IsOpenAsync(server));

        Assert.Equal("four-eyes", (await Approvals.ApproveAsAsync(server, "nora")).Code);
        server.Time.Now = server.Time.Now.AddMinutes(1);
        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "anna")).Status);
        await GiveAsync(server, 4, 7);
        Assert.True(await IsOpenAsync(server));
    }

    /// <summary>One task at a time, each gone before the next: every patient's record is opened as by a thousand at once.</summary>
    [Theory]
    [InlineData("close")]
    [InlineData("delete")]
    [InlineData("end")]
    [InlineData("rewrite")]
    [InlineData("swap closed")]
    [InlineData("same id")]
    public async Task Tasks_OneAfterTheOther_EachGoneBeforeTheNext_ShutThePathAllTheSame(string goes)
    {
        await using var server = await OpenAsync(new RosterGrowthRules(AlertMembers: 3, MostAlone: 3));
        for (var i = 0; i < 3; i++)
        {
            await GiveOneAsync(server, goes, i);
            Assert.True(await IsOpenAsync(server));
        }

        Assert.StartsWith("3 tasks", Assert.Single(await AlertsAsync(server)));
        await GiveOneAsync(server, goes, 3);
        Assert.False(await IsOpenAsync(server));

        // Another person approves, and it is counted from there.
        server.Time.Now = server.Time.Now.AddMinutes(1);
        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "anna")).Status);
        for (var i = 4; i < 7; i++)
        {
            await GiveOneAsync(server, goes, i);
            Assert.True(await IsOpenAsync(server));
        }
    }

    /// <summary>The twin: one patient's task that is kept up to date is one, whatever is done with it, and old ones that end are none.</summary>
    [Fact]
    public async Task Tasks_OfOnePatientThatAreEditedClosedAndOpened_AreOne()
    {
        await using var server = await OpenAsync(new RosterGrowthRules(AlertMembers: 3, MostAlone: 2));
        await GiveAsync(server, 0, 2);
        for (var round = 0; round < 4; round++)
        {
            await PatchAsync(server, "t-0", """{"closed":true}""");
            await PatchAsync(server, "t-0", """{"closed":false}""");
            await PatchAsync(server, "t-0", $$"""{"workflow":"w-{{round}}"}""");
        }

        Assert.True(await IsOpenAsync(server));
        Assert.Empty(await AlertsAsync(server));
        server.Time.Now = server.Time.Now.AddMinutes(1);
        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "anna")).Status);
        await PatchAsync(server, "t-0", """{"closed":true}""");
        await DeleteAsync(server, "t-1");
        await GiveAsync(server, 2, 4);
        Assert.True(await IsOpenAsync(server));
    }

    [Fact]
    public async Task Tasks_OfAClientThatTasksOpenNothingFor_AreNobodysBusiness()
    {
        await using var server = await AdminServer.StartAsync(static options =>
            options.RosterGrowth = new RosterGrowthRules(5, MostAlone: 3)
        );
        await Approvals.OpenAsync(server);
        await GiveAsync(server, 0, 8);
        Assert.Empty(await AlertsAsync(server));
        Assert.True(await IsOpenAsync(server));
    }

    /// <summary>What the second person and the auditor are shown is what came after the approval, and no task that goes makes it newer.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Delete_OfATaskAfterAChange_LeavesQueueAndHistoryAsTheyWere(bool goes)
    {
        await using var server = await OpenAsync(new RosterGrowthRules(AlertMembers: 50));
        await GiveAsync(server, 0, 1);
        Assert.Equal(200, (await server.PatchAsync(UseCase, """{"expires":"2027-06-30"}""", "otto")).Status);
        Assert.Equal(200, (await server.PatchAsync(Client, """{"limits":{"requestsPerSecond":5}}""", "nora")).Status);
        if (goes)
        {
            await DeleteAsync(server, "t-0");
        }

        var entry = (await server.GetAsync("/admin/v1/approvals/queue?why=changed")).Json["items"]![0]!;
        Assert.Equal(
            ["use-case/lab-results by otto@hospital.example", "client/acme-connector by nora@hospital.example"],
            entry["changed"]!.AsArray().Select(static input => $"{(string)input!["document"]!} by {(string)input["by"]!}")
        );

        StoredTrail.Ship(server);
        var told = (await server.GetAsync("/admin/v1/config/history?document=client/acme-connector", "olga")).Json["items"]!.AsArray();
        Assert.Equal(("nora@hospital.example", null), ((string?)told[0]!["by"], (string?)told[0]!["approved_by"]));
        Assert.Equal(("client.approve", "anna@hospital.example"), ((string?)told[1]!["event"], (string?)told[1]!["approved_by"]));
    }

    private static async Task<AdminServer> OpenAsync(RosterGrowthRules rules)
    {
        var server = await AdminServer.StartAsync(options => options.RosterGrowth = rules);
        await Sample.WriteAsync(server);
        const string Grants = """{"grants":[{"types":["Observation"],"interactions":["read"],"patients":{"task":true}}]}""";
        Assert.Equal(200, (await server.PatchAsync(UseCase, Grants)).Status);
        await Approvals.ApproveAsync(server);
        Assert.True(await IsOpenAsync(server));
        return server;
    }

    // The earlier one goes first; the one that is given is for a patient of its own.
    private static async Task GiveOneAsync(AdminServer server, string goes, int i)
    {
        var (last, task) = ($"t-{i - 1}", $"t-{i}");
        switch (goes)
        {
            case "close" when i > 0:
                await PatchAsync(server, last, """{"closed":true}""");
                break;
            case "delete" when i > 0:
                await DeleteAsync(server, last);
                break;
            case "end" when i > 0:
                await PatchAsync(server, last, $$"""{"expires":"{{server.Time.Now.AddSeconds(1):O}}"}""");
                server.Time.Now = server.Time.Now.AddSeconds(2);
                break;
            case "rewrite" when i > 0:
                await PatchAsync(server, "t-0", $$"""{"patient":"p-{{i}}"}""");
                return;
            case "swap closed" when i > 0:
                await PatchAsync(server, "t-0", """{"closed":true}""");
                await PatchAsync(server, "t-0", $$"""{"patient":"p-{{i}}"}""");
                await PatchAsync(server, "t-0", """{"closed":false}""");
                return;
            case "same id":
                if (i > 0)
                {
                    await DeleteAsync(server, "t-0");
                }

                task = "t-0";
                break;
            default:
                break;
        }

        var body = $$"""{"id":"{{task}}","client":"acme-connector","patient":"p-{{i}}","workflow":"w","expires":"2026-06-01T00:00:00Z"}""";
        var made = await server.PostAsync("/admin/v1/task-grants", body, "nora");
        Assert.True(made.Status == 201, made.Text);
    }

    private static async Task PatchAsync(AdminServer server, string task, string patch)
    {
        var changed = await server.PatchAsync("/admin/v1/task-grants/" + task, patch, "nora");
        Assert.True(changed.Status == 200, changed.Text);
    }

    private static async Task DeleteAsync(AdminServer server, string task)
    {
        var tag = (await server.GetAsync("/admin/v1/task-grants/" + task, "nora")).ETag;
        var gone = await server.SendAsync("nora", "DELETE", "/admin/v1/task-grants/" + task, null, ("If-Match", tag!));
        Assert.True(gone.Status is 200 or 204, gone.Text);
    }

    private static async Task GiveAsync(AdminServer server, int from, int to, bool closed = false)
    {
        for (var i = from; i < to; i++)
        {
            var end = closed ? ",\"closed\":true" : string.Empty;
            var body =
                $$"""{"id":"t-{{i}}","client":"acme-connector","patient":"p-{{i}}","workflow":"w","expires":"2026-06-01T00:00:00Z"{{end}}}""";
            var made = await server.PostAsync("/admin/v1/task-grants", body, "nora");
            Assert.True(made.Status == 201, made.Text);
        }
    }

    private static async Task<IReadOnlyList<string>> AlertsAsync(AdminServer server) =>
        [
            .. (await server.GetAsync("/admin/v1/alerts?kind=tasks-grew")).Json["items"]!
                .AsArray()
                .Select(static alert => (string)alert!["evidence"]!),
        ];

    private static async Task<bool> IsOpenAsync(AdminServer server) =>
        (bool)(await server.GetAsync("/admin/v1/clients/acme-connector/posture")).Json["path_open"]!;
}
