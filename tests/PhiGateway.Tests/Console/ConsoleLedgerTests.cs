using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Usage;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>The client's page sets what is granted beside what the watch saw used, for those who review and narrow it and nobody else.</summary>
public sealed class ConsoleLedgerTests
{
    private const string Path = "/console/clients/acme-connector";

    [Theory]
    [InlineData("operator")]
    [InlineData("approver")]
    [InlineData("admin")]
    [InlineData("auditor")]
    public async Task Client_ForWhoReviewsIt_ShowsEachElementWithLastUseCountAndPatients(string role)
    {
        await using var server = await StartAsync();
        using var browser = await server.SignInAsync(role);

        var page = (await browser.GetAsync(Path)).Text;
        var ledger = page[page.IndexOf("id=\"ledger\"", StringComparison.Ordinal)..];
        Assert.Matches("(?s)Observation search</bdi></td>\\s*<td>.{0,200}granted, used", ledger);
        Assert.Matches("<td class=\"num\">\\s*(<a [^>]*>)?2(</a>)?\\s*</td>\\s*<td class=\"num\">3</td>", ledger);
        Assert.Contains("granted, never used", ledger, StringComparison.Ordinal);
        Assert.Matches("(?s)Condition read</bdi></td>\\s*<td>.{0,200}named by no grant now", ledger);
        Assert.Contains("north", ledger, StringComparison.Ordinal);
        Assert.Contains("TREAT", ledger, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>alert", ledger, StringComparison.OrdinalIgnoreCase);

        // A number leads to its records for who searches the trail.
        var isReader = role == "auditor";
        Assert.Equal(isReader, Regex.IsMatch(ledger, "type=Observation&amp;interaction=search-type\">2</a>"));
        Assert.Equal(isReader, ledger.Contains("purpose=TREAT\">", StringComparison.Ordinal));
        Assert.Equal(isReader, ledger.Contains("/console/audit", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("viewer")]
    [InlineData("responder")]
    [InlineData("privacy-officer")]
    public async Task Client_ForAnybodyElse_ShowsNoLedger(string role)
    {
        await using var server = await StartAsync();
        using var browser = await server.SignInAsync(role);

        var page = await browser.GetAsync(Path);
        Assert.Equal(200, page.Status);
        Assert.DoesNotContain("id=\"ledger\"", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("never used", page.Text, StringComparison.Ordinal);
    }

    private static async Task<ConsoleServer> StartAsync()
    {
        var ledger = new UsageLedger();
        var server = await ConsoleServer.StartAsync(more: services => services.AddSingleton<IUsageSource>(ledger));
        await Approvals.OpenAsync(server.Admin);
        ledger.Note(Seen(server, "search-type Observation", [1, 2]));
        ledger.Note(Seen(server, "search-type Observation", [2, 3]));
        ledger.Note(Seen(server, "read Condition", [1]));
        ledger.Note(Seen(server, ConsolePageTests.Hostile, [1]));
        return server;
    }

    private static WatchEvent Seen(ConsoleServer server, string operation, ulong[] patients) =>
        new()
        {
            Id = Guid.CreateVersion7(server.Admin.Time.Now),
            Kind = WatchKind.Access,
            Time = server.Admin.Time.Now,
            Client = "acme-connector",
            Operation = operation,
            Purpose = "TREAT",
            Tenant = "north",
            Patients = patients,
        };
}
