using System.Net;
using System.Text.RegularExpressions;
using PhiGateway.Policy.Registry;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>No list ends before its end: whatever there are of a thing, its pages together show each of them once, in one order.</summary>
public sealed partial class ConsoleListTests
{
    private const int Many = 620;

    [Theory]
    [InlineData("/console/cases", "/console/cases/(c-\\d+)\"><bdi>")]
    [InlineData("/console/cases?state=closed", "/console/cases/(d-\\d+)\"><bdi>")]
    [InlineData("/console/cases?state=closed&q=CASE%20D-", "/console/cases/(d-\\d+)\"><bdi>")]
    [InlineData("/console/reviews?q=ROSA", "/console/reviews/(r-\\d+)\"")]
    [InlineData("/console/approvals?why=never-approved&q=W-", "/console/approvals/(w-\\d+)\"")]
    [InlineData("/console/reviews", "/console/reviews/(r-\\d+)\"")]
    [InlineData("/console/approvals", "/console/approvals/(w-\\d+)\"")]
    [InlineData("/console/clients?q=Owner", "/console/clients/(w-\\d+)\"")]
    [InlineData("/console/alerts?lane=look", "/console/alerts/(a-\\d+)\"")]
    public async Task List_OfVeryMany_IsShownToItsEnd(string path, string item)
    {
        await using var server = await ConsoleServer.StartAsync();
        await FillAsync(server);
        using var browser = await server.SignInAsync("all");
        var seen = new List<string>();
        for (var next = path; next.Length > 0; )
        {
            var page = await browser.GetAsync(next);
            Assert.Equal(200, page.Status);
            seen.AddRange(Regex.Matches(page.Text, item).Select(static one => one.Groups[1].Value).Distinct());
            next = WebUtility.HtmlDecode(Next().Match(page.Text).Groups["href"].Value);
        }

        Assert.Equal(Many, seen.Count);
        Assert.Equal(Many, seen.Distinct().Count());
    }

    [Fact]
    public async Task Approvals_OverAllPages_BeginWithWhoWaitsLongest_AndTheFirstScreenCountsThemAll()
    {
        await using var server = await ConsoleServer.StartAsync();
        await FillAsync(server);
        using var browser = await server.SignInAsync("all");

        var first = (await browser.GetAsync("/console/approvals")).Text;
        Assert.Contains("620 clients wait", first, StringComparison.Ordinal);

        // Written last, and first by its name.
        Assert.DoesNotContain("/console/approvals/w-000\"", first, StringComparison.Ordinal);
        Assert.Contains(
            "/console/approvals/w-000\"",
            (await browser.GetAsync("/console/approvals?skip=600")).Text,
            StringComparison.Ordinal
        );
        Assert.Matches("Waiting for approval[^0-9]*620", Tags().Replace((await browser.GetAsync("/console/now")).Text, " "));
        Assert.Contains("fewer than were passed over", (await browser.GetAsync("/console/approvals?skip=9000")).Text);
    }

