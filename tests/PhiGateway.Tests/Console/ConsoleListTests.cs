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
