using PhiGateway.Tests.Common.Admin;
using Xunit;
using static PhiGateway.Tests.Admin.CampaignTests;

namespace PhiGateway.Tests.Admin;

/// <summary>By a clock that has jumped every review is due: nobody is suspended for silence before somebody was told of it.</summary>
public sealed class CampaignNoticeTests
{
    private const string Client = "/admin/v1/clients/acme-connector";

    [Theory]
    [InlineData(23, "active")]
    [InlineData(24, "suspended")]
    public async Task Silence_OfWhichNobodyWasTold_ClosesADayAfterItIsTold(int hours, string status)
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        Assert.Equal(201, (await StartAsync(server)).Status);
        var deadline = Deadline(server);
        server.Time.Now = server.Time.Now.AddDays(200);
        Assert.Equal(0, await deadline.RunOnceAsync(default));
        Assert.Equal(0, await deadline.RunOnceAsync(default));
        Assert.Equal("active", (string)(await server.GetAsync(Client)).Json["status"]!);
        var told = Assert.Single(await AlertsAsync(server))!;
        Assert.Equal(("campaign/q2", "urgent"), ((string)told["subject"]!, (string)told["severity"]!));

        server.Time.Now = server.Time.Now.AddHours(hours);
        await deadline.RunOnceAsync(default);
        Assert.Equal(status, (string)(await server.GetAsync(Client)).Json["status"]!);
    }
}
