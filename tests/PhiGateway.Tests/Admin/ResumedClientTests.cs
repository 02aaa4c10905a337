using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>What a client was given before it was quarantined is worth nothing after it; what it is given from then on is.</summary>
public sealed class ResumedClientTests
{
    private const string Client = "/admin/v1/clients/acme-connector";

    [Theory]
    [InlineData("quarantine", true)]
    [InlineData("suspend", false)]
    public async Task Resume_OfAQuarantinedClient_EndsItsTokensFromBefore(string closed, bool ends)
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        Assert.Equal(200, (await server.PostAsync($"{Client}:{closed}", """{"reason":"looked into"}""", "olga")).Status);
        Assert.Empty(await server.Store.ListRevocationsAsync(10, default));
        var dry = await server.PostAsync(Client + ":resume?dry_run=true", "{}", "anna");
        Assert.Equal(200, dry.Status);
        Assert.Empty(await server.Store.ListRevocationsAsync(10, default));

        var resumed = await server.PostAsync(Client + ":resume", "{}", "anna");

        Assert.True(resumed.Status == 200, resumed.Text);
        var rows = await server.Store.ListRevocationsAsync(10, default);
        Assert.Equal(ends ? 1 : 0, rows.Count);
        if (ends)
        {
            var row = rows[0];
            Assert.Equal((RevocationTarget.Subject, "hospital-idp", "acme-connector"), (row.Target, row.Issuer, row.Value));
            Assert.Equal(server.Time.Now.AddSeconds(1), row.IssuedBefore);
            Assert.StartsWith("anna", row.By, StringComparison.Ordinal);
        }
    }

    // What a suspension hides must not be forgotten: nobody sees at the resume that there was a quarantine.
    [Fact]
    public async Task Suspend_OfAQuarantinedClient_EndsItsTokensFromBefore()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        Assert.Equal(200, (await server.PostAsync(Client + ":quarantine", """{"reason":"looked into"}""", "olga")).Status);
        Assert.Equal(200, (await server.PostAsync(Client + ":suspend", """{"reason":"to be seen"}""", "olga")).Status);
        Assert.Equal(200, (await server.PostAsync(Client + ":resume", "{}", "anna")).Status);

        Assert.Equal(RevocationTarget.Subject, Assert.Single(await server.Store.ListRevocationsAsync(10, default)).Target);
    }

    /// <summary>Observing its vendor does not let a client out of quarantine, and what was asked before does not count for something else.</summary>
    [Fact]
    public async Task OffboardToObserve_OfAQuarantinedClient_LeavesItQuarantined_AndAnActiveOneIsSuspended()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        Assert.Equal(200, (await server.PostAsync(Client + ":quarantine", """{"reason":"looked into"}""", "olga")).Status);
        await ObserveAsync(server);
        Assert.Equal("quarantined", (string)(await server.GetAsync(Client)).Json["status"]!);
        Assert.Equal(200, (await server.PostAsync(Client + ":resume", "{}", "anna")).Status);
        Assert.Equal(RevocationTarget.Subject, Assert.Single(await server.Store.ListRevocationsAsync(10, default)).Target);

        // The twin: an active one is suspended, and comes back with the tokens that it has.
        await ObserveAsync(server);
        Assert.Equal("suspended", (string)(await server.GetAsync(Client)).Json["status"]!);
        Assert.Equal(200, (await server.PostAsync(Client + ":resume", "{}", "anna")).Status);
        Assert.Single(await server.Store.ListRevocationsAsync(10, default));
    }

    /// <summary>By whichever door it is closed: whoever asked before that something be lifted asked for something else.</summary>
    [Fact]
    public async Task OffboardToObserve_ForgetsWhatWasAskedBefore_AndNotesWhoClosed()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var item = (await server.Store.FindAsync(RegistryKind.Client, "acme-connector", default))!;
        var asked = item.Json[..^1] + ",\"_askedToLift\":[\"arno@hospital.example\"],\"_closedBy\":[\"gateway\"]}";
        await server.Store.WriteAsync([new RegistryWrite(item.Kind, item.Id, asked, item.Version)], "gateway", default);
        await ObserveAsync(server);

        var stored = (await server.Store.FindAsync(RegistryKind.Client, "acme-connector", default))!.Json;
        Assert.Contains("\"_askedToLift\":[]", stored, StringComparison.Ordinal);
        Assert.Contains("olga@hospital.example", stored[stored.IndexOf("_closedBy", StringComparison.Ordinal)..], StringComparison.Ordinal);
    }

    private static async Task ObserveAsync(AdminServer server)
    {
        var observed = await server.PostAsync("/admin/v1/organizations/acme:offboard", """{"reason":"observe","stage":"suspend"}""");
        Assert.True(observed.Status == 200, observed.Text);
        Assert.Equal(200, (await server.PatchAsync("/admin/v1/organizations/acme", """{"status":"active"}""")).Status);
    }
}
