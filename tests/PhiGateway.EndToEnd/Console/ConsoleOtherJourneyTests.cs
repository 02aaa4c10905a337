using System.Globalization;
using Microsoft.Playwright;
using Xunit;

namespace PhiGateway.EndToEnd.Console;

/// <summary>The screens beside the daily work answer their questions, and the alerts are worked through by the keyboard.</summary>
public sealed class ConsoleOtherJourneyTests(ConsoleWorld world) : IClassFixture<ConsoleWorld>
{
    [Fact]
    public async Task Screens_BesideTheWork_AnswerTheirQuestions()
    {
        var page = await world.OpenAsync("analyst");
        await page.GotoAsync(world.Origin + "/console/settings");
        Assert.Contains("On record as", await page.Locator("section[aria-label='Who am I']").InnerTextAsync());
        Assert.Contains("newest", await page.Locator("section[aria-label='In force']").InnerTextAsync());
        Assert.Contains("administrators", await page.Locator("section[aria-label=Issuers]").InnerTextAsync());
        await page.GotoAsync(world.Origin + "/console/cases");
        Assert.Contains("Cases", await page.Locator("h1").InnerTextAsync());
        await page.GotoAsync(world.Origin + "/console/trust");
        Assert.Contains("held against the log", await page.Locator("#watchers").InnerTextAsync());
        Assert.Contains("What is not met", await page.Locator("main").InnerTextAsync());
        Assert.Contains("Enforced here", await page.Locator("main").InnerTextAsync());
        await page.GotoAsync(world.Origin + "/console/vendors/westside-imaging/stop");
        Assert.Contains("westside-uploader", await page.Locator("#blast").InnerTextAsync());
        await page.GotoAsync(world.Origin + "/console/clients/westside-viewer/narrower");
        Assert.Contains("not used in 90 days", await page.Locator("#proposal").InnerTextAsync());
        Assert.Contains("made again", await page.Locator("#report").InnerTextAsync());
        await page.GotoAsync(world.Origin + "/console/clients/westside-viewer");
        Assert.Contains("approval", await page.Locator("#lineage").InnerTextAsync());
        await page.Locator("table.matrix td.used a").First.ClickAsync();
        Assert.Contains("client=westside-viewer", page.Url);
        Assert.Contains("westside-viewer", await page.Locator("tbody tr").First.InnerTextAsync());
        await page.Context.CloseAsync();
    }

    [Fact]
    public void Banner_OfTheDemonstration_BeginsWithTheAddress() =>
        Assert.Matches("^console http://127\\.0\\.0\\.1:[0-9]+/console ", world.FirstLine);

