using System.Text.RegularExpressions;
using Microsoft.Playwright;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.EndToEnd.Console;

/// <summary>The screens of the demonstration that the journeys look at one by one.</summary>
internal static partial class LookedAtScreens
{
    // Set, the pictures of docs/console.md are made anew.
    private const string Pictures = "PHIGW_CONSOLE_PICTURES";

    /// <summary>Each with a picture in docs/console.md.</summary>
    public static readonly IReadOnlyList<(string Name, string Path)> Pictured =
    [
        ("now", "/console/now"),
        ("alerts", "/console/alerts"),
        ("alert", "/console/alerts/unused-bed-planner"),
        ("audit-search", "/console/audit?decision=deny"),
        ("clients", "/console/clients"),
        ("one-client", "/console/clients/cohort-44-loader"),
        ("stop", "/console/clients/cohort-44-loader/stop"),
        ("emergency-stop", "/console/stop?target=organization&value=westside-imaging"),
        ("approvals", "/console/approvals"),
        ("approval", "/console/approvals/lumen-scribe"),
        ("reviews", "/console/reviews"),
        ("review", "/console/reviews/vendors-autumn"),
        ("vendors", "/console/vendors"),
        ("break-glass", "/console/break-glass"),
        ("callers", "/console/callers"),
        ("lab", "/console/lab"),
        ("posture", "/console/posture"),
        ("settings", "/console/settings"),
        ("trust", "/console/trust"),
        ("design", "/console/design"),
    ];

    // Clean and wide enough like the others, without a picture of their own.
    private static readonly (string Name, string Path)[] More =
    [
        ("cases", "/console/cases"),
        ("use case", "/console/use-cases/imaging-reports"),
        ("strangers", "/console/strangers?form=metadata"),
        ("stranger", "/console/strangers/reg-5b1f0c6e7a2d4938a1c0d9e8f7b6a543"),
        ("tail", "/console/audit/tail"),
        ("patient form", "/console/patient"),
        ("vendor stop", "/console/vendors/westside-imaging/stop"),
        ("tokens", "/console/clients/cohort-44-loader/tokens"),
        ("use cases", "/console/use-cases"),
        ("narrower", "/console/clients/westside-viewer/narrower"),
        ("history", "/console/history"),
        ("revert", "/console/history/revert?at=2026-01-01"),
        ("shadows", "/console/lab/shadows?use_case=imaging-reports"),
        ("work", "/console/jobs"),
        ("revocations", "/console/revocations"),
        ("offboardings", "/console/offboardings"),
        ("closed alerts", "/console/alerts?state=closed"),
        ("held", "/console/held"),
        ("find", "/console/find"),
        ("sign-in", "/console/sign-in"),
    ];

    // The design page shows every part, and these draw what is no part of it.
    private static readonly string[] Dark = ["now", "alerts", "audit-search", "one-client", "approval", "posture", "trust", "design"];

    /// <summary>Those that are looked at in a scheme: all of them in the light; in the dark, which changes colours alone, the parts.</summary>
    public static IEnumerable<(string Name, string Path)> In(ColorScheme scheme) =>
        scheme == ColorScheme.Light ? Pictured.Concat(More) : Pictured.Where(static screen => Dark.Contains(screen.Name));

    /// <summary>Takes the picture of a screen; kept for docs/console.md where that is asked for.</summary>
    public static async Task PictureAsync(IPage page, string name)
    {
        Assert.Contains(name, ConsolePictures.Screens.Keys);
        var options = new PageScreenshotOptions { FullPage = false };
        var isKept = Environment.GetEnvironmentVariable(Pictures) == "1";
        if (isKept)
        {
            options.Path = ConsolePictures.PathOf(name);
        }

        var picture = await page.ScreenshotAsync(options);
        Assert.NotEmpty(picture);
        if (isKept)
        {
            ConsolePictures.Write(name, picture);
        }
    }

    /// <summary>Whether a page fits at twice the size: nothing of it is pushed out at the side.</summary>
    public static async Task<bool> FitsAsync(IPage page)
    {
        await page.SetViewportSizeAsync(680, 450);
        var isWide = await page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth");
        await page.SetViewportSizeAsync(1360, 900);
        return !isWide;
    }

    /// <summary>A page in the middle of a journey, by its route, is clean, and fits at twice the size.</summary>
    public static async Task CleanAsync(IPage page, string route)
    {
        // What the journey says that it looks at is what it looks at.
        Assert.Matches("^" + Place().Replace(route, "[^/]+") + "$", new Uri(page.Url).AbsolutePath);
        Assert.Empty((await page.RunAxe()).Violations.SelectMany(static one => one.Nodes.Select(node => $"{one.Id} {node.Html}")));
        Assert.True(await FitsAsync(page), $"{page.Url} is too wide at twice the size");
    }

    /// <summary>A page on paper: no step, no navigation, nothing cut off at the side, and no row torn between two sheets.</summary>
    public static async Task PrintsAsync(IPage page)
    {
        await page.EmulateMediaAsync(new() { Media = Media.Print });

        // A4 at 96 dots an inch.
        await page.SetViewportSizeAsync(794, 1123);
        Assert.True(await page.Locator("h1").First.IsVisibleAsync(), page.Url);
        Assert.Equal(0, await page.Locator("nav.side:visible, header.top:visible, form:visible").CountAsync());
        Assert.False(
            await page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth"),
            $"{page.Url} is too wide for a sheet"
        );
        Assert.True(
            await page.EvaluateAsync<bool>(
                "[...document.querySelectorAll('main tr')].every(row => getComputedStyle(row).breakInside === 'avoid')"
            ),
            $"{page.Url} has rows that may be torn"
        );
        await page.SetViewportSizeAsync(1360, 900);
        await page.EmulateMediaAsync(new() { Media = Media.Screen });
    }

    /// <summary>Waits for a page whose content is made behind it: until then it asks again by itself, under whoever looks at it.</summary>
    public static Task MadeAsync(IPage page) =>
        Assertions.Expect(page.GetByText("asks again by itself")).ToHaveCountAsync(0, new() { Timeout = 120_000 });

    /// <summary>Waits until a page is there and whole: not for the event of its load, which is missed where it asks again by itself meanwhile.</summary>
    public static async Task ArrivedAsync(IPage page, string address)
    {
        await page.WaitForURLAsync(address, new() { WaitUntil = WaitUntilState.Commit });
        for (var look = 0; look < 300 && !await IsWholeAsync(page); look++)
        {
            await page.WaitForTimeoutAsync(100);
        }
    }

    // Between two pages there is none to be asked.
    private static async Task<bool> IsWholeAsync(IPage page)
    {
        try
        {
            return await page.EvaluateAsync<string>("document.readyState") == "complete";
        }
        catch (PlaywrightException)
        {
            return false;
        }
    }

    /// <summary>Looks again until something is there: what the trail has to tell is, once its record is stored.</summary>
    public static async Task FoundAsync(IPage page, ILocator what)
    {
        for (var look = 0; look < 240 && await what.CountAsync() == 0; look++)
        {
            await page.WaitForTimeoutAsync(500);
            await page.ReloadAsync();
        }
    }

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex Place();
}
