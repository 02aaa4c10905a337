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

    // The clock was put right: what it had told is of a time to come, and is told again when it is due.
    [Fact]
    public async Task Silence_ToldByAClockThatWasAhead_IsToldAgain_AndClosesOnItsDay()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        Assert.Equal(201, (await StartAsync(server)).Status);
        var (deadline, began) = (Deadline(server), server.Time.Now);
        server.Time.Now = began.AddDays(200);
        Assert.Equal(0, await deadline.RunOnceAsync(default));

        server.Time.Now = began.AddDays(8);
        Assert.Equal(0, await deadline.RunOnceAsync(default));
        var told = Assert.Single(await AlertsAsync(server))!;
        Assert.Equal((server.Time.Now, "warning"), ((DateTimeOffset)told["at"]!, (string)told["severity"]!));

        server.Time.Now = began.AddDays(15);
        Assert.Equal(1, await deadline.RunOnceAsync(default));
        Assert.Equal("suspended", (string)(await server.GetAsync(Client)).Json["status"]!);
    }

    // Or a suspension of the day before would take the silence away, and whoever is second to that person would be told nothing of the review.
    [Fact]
    public async Task Silence_OfAClientThatAPersonHasSuspended_TakesTwoToOpen_BeforeItOne()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        Assert.Equal(201, (await StartAsync(server)).Status);
        const string Why = """{"reason":"looked at"}""";
        Assert.Equal(200, (await server.PostAsync(Client + ":suspend", Why, "nora")).Status);
        Assert.Equal(200, (await server.PostAsync(Client + ":resume", Why, "anna")).Status);
        var deadline = Deadline(server);
        server.Time.Now = server.Time.Now.AddDays(8);
        await deadline.RunOnceAsync(default);
        server.Time.Now = server.Time.Now.AddDays(6);
        Assert.Equal(200, (await server.PostAsync(Client + ":suspend", Why, "nora")).Status);
        server.Time.Now = server.Time.Now.AddDays(1);
        Assert.Equal(1, await deadline.RunOnceAsync(default));

        Assert.Equal("suspended", (string?)(await server.GetAsync("/admin/v1/campaign-items/q2.acme-connector", "olga")).Json["outcome"]);
        Assert.Equal("four-eyes", (await server.PostAsync(Client + ":resume", Why, "anna")).Code);
        Assert.Equal(200, (await server.PostAsync(Client + ":request-lift", Why, "olga")).Status);
        Assert.Equal("four-eyes", (await server.PostAsync(Client + ":resume", Why, "nora")).Code);
        Assert.Equal(200, (await server.PostAsync(Client + ":resume", Why, "anna")).Status);
    }
}
