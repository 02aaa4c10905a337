using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using PhiGateway.Tests.Admin;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>The history of the registry is read and taken back from the console: what was shown is what is written.</summary>
public sealed partial class ConsoleHistoryTests
{
    private const string Path = "/console/history";

    [Fact]
    public async Task History_OfAChange_IsShownAndTakenBackAsShown()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Sample.WriteAsync(server.Admin);
        server.Admin.Time.Now += TimeSpan.FromHours(1);
        await server.Admin.PatchAsync("/admin/v1/organizations/acme", """{"name":"Acme & Sons"}""");
        StoredTrail.Ship(server.Admin);
        using var browser = await server.SignInAsync("all");

        var page = WebUtility.HtmlDecode((await browser.GetAsync(Path)).Text);
        Assert.Contains("organization/acme", page, StringComparison.Ordinal);
        Assert.Contains("Acme & Sons", page, StringComparison.Ordinal);
        Assert.Contains("olga@hospital.example", page, StringComparison.Ordinal);
        var link = RevertLink().Match(page).Groups["href"].Value;

        var shown = await browser.GetAsync(link);
        Assert.Equal(200, shown.Status);
        Assert.Contains("Acme Laboratories", WebUtility.HtmlDecode(shown.Text), StringComparison.Ordinal);
        Assert.Contains("What that would do", shown.Text, StringComparison.Ordinal);
        var form = FormOf(shown);

        // Somebody else writes the document: what was shown is no longer what would be written.
        await server.Admin.PatchAsync("/admin/v1/organizations/acme", """{"name":"Acme & Daughters"}""");
        StoredTrail.Ship(server.Admin);
        var late = await browser.PostAsync(Path + "/revert", form);
        Assert.Equal(412, late.Status);
        Assert.Contains("Acme & Daughters", WebUtility.HtmlDecode(late.Text), StringComparison.Ordinal);

        var done = await browser.PostAsync(Path + "/revert", FormOf(late));
        Assert.True(done.Status == 303, done.Text);
        Assert.Contains("1 document is taken back", (await browser.GetAsync(done.Headers["Location"])).Text, StringComparison.Ordinal);
        Assert.Equal("Acme Laboratories", (string?)(await server.Admin.GetAsync("/admin/v1/organizations/acme")).Json["name"]);
    }

    [Fact]
    public async Task Revert_ForWhoOnlyReads_ShowsThePlanWithoutAStep()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Sample.WriteAsync(server.Admin);
        var at = server.Admin.Time.Now.AddHours(-3).ToString("O", CultureInfo.InvariantCulture);
        StoredTrail.Ship(server.Admin);
        using var auditor = await server.SignInAsync("auditor");

        var page = await auditor.GetAsync($"{Path}/revert?at={Uri.EscapeDataString(at)}");
        Assert.Equal(200, page.Status);
        Assert.DoesNotContain("Take it back, as shown", page.Text, StringComparison.Ordinal);
        Assert.Equal(422, (await auditor.GetAsync(Path + "/revert?at=yesterday")).Status);
        Assert.Equal(400, (await auditor.GetAsync(Path + "?from=yesterday")).Status);
        Assert.Contains(
            "No change of these documents",
            (await auditor.GetAsync(Path + "?document=client/nobody")).Text,
            StringComparison.Ordinal
        );
    }

    private static List<(string, string)> FormOf(AdminAnswer page)
    {
        var main = page.Text[page.Text.IndexOf("action=\"/console/history/revert\"", StringComparison.Ordinal)..];
        return
        [
            .. Hidden()
                .Matches(main)
                .Select(static match => (match.Groups["name"].Value, WebUtility.HtmlDecode(match.Groups["value"].Value)))
                .DistinctBy(static field => field.Item1),
        ];
    }

    [GeneratedRegex("href=\"(?<href>/console/history/revert\\?at=[^\"]+document=organization[^\"]+)\"")]
    private static partial Regex RevertLink();

    [GeneratedRegex("type=\"hidden\" name=\"(?<name>[^\"]+)\"(?: value=\"(?<value>[^\"]*)\")?")]
    private static partial Regex Hidden();
}
