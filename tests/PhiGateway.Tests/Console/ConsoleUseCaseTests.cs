using System.Net;
using System.Text.RegularExpressions;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>A use of PHI that waits is found beside the clients that wait, and approved by a second person as it was shown.</summary>
public sealed partial class ConsoleUseCaseTests
{
    private const string List = "/console/use-cases";
    private const string One = List + "/lab-results";

    [Fact]
    public async Task UseCase_ThatWaits_IsReadInWordsAndApprovedAsItWasShown()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Sample.WriteAsync(server.Admin);
        using var browser = await server.SignInAsync("approver");
        Assert.Contains("1 use of PHI waits", (await browser.GetAsync("/console/approvals")).Text, StringComparison.Ordinal);
        Assert.Contains($"href=\"{One}\"", (await browser.GetAsync(List)).Text, StringComparison.Ordinal);

        var page = await browser.GetAsync(One);
        Assert.Contains("You are about to permit", page.Text, StringComparison.Ordinal);
        Assert.Contains("href=\"/console/approvals/acme-connector\"", page.Text, StringComparison.Ordinal);
        (string, string)[] shown = [("version", VersionOf(page.Text)), ("seen", SeenOf(page.Text))];
        var wordless = await browser.SubmitAsync(One, One, shown);
        Assert.Equal(422, wordless.Status);
        Assert.Contains("aria-describedby=\"reason-why\"", wordless.Text, StringComparison.Ordinal);
        Assert.Equal(UseCaseStatus.Draft, await StatusAsync(server));

        var done = await browser.SubmitAsync(One, One, [.. shown, ("reason", "as agreed")]);
        Assert.Equal((303, "/console/approvals"), (done.Status, done.Headers["Location"]));
        Assert.Equal(UseCaseStatus.Approved, await StatusAsync(server));
        Assert.Contains("Nothing waits", (await browser.GetAsync(List)).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"uses\"", (await browser.GetAsync("/console/approvals")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Approve exactly this", (await browser.GetAsync(One)).Text, StringComparison.Ordinal);

        // Whoever comes second is told what the first did, and keeps what was typed.
        using var second = await server.SignInAsync("second");
        var late = await second.SubmitAsync(One, One, [.. shown, ("reason", "as agreed too")]);
        Assert.Equal(412, late.Status);
        Assert.Contains("What changed since you opened this page", late.Text, StringComparison.Ordinal);
        Assert.Contains("as agreed too", late.Text, StringComparison.Ordinal);
    }

    // The twin: everybody reads it, and only an approver is offered the step.
    [Theory]
    [InlineData("viewer")]
    [InlineData("operator")]
    [InlineData("auditor")]
    public async Task UseCase_ForWhoApprovesNothing_IsReadWithoutAStep(string person)
    {
        await using var server = await ConsoleServer.StartAsync();
        await Sample.WriteAsync(server.Admin);
        using var browser = await server.SignInAsync(person);

        var page = await browser.GetAsync(One);
        Assert.Equal(200, page.Status);
        Assert.Contains("Only an approver approves", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Approve exactly this", page.Text, StringComparison.Ordinal);
        Assert.Equal(404, (await browser.GetAsync(List + "/nobody")).Status);
    }

    private static async Task<UseCaseStatus> StatusAsync(ConsoleServer server) =>
        Enum.Parse<UseCaseStatus>(
            (string)(await server.Admin.GetAsync("/admin/v1/use-cases/lab-results")).Json["status"]!,
            ignoreCase: true
        );

    private static string VersionOf(string page) => Version().Match(page).Groups["value"].Value;

    private static string SeenOf(string page) => WebUtility.HtmlDecode(Seen().Match(page).Groups["value"].Value);

    [GeneratedRegex("name=\"version\" value=\"(?<value>\\d+)\"")]
    private static partial Regex Version();

    [GeneratedRegex("name=\"seen\" value=\"(?<value>[^\"]*)\"")]
    private static partial Regex Seen();
}
