using System.Text.RegularExpressions;
using PhiGateway.Console.Http;
using PhiGateway.Console.Sessions;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>A form is taken once however often it is clicked, and again where it was refused or says something else.</summary>
public sealed partial class ConsoleOnceTests
{
    private static readonly string Accounting = "/console/patient/" + Uri.EscapeDataString("key(north,p-1)") + "/accounting";

    public static TheoryData<string, string, string> Forms =>
        new()
        {
            // Page, step, and what is filled in.
            { "/console/cases/c-1", "/console/cases/c-1/note", "text=asked the owner" },
            { "/console/audit?decision=deny", "/console/audit/saved", "title=Refused today&query=decision%3Ddeny" },
            { "/console/stop?target=organization&value=acme", "/console/stop", "target=organization&value=acme&reason=a leak" },
            { Accounting, Accounting + "/ask", "received=2026-04-30" },
            { Accounting, Accounting + "/hold", "agency=State police&reason=an investigation&until=2026-05-20" },
        };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Form_ClickedTwice_IsWrittenOnce(string page, string path, string fields)
    {
        await using var server = await ConsoleServer.StartAsync();
        await ConsoleFormTests.FillAsync(server);
        using var browser = await server.SignInAsync("all");
        (string, string)[] opened = [("tenant", "north"), ("patient", "p-1"), ("why", "complaint 26-114")];
        Assert.Equal(303, (await browser.SubmitAsync("/console/patient", "/console/patient", opened)).Status);
        var (first, second) = (FormOf(await browser.GetAsync(page), path), FormOf(await browser.GetAsync(page), path));
        Assert.NotEqual(OnceIn(first), OnceIn(second));
        (string, string)[] filled = [.. fields.Split('&').Select(static one => one.Split('=')).Select(One)];
        var token = ConsoleBrowser.TokenOf(await browser.GetAsync(page));

        var written = server.Admin.Journal.Records.Count;
        var click = await browser.PostAsync(path, [("_token", token), ("_once", OnceIn(first)), .. filled]);
        Assert.Equal(303, click.Status);
        var byOne = server.Admin.Journal.Records.Count - written;
        written += byOne;
        var clicks = await Task.WhenAll(
            Enumerable.Range(0, 3).Select(_ => browser.PostAsync(path, [("_token", token), ("_once", OnceIn(second)), .. filled]))
        );

        Assert.All(clicks, one => Assert.Equal((303, click.Headers["Location"]), (one.Status, one.Headers["Location"])));
        Assert.True(byOne > 0, "one click writes something");
        Assert.Equal(byOne, server.Admin.Journal.Records.Count - written);
    }

    [Fact]
    public async Task Form_RefusedOrFilledInOtherwise_IsTakenAgain()
    {
        await using var server = await ConsoleServer.StartAsync();
        await ConsoleFormTests.FillAsync(server);
        using var browser = await server.SignInAsync("all");
        const string Case = "/console/cases/c-1";
        var shown = await browser.GetAsync(Case);
        (string, string)[] form = [("_token", ConsoleBrowser.TokenOf(shown)), ("_once", OnceIn(FormOf(shown, Case + "/note")))];

        Assert.Equal(422, (await browser.PostAsync(Case + "/note", form)).Status);
        Assert.Equal(422, (await browser.PostAsync(Case + "/note", form)).Status);
        foreach (var text in (string[])["asked the owner", "asked the owner", "the owner answered"])
        {
            Assert.Equal(303, (await browser.PostAsync(Case + "/note", [.. form, ("text", text)])).Status);
        }

        // In the timeline: the last of them stands in the form that closes the case too, as what was seen.
        var page = (await browser.GetAsync(Case)).Text;
        Assert.Single(Regex.Matches(page, "<bdi>noted: asked the owner</bdi>"));
        Assert.Single(Regex.Matches(page, "<bdi>noted: the owner answered</bdi>"));
    }

    [Fact]
    public async Task Take_WhereTheFirstClickFails_IsDoneByTheSecond()
    {
        var forms = new TakenForms();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = forms.TakeAsync("form", FailAsync, IsTaken);
        var second = forms.TakeAsync("form", static () => Task.FromResult<ScreenAnswer>(new ScreenAnswer.Go("/console/now")), IsTaken);
        Assert.False(second.IsCompleted);
        gate.SetResult();

        await Assert.ThrowsAsync<InvalidOperationException>(() => first);
        Assert.IsType<ScreenAnswer.Go>(await second);
        Assert.IsType<ScreenAnswer.Go>(
            await forms.TakeAsync<ScreenAnswer>("form", static () => throw new InvalidOperationException(), IsTaken)
        );

        async Task<ScreenAnswer> FailAsync()
        {
            await gate.Task;
            throw new InvalidOperationException();
        }
    }

