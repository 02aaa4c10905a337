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
}
