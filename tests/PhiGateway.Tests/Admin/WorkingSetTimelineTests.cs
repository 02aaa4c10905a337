using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>After a standby took over that had not received everything, the control plane works on what is there, not on what was.</summary>
public sealed class WorkingSetTimelineTests
{
    private const string Client = "/admin/v1/clients/acme-connector";

    [Theory]
    [InlineData("2")]
    [InlineData(null)]
    public async Task Suspend_AfterAFailoverThatLostAChangeOfTheClient_IsWritten(string? timeline)
    {
        await using var server = await AdminServer.StartAsync();
        server.Store.Timeline = timeline is null ? null : "1";
        await Approvals.OpenAsync(server);
        var item = (await server.Store.FindAsync(RegistryKind.Client, "acme-connector", default))!;
        var kept = await server.Store.GetRevisionAsync(default);
        Assert.Equal(200, (await server.PostAsync(Client + ":suspend", """{"reason":"odd traffic"}""")).Status);
        Assert.Equal(200, (await server.PostAsync(Client + ":resume", "{}", "anna")).Status);

        // The control plane has seen all of it: without a timeline it can tell by the revisions alone.
        Assert.Equal("active", (string)(await server.GetAsync(Client)).Json["status"]!);
        server.Store.FailOver(kept, timeline);
        await server.Store.WriteAsync([new RegistryWrite(item.Kind, item.Id, item.Json, null)], "replication", default);

        var suspended = await server.PostAsync(Client + ":suspend", """{"reason":"odd traffic"}""");
        Assert.True(suspended.Status == 200, suspended.Text);
        Assert.Equal("suspended", (string)suspended.Json["status"]!);
    }

    [Fact]
    public async Task Key_MadeInALostHistory_IsNoKey_AndThoseBeforeItAre()
    {
        await using var server = await AdminServer.StartAsync();
        server.Store.Timeline = "1";
        var kept = await server.Store.GetRevisionAsync(default);
        await server.AddKeyAsync("late", "viewer");
        Assert.Equal(200, (await server.SendAsync("late", "GET", "/admin/v1/organizations")).Status);

        server.Store.FailOver(kept, "2");

        Assert.Equal(401, (await server.SendAsync("late", "GET", "/admin/v1/organizations")).Status);
        Assert.Equal(200, (await server.SendAsync("olga", "GET", "/admin/v1/organizations")).Status);
    }

    [Fact]
    public async Task Write_JudgedOnALostHistory_IsJudgedAnew()
    {
        await using var server = await AdminServer.StartAsync();
        server.Store.Timeline = "1";
        Assert.Equal(201, (await server.PostAsync("/admin/v1/organizations", """{"id":"zero","kind":"vendor","name":"Zero"}""")).Status);
        var revision = await server.Store.GetRevisionAsync(default);
        Assert.Equal(200, (await server.GetAsync("/admin/v1/organizations")).Status);
        server.Store.BeforeWrite = () => server.Store.FailOver(revision, "2");

        Assert.Equal(201, (await server.PostAsync("/admin/v1/organizations", """{"id":"one","kind":"vendor","name":"One"}""")).Status);

        var notes = server
            .Journal.Records.Where(static record => record.Target == "organization/one")
            .Select(static record => record.Note!);
        Assert.Contains(notes, static note => note.Contains("planned anew", StringComparison.Ordinal));
    }
}
