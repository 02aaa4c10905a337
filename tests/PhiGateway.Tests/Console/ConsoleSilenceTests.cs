using PhiGateway.Tests.Admin;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>A review says what follows from silence before it does, and shows it afterwards.</summary>
public sealed class ConsoleSilenceTests
{
    private const string Review = "/console/reviews/q2";
    private const string Client = "/admin/v1/clients/acme-connector";

    [Fact]
    public async Task Review_NobodyDecided_SaysThatSilenceSuspendsAndThatItDid()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        await ConsolePageTests.StartReviewAsync(server);
        using (var browser = await server.SignInAsync("all"))
        {
            var open = await browser.GetAsync(Review);
            Assert.Equal(200, open.Status);
            Assert.Contains("from then on the gateway suspends what nobody decided", open.Text, StringComparison.Ordinal);
        }

        var deadline = CampaignTests.Deadline(server.Admin);

        // Nobody is closed for silence before somebody was reminded.
        server.Admin.Time.Now += TimeSpan.FromDays(8);
        await deadline.RunOnceAsync(default);
        server.Admin.Time.Now += TimeSpan.FromDays(8);
        await deadline.RunOnceAsync(default);
        Assert.Equal("suspended", (string)(await server.Admin.GetAsync(Client)).Json["status"]!);

        // Whoever looks then learns of both: what came of the review, and that the client's path is closed.
        using var later = await server.SignInAsync("all");
        var ended = (await later.GetAsync(Review)).Text;
        Assert.DoesNotContain("from then on the gateway suspends", ended, StringComparison.Ordinal);
        Assert.Contains("suspended", ended, StringComparison.Ordinal);
        Assert.Contains("suspended", (await later.GetAsync("/console/clients/acme-connector")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Review_ThatWasDecided_SuspendsNobodyByItsDay()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        await ConsolePageTests.StartReviewAsync(server);
        using var browser = await server.SignInAsync("all");
        (string, string)[] decision = [("decision", "keep"), ("reason", "it is used each day"), ("version", "1")];
        var decided = await browser.SubmitAsync(Review, "/console/review-items/q2.acme-connector/decide", decision);
        Assert.True(decided.Status == 303, decided.Text);

        server.Admin.Time.Now += TimeSpan.FromDays(16);
        await CampaignTests.Deadline(server.Admin).RunOnceAsync(default);
        Assert.Equal("active", (string)(await server.Admin.GetAsync(Client)).Json["status"]!);
    }
}
