using System.Net;
using System.Text.RegularExpressions;
using PhiGateway.Admin.Alerts;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>
/// A form that is refused is shown again as it was sent, in its own place and in no other, with the message at its field; whoever came second
/// is told what changed.
/// </summary>
public sealed partial class ConsoleFormTests
{
    private const string Words = "kept words of the form";
    private static readonly string Long = Words + new string('x', 2200);

    public static TheoryData<string, string, string, string> Forms =>
        new()
        {
            // Page, step, the field that keeps what was typed, other fields.
            { "/console/alerts", "/console/alerts/odd-1/assign", "person", "version=1" },
            { "/console/alerts", "/console/alerts/odd-1/snooze", "reason", "version=1&hours=9999" },
            { "/console/alerts", "/console/alerts/odd-1/close", "reason", "version=1" },
            { "/console/clients/acme-connector", "/console/clients/acme-connector/stop", "reason", "version=1&step=suspend" },
            { "/console/clients/acme-connector", "/console/clients/acme-connector/resume", "reason", "version=1" },
            { "/console/clients/acme-connector", "/console/clients/acme-connector/request-lift", "reason", "version=1" },
            { "/console/clients/acme-connector", "/console/clients/acme-connector/slow", "reason", "version=1&rate=3" },
            { "/console/clients/acme-connector/tokens", "/console/clients/acme-connector/tokens/revoke", "reason", "token=t-1" },
            { "/console/alerts/odd-1", "/console/alerts/odd-1/close", "reason", "version=1&back=page" },
            { "/console/break-glass", "/console/break-glass/bg-1", "reason", "version=1&decision=justified" },
            { "/console/alerts/bg-1", "/console/break-glass/bg-1", "reason", "version=1&back=page&decision=unjustified" },
            { "/console/stop", "/console/stop", "reason", "target=organization&value=acme" },
            { "/console/vendors", "/console/vendors/acme/stop", "reason", "version=1&step=suspend" },
            { "/console/approvals/acme-connector", "/console/approvals/acme-connector", "reason", "fingerprint=00" },
            { "/console/use-cases/lab-results", "/console/use-cases/lab-results", "reason", "version=1" },
            { "/console/cases/c-1", "/console/cases/c-1/note", "text", "" },
            { "/console/cases/c-1", "/console/cases/c-1/close", "reason", "version=1" },
            { "/console/reviews", "/console/reviews", "title", "id=q9&due=soon&reviewers=all@hospital.example" },
            { "/console/reviews/q2", "/console/reviews/q2/cancel", "reason", "" },
            { "/console/reviews/q2", "/console/review-items/q2.acme-connector/decide", "reason", "version=1&decision=keep" },
            { "/console/patient", "/console/patient", "why", "tenant=north&patient=p-1" },
            { "/console/audit?decision=deny", "/console/audit/saved", "title", "query=decision%3Ddeny" },
            { "/console/settings", "/console/settings/end-sessions", "reason", "person=rosa" },
        };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Form_Refused_KeepsWhatWasTypedAtItsFieldAndNowhereElse(string page, string path, string field, string others)
    {
        await using var server = await ConsoleServer.StartAsync();
        await FillAsync(server);
        if (path.EndsWith("/resume", StringComparison.Ordinal))
        {
            Assert.Equal(200, (await server.Admin.PostAsync("/admin/v1/clients/acme-connector:suspend", """{"reason":"odd"}""")).Status);
        }

        if (path.EndsWith("/bg-1", StringComparison.Ordinal))
        {
            await ConsoleAlertTests.WriteAsync(server, ConsoleAlertTests.Make(server, "bg-1") with { Kind = "break-glass" });
        }

        if (path.EndsWith("/request-lift", StringComparison.Ordinal))
        {
            await QuarantineAsync(server);
        }

        using var browser = await server.SignInAsync("all");
        var writes = server.Admin.Store.Writes;

        var refused = await browser.SubmitAsync(page, path, [(field, Long), .. Fields(others)]);

        Assert.True(refused.Status is >= 400 and < 500, $"{refused.Status} {refused.Text}");
        Assert.Equal(writes, server.Admin.Store.Writes);
        Assert.Contains("role=\"alert\"", refused.Text, StringComparison.Ordinal);
        Assert.Single(Kept().Matches(refused.Text));
        var place = Fields().Matches(refused.Text).Single(match => match.Value.Contains(Words, StringComparison.Ordinal));
        Assert.Contains($"name=\"{field}\"", place.Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/console/alerts/odd-1/assign", "person", "who-odd-1", "version=1")]
    [InlineData("/console/alerts/odd-1/snooze", "reason", "wait-odd-1", "version=1&hours=24")]
    [InlineData("/console/alerts/odd-1/close", "reason", "why-odd-1", "version=1")]
    [InlineData("/console/reviews", "due", "due", "id=q9&title=t&reviewers=all@hospital.example", "/console/reviews")]
    [InlineData("/console/clients/acme-connector/stop", "reason", "reason", "version=1&step=suspend", "/console/clients/acme-connector")]
    [InlineData("/console/settings/end-sessions", "person", "person", "reason=left", "/console/settings")]
    public async Task Message_OfAWrongField_StandsAtTheField(
        string path,
        string field,
        string id,
        string others,
        string page = "/console/alerts"
    )
    {
        await using var server = await ConsoleServer.StartAsync();
        await FillAsync(server);
        using var browser = await server.SignInAsync("all");

        var refused = await browser.SubmitAsync(page, path, [(field, string.Empty), .. Fields(others)]);

        Assert.Equal(422, refused.Status);
        Assert.Contains($"aria-describedby=\"{id}-why\"", refused.Text, StringComparison.Ordinal);
        Assert.Contains($"id=\"{id}-why\"", refused.Text, StringComparison.Ordinal);
        Assert.Contains("aria-invalid=\"true\"", refused.Text, StringComparison.Ordinal);
        Assert.Single(Wrong().Matches(refused.Text));
    }

    [Fact]
    public async Task Step_OfTheSecondPerson_SaysWhatTheFirstChanged()
    {
        await using var server = await ConsoleServer.StartAsync();
        await FillAsync(server);
        using var first = await server.SignInAsync("all");
        using var second = await server.SignInAsync("second");
        var seen = await second.GetAsync("/console/alerts");

        Assert.Equal(
            303,
            (await first.SubmitAsync("/console/alerts", "/console/alerts/odd-1/assign", ("version", "1"), ("person", "rosa"))).Status
        );
        var late = await second.PostAsync(
            "/console/alerts/odd-1/close",
            [("_token", ConsoleBrowser.TokenOf(seen)), ("version", "1"), ("seen", SeenIn(seen, "odd-1")), ("reason", Words)]
        );

        Assert.Equal(412, late.Status);
        Assert.Contains("What changed since you opened this page", late.Text, StringComparison.Ordinal);
        Assert.Contains("dealt with by was –, and is rosa", WebUtility.HtmlDecode(late.Text), StringComparison.Ordinal);
        Assert.Contains("state was open, and is acknowledged", late.Text, StringComparison.Ordinal);
        Assert.Contains(Words, late.Text, StringComparison.Ordinal);

        // The same of a client that somebody else has stopped.
        const string Stop = "/console/clients/acme-connector/stop";
        var shown = await second.GetAsync(Stop);
        var version = Regex.Match(shown.Text, "name=\"version\" value=\"(\\d+)\"").Groups[1].Value;
        Assert.Equal(
            303,
            (await first.SubmitAsync(Stop, Stop, ("version", version), ("step", "quarantine"), ("reason", "odd calls"))).Status
        );
        var stopped = await second.PostAsync(
            Stop,
            [
                ("_token", ConsoleBrowser.TokenOf(shown)),
                ("version", version),
                ("step", "suspend"),
                ("seen", SeenIn(shown, "stop")),
                ("reason", Words),
            ]
        );
        Assert.Equal(412, stopped.Status);
        Assert.Contains("and is quarantined", stopped.Text, StringComparison.Ordinal);
    }

    // What the gateway closed by itself: one asks, another opens, and the page says who asked.
    [Fact]
    public async Task Lift_OfWhatTheGatewayClosed_IsAskedForByOneAndDoneByAnother()
    {
        await using var server = await ConsoleServer.StartAsync();
        await FillAsync(server);
        await QuarantineAsync(server);
        const string Page = "/console/clients/acme-connector";
        using var first = await server.SignInAsync("all");
        using var second = await server.SignInAsync("second");
        Assert.DoesNotContain("Asked for by", (await second.GetAsync(Page)).Text, StringComparison.Ordinal);
        Assert.Equal(
            403,
            (await second.SubmitAsync(Page, Page + "/resume", VersionIn(await second.GetAsync(Page)), ("reason", "r"))).Status
        );

        var seen = VersionIn(await first.GetAsync(Page));
        Assert.Equal(303, (await first.SubmitAsync(Page, Page + "/request-lift", seen, ("reason", "a new network"))).Status);
        var asked = await second.GetAsync(Page);
        Assert.Contains("Asked for by", asked.Text, StringComparison.Ordinal);
        Assert.Equal(303, (await second.SubmitAsync(Page, Page + "/resume", VersionIn(asked), ("reason", "as the vendor says"))).Status);
        Assert.DoesNotContain("id=\"lift\"", (await second.GetAsync(Page)).Text, StringComparison.Ordinal);
    }

    private static (string, string) VersionIn(AdminAnswer page) =>
        ("version", Regex.Match(page.Text, "name=\"version\" value=\"(\\d+)\"").Groups[1].Value);

    private static Task<bool> QuarantineAsync(ConsoleServer server) =>
        new PathCloser(server.Admin.Store, server.Admin.Journal, server.Admin.Time).CloseAsync(
            "acme-connector",
            ClientStatus.Quarantined,
            "quarantine",
            "two-places"
        );

    internal static async Task FillAsync(ConsoleServer server)
    {
        await Approvals.OpenAsync(server.Admin);
        await ConsolePageTests.StartReviewAsync(server);
        await ConsoleAlertTests.WriteAsync(server, ConsoleAlertTests.Make(server, "odd-1"));
        await server.Admin.Store.WriteAsync(
            [
                new RegistryWrite(
                    RegistryKind.Case,
                    "c-1",
                    RegistryJson.Serialize(
                        new AlertCase
                        {
                            Id = "c-1",
                            Title = "A case",
                            Subject = "client/acme-connector",
                            Alerts = [],
                            OpenedBy = "august",
                            OpenedAt = DateTimeOffset.UnixEpoch,
                        }
                    ),
                    0
                ),
            ],
            "system",
            default
        );
    }

    private static string SeenIn(AdminAnswer page, string after)
    {
        var text = page.Text[page.Text.IndexOf(after, StringComparison.Ordinal)..];
        return WebUtility.HtmlDecode(Regex.Match(text, "name=\"seen\" value=\"([^\"]*)\"").Groups[1].Value);
    }

    private static IEnumerable<(string, string)> Fields(string text) =>
        text.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(static pair => pair.Split('=', 2))
            .Select(static pair => (pair[0], Uri.UnescapeDataString(pair[1])));

    [GeneratedRegex(Words)]
    private static partial Regex Kept();

    [GeneratedRegex("<input [^>]*>|<textarea [^>]*>[^<]*</textarea>")]
    private static partial Regex Fields();

    [GeneratedRegex("class=\"why\"")]
    private static partial Regex Wrong();
}
