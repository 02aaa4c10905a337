using System.Collections.Concurrent;
using System.Diagnostics;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;
using Xunit;

namespace PhiGateway.EndToEnd.Console;

/// <summary>The demonstration as a stranger starts it, and one browser that nobody here wrote: shared by the journeys.</summary>
public sealed class ConsoleWorld : IAsyncLifetime
{
    /// <summary>For a screen in its other colours, of which all else was looked at.</summary>
    internal static readonly AxeRunOptions ColoursOnly = new()
    {
        RunOnly = new RunOnlyOptions { Type = "rule", Values = ["color-contrast"] },
        ResultTypes = [ResultType.Violations],
    };

    /// <summary>For a screen as a whole: what is right is not written down node by node, which takes most of the time.</summary>
    internal static readonly AxeRunOptions Everything = new() { ResultTypes = [ResultType.Violations] };

    private readonly StartupFolder _folder = new();
    private readonly ConcurrentQueue<string> _said = new();
    private Process? _demo;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Origin of the console, from the banner.</summary>
    public string Origin { get; private set; } = string.Empty;

    /// <summary>What the demonstration says before all else.</summary>
    public string FirstLine { get; private set; } = string.Empty;

    /// <summary>What pages wrote to the browser's console as errors: violations of the policy among them.</summary>
    public IEnumerable<string> Complaints => _said;

    public async ValueTask InitializeAsync()
    {
        string[] demo = ["demo", "--port", $"{_folder.DataPort}", "--admin-port", $"{_folder.AdminPort}", "--data", _folder.At("demo")];
        _demo = Process.Start(StartupFolder.StartInfo(demo))!;
        while (await _demo.StandardOutput.ReadLineAsync() is { } line && !line.Contains("Ctrl-C", StringComparison.Ordinal))
        {
            FirstLine = FirstLine.Length == 0 ? line : FirstLine;
            if (line.Contains("/console ", StringComparison.Ordinal))
            {
                Origin = new Uri(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]).GetLeftPart(UriPartial.Authority);
            }
        }

        Assert.NotEqual(string.Empty, Origin);
        // Somebody has to read on, or the process waits for it.
        _ = _demo.StandardOutput.ReadToEndAsync();
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(
            new BrowserTypeLaunchOptions { ExecutablePath = Chromium(), Args = ["--no-sandbox", "--disable-dev-shm-usage"] }
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (_demo is not null)
        {
            _demo.Kill();
            await _demo.WaitForExitAsync();
            _demo.Dispose();
        }

        _folder.Dispose();
    }

    /// <summary>A page at which a person of the demonstration is signed in.</summary>
    internal async Task<IPage> OpenAsync(string person, BrowserNewContextOptions? options = null)
    {
        var context = await _browser!.NewContextAsync(
            options
                ?? new BrowserNewContextOptions
                {
                    ViewportSize = new() { Width = 1360, Height = 900 },
                }
        );
        var page = await context.NewPageAsync();
        page.Console += (_, message) =>
        {
            // A decision that came behind another writing is an answer, and no fault of the page.
            if (message.Type == "error" && !message.Text.Contains("412 (Precondition Failed)", StringComparison.Ordinal))
            {
                _said.Enqueue($"{page.Url}: {message.Text}");
            }
        };
        page.PageError += (_, error) => _said.Enqueue($"{page.Url}: {error}");
        await page.GotoAsync(Origin + "/console");
        await page.Locator($"button[value={person}]").ClickAsync();
        await LookedAtScreens.ArrivedAsync(page, "**/console/now");
        return page;
    }

    private static string Chromium() =>
        new[] { "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("There is no Chromium: Debian's package 'chromium' has one.");
}