    [Theory]
    [InlineData("/console/cases?q=c-5", "100 cases")]
    [InlineData("/console/cases?state=all", "1,240 cases")]
    [InlineData("/console/cases?state=all&mine=1", "0 cases")]
    [InlineData("/console/cases?q=c-617", "1 case,")]
    [InlineData("/console/cases?q=d-617", "0 cases")]
    [InlineData("/console/cases?state=nonsense", null)]
    [InlineData("/console/approvals?q=w-61", "10 clients wait")]
    [InlineData("/console/approvals?why=changed", "0 clients wait")]
    [InlineData("/console/approvals?why=nonsense", null)]
    [InlineData("/console/reviews?state=done&q=r-61", "r-619\"")]
    [InlineData("/console/reviews?mine=1", "No access review fits")]
    [InlineData("/console/reviews?overdue=1&q=r-000", "r-000\"")]
    [InlineData("/console/reviews?overdue=1&q=r-001", "No access review fits")]
    [InlineData("/console/reviews?overdue=1&state=open&q=r-000", "r-000\"")]
    [InlineData("/console/reviews?overdue=1&state=done&q=r-000", "No access review fits")]
    [InlineData("/console/reviews?overdue=1&state=done&q=r-001", "No access review fits")]
    [InlineData("/console/reviews?state=3", null)]
    [InlineData("/console/reviews?state=open&overdue=1&q=r-000", "r-000\"")]
    [InlineData("/console/reviews?state=done&overdue=1", "One that has ended is not past its day")]
    [InlineData("/console/clients?status=submitted&kind=service&q=w-61", "10 clients")]
    [InlineData("/console/clients?kind=ai-agent", "No client fits")]
    [InlineData("/console/clients?status=nonsense", null)]
    [InlineData("/console/clients?kind=2", null)]
    [InlineData("/console/alerts?lane=look&subject=client%2Fw-619", "a-619\"")]
    [InlineData("/console/alerts?lane=nonsense", null)]
    public async Task List_OfAFilter_IsNarrowedOverAllOfIt(string path, string? expected)
    {
        await using var server = await ConsoleServer.StartAsync();
        await FillAsync(server);
        using var browser = await server.SignInAsync("all");

        var page = await browser.GetAsync(path);
        Assert.Equal(expected is null ? 400 : 200, page.Status);
        Assert.Contains(expected ?? "is expected", page.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/console/alerts?lane=look")]
    [InlineData("/console/approvals?why=never-approved")]
    [InlineData("/console/break-glass?state=closed")]
    [InlineData("/console/cases?state=all")]
    [InlineData("/console/offboardings?a=b")]
    [InlineData("/console/requests?a=b")]
    [InlineData("/console/reviews?state=open")]
    [InlineData("/console/reviews/q2?a=b")]
    [InlineData("/console/revocations?a=b")]
    [InlineData("/console/strangers?state=all")]
    [InlineData("/console/vendors?a=b")]
    public async Task List_FarBehindItsEnd_IsAPageLikeAnyOther(string path)
    {
        await using var server = await ConsoleServer.StartAsync();
        await ConsoleFormTests.FillAsync(server);
        using var browser = await server.SignInAsync("all");

        Assert.Equal(200, (await browser.GetAsync($"{path}&skip={int.MaxValue}")).Status);
        Assert.Equal(200, (await browser.GetAsync($"{path}&skip=1")).Status);
    }

    [Theory]
    [InlineData("/console/cases")]
    [InlineData("/console/approvals")]
    [InlineData("/console/reviews")]
    public async Task Filter_OfWhatNobodyKnows_StandsInNoAddress_AndGoesAlongToTheNextPage(string path)
    {
        await using var server = await ConsoleServer.StartAsync();
        await FillAsync(server);
        using var browser = await server.SignInAsync("all");

        // A part of every name here, and a name that somebody may have.
        var word = path switch
        {
            "/console/cases" => "Case c",
            "/console/approvals" => "w-",
            _ => "Review ",
        };
        var sent = await browser.SubmitAsync(path, "/console/asked", ("_page", path), ("q", word));
        Assert.Equal(303, sent.Status);
        Assert.DoesNotContain("q=", sent.Headers["Location"], StringComparison.Ordinal);
        var first = await browser.GetAsync(sent.Headers["Location"]);
        var next = WebUtility.HtmlDecode(Next().Match(first.Text).Groups["href"].Value);
        Assert.Contains("asked=", next, StringComparison.Ordinal);
        Assert.DoesNotContain("q=", next, StringComparison.Ordinal);
        Assert.Contains($"value=\"{word.Trim()}\"", (await browser.GetAsync(next)).Text, StringComparison.Ordinal);
    }

    private static async Task FillAsync(ConsoleServer server)
    {
        var at = server.Admin.Time.Now.AddDays(-30);
        foreach (var place in Enumerable.Range(0, Many).Reverse().Chunk(100))
        {
            server.Admin.Time.Now += TimeSpan.FromSeconds(1);
            await server.Admin.Store.WriteAsync(
                [
                    .. place.SelectMany(number =>
                        new[]
                        {
                            Write(RegistryKind.Case, CaseOf($"c-{number:d3}", at.AddMinutes(number), null)),
                            Write(RegistryKind.Case, CaseOf($"d-{number:d3}", at.AddMinutes(number), at.AddDays(1))),
                            Write(
                                RegistryKind.Campaign,
                                new Campaign
                                {
                                    Id = $"r-{number:d3}",
                                    Title = $"Review {number}",
                                    Reviewers = ["rosa"],
                                    Due = DateOnly.FromDateTime(at.UtcDateTime).AddDays(number % 7),
                                    StartedBy = "rosa",
                                    StartedAt = at,
                                    State = number % 2 == 0 ? CampaignState.Open : CampaignState.Done,
                                }
                            ),
                            Write(
                                RegistryKind.Client,
                                new Client
                                {
                                    Id = $"w-{number:d3}",
                                    UseCase = "u",
                                    Owner = "Owner",
                                    Environment = "production",
                                    Status = ClientStatus.Submitted,
                                }
                            ),
                            Write(
                                RegistryKind.Alert,
                                new Alert
                                {
                                    Id = $"a-{number:d3}",
                                    Kind = "odd",
                                    Subject = $"client/w-{number:d3}",
                                    At = at.AddMinutes(number),
                                    Evidence = "seen",
                                }
                            ),
                        }
                    ),
                ],
                "test",
                default
            );
        }
    }

    private static AlertCase CaseOf(string id, DateTimeOffset at, DateTimeOffset? closed) =>
        new()
        {
            Id = id,
            Title = "Case " + id,
            Subject = "client/acme",
            Alerts = [],
            OpenedBy = "august",
            OpenedAt = at,
            State = closed is null ? CaseState.Open : CaseState.Closed,
            ClosedAt = closed,
        };

    private static RegistryWrite Write<T>(RegistryKind kind, T entity)
        where T : class, IRegistryEntity => new(kind, entity.Id, RegistryJson.Serialize(entity), 0);

    [GeneratedRegex("rel=\"next\"[^>]*href=\"(?<href>[^\"]+)\"|href=\"(?<href>[^\"]+)\"[^>]*rel=\"next\"")]
    private static partial Regex Next();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tags();
}
