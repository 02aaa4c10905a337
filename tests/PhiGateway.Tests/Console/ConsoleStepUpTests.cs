using System.Text.RegularExpressions;
using PhiGateway.Console.Configuration;
using PhiGateway.Console.Http;
using PhiGateway.Console.Sessions;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>Opening a patient, taking records away, approving and stopping take a fresh sign-in where it is asked for; nothing typed is lost.</summary>
public sealed class ConsoleStepUpTests
{
    private static readonly StepUpOptions FiveMinutes = new(TimeSpan.FromMinutes(5), []);

    [Fact]
    public async Task Endpoint_EveryRevealExportApprovalAndStop_IsGrave()
    {
        string[] grave =
        [
            "GET /console/access/{id}/evidence",
            "GET /console/audit/export",
            "GET /console/cases/{id}/evidence",
            "GET /console/jobs/{id}/file",
            "GET /console/patient/{key}/accounting/csv",
            "GET /console/reviews/{id}/evidence",
            "POST /console/approvals/{id}",
            "POST /console/cases/{id}/reveal",
            "POST /console/clients/{id}/lift",
            "POST /console/clients/{id}/resume",
            "POST /console/clients/{id}/slow",
            "POST /console/clients/{id}/stop",
            "POST /console/clients/{id}/tokens/revoke",
            "POST /console/history/revert",
            "POST /console/patient",
            "POST /console/reviews/{id}/apply",
            "POST /console/reviews/{id}/cancel",
            "POST /console/revocations/{id}/lift",
            "POST /console/stop",
            "POST /console/use-cases/{id}",
            "POST /console/vendors/{id}/stop",
        ];
        await using var server = await ConsoleServer.StartAsync();
        Assert.Equal(
            grave,
            ConsoleAccessTests
                .Endpoints(server)
                .Where(static endpoint => endpoint.Metadata.GetMetadata<GraveStep>() is not null)
                .Select(static endpoint => $"{ConsoleAccessTests.MethodOf(endpoint)} {endpoint.RoutePattern.RawText}")
                .Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Stop_AfterAnOldSignIn_WaitsForAFreshOne_AndTheFormIsStillThere()
    {
        await using var server = await ConsoleServer.StartAsync(stepUp: FiveMinutes);
        await Approvals.OpenAsync(server.Admin);
        using var browser = await server.SignInAsync("responder");
        const string Path = "/console/clients/acme-connector/stop";
        server.Admin.Time.Now += TimeSpan.FromMinutes(6);
        var preview = await browser.GetAsync(Path);
        Assert.Equal(200, preview.Status);
        var version = Regex.Match(preview.Text, "name=\"version\" value=\"(\\d+)\"").Groups[1].Value;
        (string, string)[] typed = [("version", version), ("step", "suspend"), ("reason", "odd <calls> from \"elsewhere\"")];

        var asked = await browser.SubmitAsync(Path, Path, typed);
        Assert.Equal(403, asked.Status);
        Assert.Contains("Sign in again for this", asked.Text);
        Assert.Contains("the last 5 minutes", asked.Text);
        Assert.Equal("sign-in-too-old", server.Admin.Journal.Records[^1].Reason);
        Assert.Equal("active", await StatusAsync(server));
        var still = await browser.GetAsync("/console/held");
        Assert.Contains("Sign in again for this", still.Text);
        Assert.DoesNotContain("Do it now", still.Text, StringComparison.Ordinal);

        await browser.SignInAsync("responder");
        var held = await browser.GetAsync("/console/held");
        Assert.Contains("Do it now", held.Text);
        Assert.Contains("odd &lt;calls&gt; from", held.Text);
        Assert.Equal("active", await StatusAsync(server));
        var done = await browser.PostAsync(Path, [("_token", ConsoleBrowser.TokenOf(held)), .. FieldsOf(held.Text)]);
        Assert.Equal(303, done.Status);
        Assert.Equal("suspended", await StatusAsync(server));
        Assert.Contains("Nothing waits", (await browser.GetAsync("/console/held")).Text);
    }

    [Fact]
    public async Task Export_AfterAnOldSignIn_IsTakenAfterAFreshOne_AndOthersGetNothingOfIt()
    {
        await using var server = await ConsoleServer.StartAsync(stepUp: FiveMinutes);
        using var browser = await server.SignInAsync("auditor");
        const string Path = "/console/audit/export?format=csv&decision=deny";
        Assert.Equal(200, (await browser.GetAsync(Path)).Status);
        server.Admin.Time.Now += TimeSpan.FromMinutes(5);
        Assert.Equal(403, (await browser.GetAsync(Path)).Status);
        Assert.Single(server.Admin.Journal.Records, static record => record.Event == "audit.export");

        // Somebody else at the same browser finds nothing that waits.
        await browser.SignInAsync("second");
        Assert.Contains("Nothing waits", (await browser.GetAsync("/console/held")).Text);

        await browser.SignInAsync("auditor");
        server.Admin.Time.Now += TimeSpan.FromMinutes(5);
        Assert.Equal(403, (await browser.GetAsync(Path)).Status);
        await browser.SignInAsync("auditor");
        Assert.Contains("format=csv&amp;decision=deny", (await browser.GetAsync("/console/held")).Text);
        Assert.Equal(200, (await browser.GetAsync(Path)).Status);
    }

    [Fact]
    public async Task Patient_AfterAnOldSignIn_IsNotOpened_AndItsIdStandsInNoAddress()
    {
        await using var server = await ConsoleServer.StartAsync(stepUp: FiveMinutes);
        using var browser = await server.SignInAsync("auditor");
        server.Admin.Time.Now += TimeSpan.FromMinutes(6);
        (string, string)[] typed = [("tenant", "north"), ("patient", "p-1"), ("why", "complaint 26-114")];
        var asked = await browser.SubmitAsync("/console/patient", "/console/patient", typed);
        Assert.Equal(403, asked.Status);
        Assert.DoesNotContain("=p-1", asked.Text, StringComparison.Ordinal);
        await browser.SignInAsync("auditor");
        var held = await browser.GetAsync("/console/held");
        var opened = await browser.PostAsync("/console/patient", [("_token", ConsoleBrowser.TokenOf(held)), .. FieldsOf(held.Text)]);
        Assert.Equal(303, opened.Status);
        Assert.Equal(200, (await browser.GetAsync(opened.Headers["Location"])).Status);
    }

    [Fact]
    public async Task Step_WithoutTheSetting_NeedsNoFreshSignIn()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = await server.SignInAsync("auditor");
        server.Admin.Time.Now += TimeSpan.FromMinutes(14);
        Assert.Equal(200, (await browser.GetAsync("/console/audit/export?format=csv")).Status);
    }

    [Theory]
    [InlineData(-299, null, true)]
    [InlineData(-300, null, false)]
    [InlineData(20, null, true)]
    [InlineData(31, null, false)]
    [InlineData(-10, "mfa", true)]
    public void IsFresh_OfATime_CountsWithinTheSpanOnly(int seconds, string? acr, bool isFresh)
    {
        var now = DateTimeOffset.UnixEpoch.AddDays(1);
        Assert.Equal(isFresh, new SignInProof(now.AddSeconds(seconds), acr).IsFresh(FiveMinutes, now));
    }

    [Fact]
    public void IsFresh_WithoutATimeOrOfAnotherKind_IsNot()
    {
        var now = DateTimeOffset.UnixEpoch.AddDays(1);
        var strong = FiveMinutes with { Acr = ["phr", "mfa"] };
        Assert.False(SignInProof.None.IsFresh(FiveMinutes, now));
        Assert.False(new SignInProof(now, null).IsFresh(strong, now));
        Assert.False(new SignInProof(now, "pwd").IsFresh(strong, now));
        Assert.True(new SignInProof(now, "mfa").IsFresh(strong, now));
        Assert.True(SignInProof.None.IsFresh(null, now));
    }

    // Nobody asked for it: a provider that cannot say when it was is not held to it, one that can is.
    [Fact]
    public void IsFresh_ByDefault_IsAskedOfWhoCanSayOnly()
    {
        var now = DateTimeOffset.UnixEpoch.AddDays(1);
        Assert.True(SignInProof.None.IsFresh(StepUpOptions.Default, now));
        Assert.True(new SignInProof(now.AddMinutes(-14), null).IsFresh(StepUpOptions.Default, now));
        Assert.False(new SignInProof(now.AddMinutes(-15), null).IsFresh(StepUpOptions.Default, now));
    }

    private static async Task<string?> StatusAsync(ConsoleServer server) =>
        (string?)(await server.Admin.GetAsync("/admin/v1/clients/acme-connector")).Json["status"];

    // As a browser sends the page's hidden fields.
    private static IEnumerable<(string, string)> FieldsOf(string page) =>
        Regex
            .Matches(page, "<input type=\"hidden\" name=\"([a-z]+)\" value=\"([^\"]*)\"")
            .Select(static match => (match.Groups[1].Value, System.Net.WebUtility.HtmlDecode(match.Groups[2].Value)));
}
