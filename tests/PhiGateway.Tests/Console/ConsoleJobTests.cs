using System.Text;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Console.Configuration;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>
/// What takes long is left and found again by its person alone, is on record when it begins and when it is taken, and ends with the sessions.
/// </summary>
public sealed class ConsoleJobTests
{
    private const string Export = "/console/audit/export?format=ndjson&from=2020-01-01&client=acme";
    private const int Records = 600;

    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Export_ThatTakesLong_ShowsHowFarItIsAndIsTakenWhenReady()
    {
        await using var server = await StartAsync();
        using var browser = await server.SignInAsync("auditor");
        using var other = await server.SignInAsync("all");

        var begun = await browser.GetAsync(Export);
        Assert.Equal(303, begun.Status);
        var path = begun.Headers["Location"];
        Assert.StartsWith("/console/jobs/", path, StringComparison.Ordinal);
        var page = await UntilAsync(browser, path, "500 of 600 records");
        Assert.StartsWith("2; url=" + path, page.Headers["Refresh"], StringComparison.Ordinal);
        Assert.Contains("href=\"/console/jobs\"", (await browser.GetAsync("/console/now")).Text, StringComparison.Ordinal);
        Assert.Equal(409, (await browser.GetAsync(path + "/file")).Status);

        // Whoever else has the address has nothing.
        Assert.Equal(404, (await other.GetAsync(path)).Status);
        Assert.Equal(404, (await other.GetAsync(path + "/file")).Status);
        Assert.Contains("Nothing is under way", (await other.GetAsync("/console/jobs")).Text, StringComparison.Ordinal);

        _go.SetResult();
        page = await UntilAsync(browser, path, "Take audit.ndjson");
        Assert.False(page.Headers.ContainsKey("Refresh"));
        for (var i = 0; i < 2; i++)
        {
            var file = await browser.GetAsync(path + "/file");
            Assert.Equal("attachment; filename=\"audit.ndjson\"", file.Headers["Content-Disposition"]);
            Assert.Equal(Records, file.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        }

        Assert.Single(server.Admin.Journal.Records, static record => record.Event == "audit.export");
        Assert.Equal(2, server.Admin.Journal.Records.Count(static record => record is { Event: "audit.taken", Kind: AuditKind.AuditUse }));
    }

    [Fact]
    public async Task Work_OfASessionThatEnds_IsEndedAndLeavesNothing()
    {
        await using var server = await StartAsync();
        using var browser = await server.SignInAsync("auditor");
        var path = (await browser.GetAsync(Export)).Headers["Location"];
        await UntilAsync(browser, path, "500 of 600 records");

        Assert.Equal(200, (await browser.SubmitAsync("/console/now", "/console/sign-out")).Status);
        _go.SetResult();
        await browser.SignInAsync("second");
        Assert.Equal(404, (await browser.GetAsync(path)).Status);
        using var again = await server.SignInAsync("auditor");
        Assert.Equal(404, (await again.GetAsync(path)).Status);
    }

    [Fact]
    public async Task Work_ThatIsStopped_IsNotKept()
    {
        await using var server = await StartAsync();
        using var browser = await server.SignInAsync("auditor");
        var path = (await browser.GetAsync(Export)).Headers["Location"];
        var ended = await browser.SubmitAsync(path, path + "/end");
        Assert.Equal(303, ended.Status);
        Assert.StartsWith("/console/audit", ended.Headers["Location"], StringComparison.Ordinal);
        Assert.Equal(404, (await browser.GetAsync(path)).Status);
        _go.SetResult();
    }

    [Fact]
    public async Task Work_OfMoreThanAPersonHasAtATime_IsRefused()
    {
        await using var server = await StartAsync();
        using var browser = await server.SignInAsync("auditor");
        var most = server.Admin.Services.GetRequiredService<ConsoleOptions>().JobsPerPerson;
        for (var i = 0; i < most; i++)
        {
            Assert.Equal(303, (await browser.GetAsync(Export)).Status);
        }

        Assert.Equal(429, (await browser.GetAsync(Export)).Status);
        using var other = await server.SignInAsync("all");
        Assert.Equal(303, (await other.GetAsync(Export)).Status);
        _go.SetResult();
    }

    [Fact]
    public async Task Work_KeptForItsTime_IsGoneAfterwards()
    {
        await using var server = await StartAsync();
        using var browser = await server.SignInAsync("auditor");
        var path = (await browser.GetAsync(Export)).Headers["Location"];
        _go.SetResult();
        await UntilAsync(browser, path, "Take audit.ndjson");
        for (var minutes = 0; minutes < 40; minutes += 10)
        {
            server.Admin.Time.Now += TimeSpan.FromMinutes(10);
            Assert.Equal(200, (await browser.GetAsync("/console/now")).Status);
        }

        Assert.Equal(404, (await browser.GetAsync(path)).Status);
    }

    private static async Task<AdminAnswer> UntilAsync(ConsoleBrowser browser, string path, string words)
    {
        while (true)
        {
            var page = await browser.GetAsync(path);
            Assert.Equal(200, page.Status);
            if (page.Text.Contains(words, StringComparison.Ordinal))
            {
                return page;
            }

            Assert.DoesNotContain("role=\"alert\"", page.Text, StringComparison.Ordinal);
            await Task.Yield();
        }
    }

    private async Task<ConsoleServer> StartAsync()
    {
        var server = await ConsoleServer.StartAsync(patience: TimeSpan.Zero);
        for (var i = 0; i < Records; i++)
        {
            var id = Guid.CreateVersion7();
            server.Admin.Trail.Entries.Add(
                new AuditEntry
                {
                    Log = "n/1",
                    Sequence = i,
                    Id = id,
                    ParentId = Guid.Empty,
                    ChainHash = new byte[32],
                    Kind = AuditKind.Disclosure,
                    Event = "read",
                    Time = server.Admin.Time.Now.AddMinutes(-i - 1),
                    Decision = "permit",
                    Client = "acme",
                    Body = Encoding.UTF8.GetBytes($$"""{"v":1,"id":"{{id:D}}","kind":"disclosure","event":"read"}"""),
                }
            );
        }

        server.Admin.Trail.BeforeNextPage = () => _go.Task;
        return server;
    }
}
