using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Xunit;

namespace PhiGateway.EndToEnd.Console;

/// <summary>axe on a page that has no frames, as none of the console has.</summary>
internal static class AxeOnOnePage
{
    /// <summary>
    /// Runs the rules in the page. The package's own way runs them in parts, one a frame, and opens a second page with a second copy of axe
    /// to put the parts together: for a page without frames that is the same findings at a higher price. Asked of the root element, they
    /// are those of the page as a whole.
    /// </summary>
    internal static async Task<AxeResult> RunAxe(this IPage page, AxeRunOptions? options = null)
    {
        Assert.Single(page.Frames);
#pragma warning disable CS0618 // "Legacy" is what the package calls one page at a time.
        return await page.Locator("html").RunAxeLegacy(options ?? ConsoleWorld.Everything);
#pragma warning restore CS0618
    }
}