    // All that a browser loads for it: the page, the sheet, the script and the icon.
    [Fact]
    public async Task FirstPage_OfTheDemonstration_IsSmall()
    {
        var page = await world.OpenAsync("analyst");
        var loaded = new List<(string Url, int Bytes)>();
        page.Response += (_, answer) =>
        {
            if (answer.Headers.TryGetValue("content-length", out var length))
            {
                loaded.Add((answer.Url, int.Parse(length, CultureInfo.InvariantCulture)));
            }
        };
        await page.GotoAsync(world.Origin + "/console/now");
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        var first = loaded.Where(one => new Uri(one.Url).AbsolutePath == "/console/now").ToList();
        Assert.NotEmpty(first);
        Assert.InRange(first.Max(static one => one.Bytes), 1_000, 100_000);
        Assert.InRange(loaded.DistinctBy(static one => one.Url).Sum(static one => one.Bytes), 1_000, 100_000);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Settings_OfTheDemonstration_NameRolesIssuersNodesAndWhatIsInForce()
    {
        var page = await world.OpenAsync("analyst");
        await page.GotoAsync(world.Origin + "/console/settings");
        var role = page.Locator("section[aria-label='Who am I'] tbody tr", new() { HasText = "auditor" });
        Assert.Contains("yes", await role.First.InnerTextAsync());
        Assert.NotEqual(0, await page.Locator("section[aria-label='In force'] td.key").CountAsync());
        Assert.NotEqual(0, await page.Locator("section[aria-label='In force'] td a[href^='/console/trust']").CountAsync());
        Assert.NotEqual(0, await page.Locator("section[aria-label=Issuers] tbody tr").CountAsync());

        // A revision leads to who enforces it, and from there to what was written.
        await page.Locator("section[aria-label='In force'] dd a").First.ClickAsync();
        Assert.EndsWith("/console/trust#registry", page.Url);
        await page.Locator("#registry dd a").First.ClickAsync();
        Assert.EndsWith("/console/history", new Uri(page.Url).AbsolutePath);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Shadow_OfAUseCase_IsStartedWatchedAndEnded()
    {
        var page = await world.OpenAsync("engineer");
        await page.GotoAsync(world.Origin + "/console/lab");
        await page.ClickAsync("nav.switch a:has-text('shadows')");
        await page.ClickAsync("summary:has-text('Start a shadow')");
        await page.FillAsync("#of", "imaging-reports");
        await page.ClickAsync("button:has-text('Show it')");
        var draft = await page.Locator("#candidate").InputValueAsync();
        Assert.Contains("imaging-reports", draft);
        await page.FillAsync("#candidate", draft.Replace("search", "vread", StringComparison.Ordinal));
        await page.FillAsync("#until", DateTimeOffset.UtcNow.AddDays(3).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
        await page.FillAsync("#reason", "would anybody miss searches");
        Assert.Empty((await page.RunAxe()).Violations.Select(one => one.Id));
        await page.ClickAsync("button:has-text('Start it')");

        // Which candidate, how much of the traffic, and whose answers: the three questions.
        Assert.Contains("Shadow of imaging-reports", await page.Locator("h1").InnerTextAsync());
        Assert.Contains("would anybody miss searches", await page.Locator("section[aria-label='What was started']").InnerTextAsync());
        for (var i = 0; i < 600 && await page.Locator("#report .sentence").CountAsync() == 0; i++)
        {
            await Task.Delay(500, TestContext.Current.CancellationToken);
            await page.ReloadAsync();
        }

        Assert.Contains("would be denied", await page.Locator("#report").InnerTextAsync());
        await LookedAtScreens.CleanAsync(page, "/console/lab/shadows/{id}");
        await page.ClickAsync("button:has-text('End it now')");
        Assert.Contains("ended", await page.Locator(".head").InnerTextAsync());
        Assert.Equal(0, await page.Locator("button:has-text('End it now')").CountAsync());
        await page.GotoAsync(world.Origin + "/console/lab/shadows");
        Assert.Contains("imaging-reports", await page.Locator("section[aria-label=Shadows]").InnerTextAsync());

        // The same candidate over what was: it is found again behind the page.
        await page.GotoAsync(world.Origin + "/console/lab");
        await page.FillAsync("#candidate", draft);
        await page.ClickAsync("button:has-text('Decide them again')");
        Assert.Contains("decisions that were made again", await page.Locator("#report").InnerTextAsync());
        await LookedAtScreens.CleanAsync(page, "/console/lab/replay/{id}");
        await page.GotoAsync(world.Origin + "/console/jobs");
        await page.Locator("section[aria-label=Work] tbody a").First.ClickAsync();
        Assert.Contains("ready", await page.Locator(".head").InnerTextAsync());
        await LookedAtScreens.CleanAsync(page, "/console/jobs/{id}");
        await page.GotoAsync(world.Origin + "/console/lab/shadows");
        Assert.Empty((await page.RunAxe()).Violations.Select(one => one.Id));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Alerts_ByTheKeyboard_AreTakenAndAssigned()
    {
        var page = await world.OpenAsync("engineer");
        await page.GotoAsync(world.Origin + "/console/alerts");
        var row = page.Locator("section[aria-label=look] tbody tr").First;
        await row.Locator("a[href]").First.FocusAsync();
        await page.Keyboard.PressAsync("a");
        Assert.Equal("person", await page.EvaluateAsync<string>("document.activeElement.name"));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Alert_FromTheListToItsPage_SaysWhatItIsWhatHappenedAndWhatToDo()
    {
        var page = await world.OpenAsync("engineer");
        await page.GotoAsync(world.Origin + "/console/alerts?lane=look");
        var row = page.Locator("[id='unused-bed-planner']");
        await row.Locator("td:nth-child(2) > a").ClickAsync();
        Assert.EndsWith("/console/alerts/unused-bed-planner", page.Url);
        Assert.Contains("Has not used four of its six", await page.Locator("#seen").InnerTextAsync());
        Assert.Contains("What to do about it", await page.Locator("#steps").InnerTextAsync());
        Assert.True(await page.Locator("#past").IsVisibleAsync());
        Assert.Empty((await page.RunAxe()).Violations.Select(one => one.Id));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Find_WhatIsTyped_StandsInNoAddress()
    {
        var page = await world.OpenAsync("analyst");
        foreach (var text in (string[])["westside", "nothing-goes-by-this"])
        {
            await page.FillAsync("#q", text);
            await page.PressAsync("#q", "Enter");
            await page.Locator("h1:has-text('Found for')").WaitForAsync();
            Assert.DoesNotContain(text, page.Url);
            Assert.Contains(text, await page.Locator("h1").InnerTextAsync());
            Assert.Empty((await page.RunAxe()).Violations.Select(one => one.Id));
        }

        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Requests_OfPatients_AreListedForTheOfficer()
    {
        var page = await world.OpenAsync("privacy");
        await page.GotoAsync(world.Origin + "/console/requests");
        await LookedAtScreens.MadeAsync(page);
        Assert.Contains("Requests for an accounting", await page.Locator("h1").InnerTextAsync());
        Assert.Empty((await page.RunAxe()).Violations.Select(one => one.Id));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task RunAxe_OfAPageThatKeepsPeopleOut_FindsIt()
    {
        var page = await world.OpenAsync("analyst");
        await page.EvaluateAsync(
            """
            () => {
                document.title = '';
                document.documentElement.removeAttribute('lang');
                document.querySelector('h1').style.color = '#888888';
                document.querySelector('h1').style.backgroundColor = '#777777';
            }
            """
        );

        var found = (await page.RunAxe()).Violations.Select(one => one.Id).ToList();
        Assert.Contains("document-title", found);
        Assert.Contains("html-has-lang", found);
        Assert.Contains("color-contrast", found);
        Assert.Equal(["color-contrast"], (await page.RunAxe(ConsoleWorld.ColoursOnly)).Violations.Select(one => one.Id));
        await page.Context.CloseAsync();
    }
}
