using System.Text.RegularExpressions;
using PhiGateway.Admin.Calls;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>Lanes are the same on every screen and show all that stands in them; whoever may stop a client does so from the first screen.</summary>
public sealed partial class ConsoleAlertTests
{
    [Fact]
    public async Task Lanes_OfTheFirstScreen_AreThoseOfTheAlerts()
    {
        await using var server = await ConsoleServer.StartAsync();
        var now = server.Admin.Time.Now;
        await WriteAsync(
            server,
            Make(server, "act-1") with
            {
                Severity = AlertSeverity.Urgent,
            },
            Make(server, "act-2") with
            {
                Lane = AlertLane.Act,
            },
            Make(server, "look-1"),
            Make(server, "noise-1") with
            {
                Lane = AlertLane.Noise,
            },
            Make(server, "taken-1") with
            {
                State = AlertState.Acknowledged,
                Severity = AlertSeverity.Urgent,
            },
            Make(server, "waits-1") with
            {
                SnoozedUntil = now.AddHours(2),
                Severity = AlertSeverity.Urgent,
            }
        );
        using var browser = await server.SignInAsync("viewer");

        var page = await browser.GetAsync("/console/now");
        var tiles = Tile()
            .Matches(page.Text)
            .ToDictionary(static match => match.Groups["lane"].Value, static match => match.Groups["count"].Value);
        Assert.Equal(
            [("act", "2"), ("look", "1"), ("noise", "1"), ("taken", "1")],
            tiles.OrderBy(static pair => pair.Key, StringComparer.Ordinal).Select(static pair => (pair.Key, pair.Value))
        );
        Assert.Contains("2 alerts need somebody to act", page.Text, StringComparison.Ordinal);
        foreach (var (lane, count) in tiles)
        {
            var shown = await browser.GetAsync($"/console/alerts?lane={lane}");
            Assert.Equal(int.Parse(count), Row().Count(shown.Text));
            Assert.Contains($"id=\"{lane}-1\"", shown.Text, StringComparison.Ordinal);
        }

        // What waits or is taken is nobody's next step.
        Assert.DoesNotContain("taken-1", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("waits-1", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("noise-1", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lane_OfMoreThanAPage_IsCountedWholeAndShownToItsEnd()
    {
        await using var server = await ConsoleServer.StartAsync();
        await WriteAsync(server, [.. Enumerable.Range(0, 620).Select(place => Make(server, $"odd-{place:d3}"))]);
        using var browser = await server.SignInAsync("viewer");

        var seen = new HashSet<string>(StringComparer.Ordinal);
        var path = "/console/alerts";
        while (path is not null)
        {
            var page = await browser.GetAsync(path);
            Assert.Contains("620", page.Text, StringComparison.Ordinal);
            seen.UnionWith(Row().Matches(page.Text).Select(static match => match.Groups["id"].Value));
            var next = Next().Match(page.Text);
            path = next.Success ? next.Groups["path"].Value.Replace("&amp;", "&") : null;
        }

        Assert.Equal(620, seen.Count);
    }

    [Theory]
    [InlineData("responder", true)]
    [InlineData("operator", true)]
    [InlineData("approver", true)]
    [InlineData("viewer", false)]
    [InlineData("privacy-officer", false)]
    public async Task Stop_OfAClientWithAnAlert_IsTwoClicksAwayForWhoeverMay(string role, bool mayStop)
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        await WriteAsync(
            server,
            Make(server, "act-1") with
            {
                Severity = AlertSeverity.Urgent,
                Subject = "client/acme-connector",
            },
            Make(server, "act-2") with
            {
                Severity = AlertSeverity.Urgent,
                Subject = "client/nobody",
            }
        );
        using var browser = await server.SignInAsync(role);

        var page = await browser.GetAsync("/console/now");
        const string Stop = "/console/clients/acme-connector/stop";
        Assert.Equal(mayStop, page.Text.Contains($"href=\"{Stop}\"", StringComparison.Ordinal));
        Assert.DoesNotContain("/console/clients/nobody/stop", page.Text, StringComparison.Ordinal);
        if (!mayStop)
        {
            return;
        }

        // The first click shows what stops, the second stops it.
        var preview = await browser.GetAsync(Stop);
        Assert.Contains("stops altogether", preview.Text, StringComparison.Ordinal);
        var version = Regex.Match(preview.Text, "name=\"version\" value=\"(\\d+)\"").Groups[1].Value;
        Assert.Equal(
            303,
            (await browser.SubmitAsync(Stop, Stop, ("version", version), ("step", "suspend"), ("reason", "odd calls"))).Status
        );
    }

    [Fact]
    public async Task EmergencyUses_ThatWait_StandByTheirTimeLimit()
    {
        await using var server = await ConsoleServer.StartAsync();
        var now = server.Admin.Time.Now;
        await WriteAsync(
            server,
            Make(server, "later") with
            {
                Kind = "break-glass",
                At = now.AddHours(-2),
                Due = now.AddHours(22),
            },
            Make(server, "overdue") with
            {
                Kind = "break-glass",
                At = now.AddHours(-30),
                Due = now.AddHours(-6),
            },
            Make(server, "of-before") with
            {
                Kind = "break-glass",
                At = now.AddHours(-20),
            }
        );
        using var browser = await server.SignInAsync(AdminRoles.Auditor);

        var page = (await browser.GetAsync("/console/break-glass")).Text;
        var places = ((string[])["overdue", "of-before", "later"])
            .Select(id => page.IndexOf($"id=\"{id}\"", StringComparison.Ordinal))
            .ToList();
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
        Assert.Contains("overdue by 6 hours", page, StringComparison.Ordinal);
        Assert.Contains("4 hours left", page, StringComparison.Ordinal);
        Assert.Contains("22 hours left", page, StringComparison.Ordinal);
    }

    internal static Alert Make(ConsoleServer server, string id) =>
        new()
        {
            Id = id,
            Kind = "odd",
            Subject = "client/acme",
            At = server.Admin.Time.Now,
            Evidence = "seen",
        };

    internal static Task WriteAsync(ConsoleServer server, params Alert[] alerts) =>
        server.Admin.Store.WriteAsync(
            [.. alerts.Select(static alert => new RegistryWrite(RegistryKind.Alert, alert.Id, RegistryJson.Serialize(alert), 0))],
            "gateway",
            default
        );

    [GeneratedRegex(
        "href=\"/console/alerts\\?lane=(?<lane>[a-z]+)\">\\s*<span class=\"label\">[^<]*</span>\\s*<span class=\"value\">(?<count>[0-9,]+)<"
    )]
    private static partial Regex Tile();

    [GeneratedRegex("<tr id=\"(?<id>[a-z0-9-]+)\">")]
    private static partial Regex Row();

    [GeneratedRegex("rel=\"next\" href=\"(?<path>[^\"]+)\"")]
    private static partial Regex Next();
}