    [Fact]
    public async Task Take_OfVeryMany_ForgetsTheOldestThatAreDone()
    {
        var forms = new TakenForms();
        var taken = 0;
        for (var form = 0; form < 200; form++)
        {
            await forms.TakeAsync($"{form}", CountAsync, IsTaken);
        }

        await forms.TakeAsync("199", CountAsync, IsTaken);
        Assert.Equal(200, taken);
        await forms.TakeAsync("0", CountAsync, IsTaken);
        Assert.Equal(201, taken);

        Task<ScreenAnswer> CountAsync()
        {
            taken++;
            return Task.FromResult<ScreenAnswer>(new ScreenAnswer.Go("/console/now"));
        }
    }

    [Fact]
    public async Task Take_MomentsAfterTheFirstClick_IsItsSecond_AndLaterIsAnother()
    {
        var clock = new ManualClock();
        var forms = new TakenForms(clock);
        var taken = 0;
        await forms.TakeAsync("stop", CountAsync, IsTaken);
        clock.Advance(TimeSpan.FromSeconds(20));
        await forms.TakeAsync("stop", CountAsync, IsTaken);
        Assert.Equal(1, taken);

        // What it did may be undone meanwhile: it is not told as done.
        clock.Advance(TimeSpan.FromMinutes(2));
        await forms.TakeAsync("stop", CountAsync, IsTaken);
        Assert.Equal(2, taken);

        Task<ScreenAnswer> CountAsync()
        {
            taken++;
            return Task.FromResult<ScreenAnswer>(new ScreenAnswer.Go("/console/now"));
        }
    }

    // Whoever was kept waiting by it clicks again when it has ended.
    [Fact]
    public async Task Take_MomentsAfterAFirstClickThatTookLong_IsItsSecond()
    {
        var clock = new ManualClock();
        var forms = new TakenForms(clock);
        var taken = 0;
        await forms.TakeAsync("stop", CountAsync, IsTaken);
        await forms.TakeAsync("stop", CountAsync, IsTaken);
        Assert.Equal(1, taken);

        Task<ScreenAnswer> CountAsync()
        {
            taken++;
            clock.Advance(TimeSpan.FromMinutes(2));
            return Task.FromResult<ScreenAnswer>(new ScreenAnswer.Go("/console/now"));
        }
    }

    // What writes is taken once, or of exactly the version that was seen; the others write nothing that stands twice.
    [Fact]
    public void Forms_OfThePages_AreTakenOnceOrOfAVersion()
    {
        string[] harmless = ["/console/asked", "/console/lab/simulate", "\"/console/patient\"", "/reveal\"", "/end\")\">", "sign-in"];
        var forms = RepositoryPaths
            .Files(RepositoryPaths.Of("src", "PhiGateway.Console", "Pages"), "*.razor")
            .SelectMany(static file => Form().Matches(File.ReadAllText(file)).Select(match => (File: Path.GetFileName(file), match.Value)))
            .Where(one => !harmless.Any(word => one.Value[..Math.Min(200, one.Value.Length)].Contains(word, StringComparison.Ordinal)))
            .ToList();

        Assert.True(forms.Count > 25, $"{forms.Count} forms");
        Assert.All(
            forms,
            static form =>
                Assert.True(
                    form.Value.Contains("<OnceField />", StringComparison.Ordinal)
                        || form.Value.Contains("name=\"version\"", StringComparison.Ordinal),
                    $"{form.File}: {form.Value}"
                )
        );
    }

    private static bool IsTaken(ScreenAnswer answer) => answer is ScreenAnswer.Go;

    private static (string, string) One(string[] pair) => (pair[0], Uri.UnescapeDataString(pair[1]));

    private static string FormOf(Common.Admin.AdminAnswer page, string path)
    {
        var from = page.Text.IndexOf($"action=\"{path}\"", StringComparison.Ordinal);
        Assert.True(from > 0, $"{path} is on no form: {page.Status}");
        return page.Text[from..page.Text.IndexOf("</form>", from, StringComparison.Ordinal)];
    }

    private static string OnceIn(string form) => Once().Match(form).Groups["once"].Value;

    [GeneratedRegex("name=\"_once\" value=\"(?<once>[^\"]+)\"")]
    private static partial Regex Once();

    [GeneratedRegex("<form [^\n]*method=\"post\".*?</form>", RegexOptions.Singleline)]
    private static partial Regex Form();
}
