using PhiGateway.Audit.Records;
using PhiGateway.Console.Http;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>A page that asks again by itself is one look, however often it does; and each that does so is held to it.</summary>
public sealed class ConsoleReloadTests
{
    // Each with where it is held to one look.
    private static readonly Dictionary<string, string> Screens = new(StringComparer.Ordinal)
    {
        ["AccessScreen"] = nameof(ConsoleBehindTests.Access_WhoseExplanationTakesLong_IsShownAtOnceAndExplainedThen),
        ["AccountingScreen"] = nameof(ConsoleBehindTests.Page_OfTheWholeTrail_IsMadeBehindItAsOneLook),
        ["AlertScreen"] = nameof(ConsoleEmergencyTests.Use_ThatIsReadSlowly_IsOneLookOnRecord_HoweverOftenThePageAsksAgain),
        ["CallersScreen"] = nameof(ConsoleBehindTests.Page_OfTheWholeTrail_IsMadeBehindItAsOneLook),
        ["CasesScreen"] = nameof(Case_WhoseRecordsAreBeingRead_IsOneLook),
        ["ClientTokensScreen"] = nameof(ConsoleBehindTests.Page_OfTheWholeTrail_IsMadeBehindItAsOneLook),
        ["HistoryScreen"] = nameof(ConsoleBehindTests.Page_OfTheWholeTrail_IsMadeBehindItAsOneLook),
        ["NarrowerScreen"] = nameof(ConsoleRegistryTests.Narrower_OfManyRequests_IsMadeBehindThePageAsOneLook),
        ["OffboardingScreen"] = nameof(ConsoleBehindTests.Page_OfTheWholeTrail_IsMadeBehindItAsOneLook),
        ["RequestsScreen"] = nameof(ConsoleBehindTests.Page_OfTheWholeTrail_IsMadeBehindItAsOneLook),
    };

    [Fact]
    public void Screen_ThatIsMadeBehindItsPage_IsHeldToOneLook()
    {
        var behind = RepositoryPaths
            .Files(RepositoryPaths.Of("src", "PhiGateway.Console", "Pages"), "*Screen.cs")
            .Where(static file =>
            {
                var text = File.ReadAllText(file);
                return text.Contains(".BehindAsync(", StringComparison.Ordinal) || text.Contains(".OnceAsync(", StringComparison.Ordinal);
            })
            .Select(static file => Path.GetFileNameWithoutExtension(file))
            .Order(StringComparer.Ordinal);

        Assert.Equal(Screens.Keys.Order(StringComparer.Ordinal), behind);
    }

    [Fact]
    public async Task Case_WhoseRecordsAreBeingRead_IsOneLook()
    {
        using var gate = new ManualResetEventSlim(initialState: false);
        await using var server = await ConsoleServer.StartAsync(patience: TimeSpan.Zero);
        await Approvals.OpenAsync(server.Admin);
        ConsolePageTests.Add(server, "acme-connector", "permit");
        await ConsoleAlertTests.WriteAsync(
            server,
            ConsoleAlertTests.Make(server, "odd-1") with
            {
                Records = [ConsolePageTests.Decision.ToString("D")],
            }
        );
        var known = new AlertCase
        {
            Id = "c-9",
            Title = "A case",
            Subject = "client/acme-connector",
            Alerts = ["odd-1"],
            OpenedBy = "august",
            OpenedAt = DateTimeOffset.UnixEpoch,
        };
        await server.Admin.Store.WriteAsync(
            [new RegistryWrite(RegistryKind.Case, known.Id, RegistryJson.Serialize(known), 0)],
            "system",
            default
        );
        using var browser = await server.SignInAsync("auditor");
        server.Admin.Journal.Appended = record =>
        {
            if (record.Kind == AuditKind.AuditUse)
            {
                gate.Wait();
            }
        };
        const string Page = "/console/cases/c-9";
        const string Again = Page + "?" + NotAClick.Parameter + "=1";

        var page = await browser.GetAsync(Page);
        for (var poll = 0; poll < 3; poll++)
        {
            Assert.Equal((200, "2; url=" + Again), (page.Status, page.Headers["Refresh"]));
            Assert.DoesNotContain("On record:", page.Text, StringComparison.Ordinal);
            page = await browser.GetAsync(Again);
        }

        gate.Set();
        while (page.Headers.ContainsKey("Refresh"))
        {
            page = await browser.GetAsync(Again);
        }

        Assert.Contains("that you opened the records of this case", page.Text, StringComparison.Ordinal);
        Assert.Single(server.Admin.Journal.Records, static record => record.Kind == AuditKind.AuditUse);

        // The twin: a further click is a look of its own.
        await browser.GetAsync(Page);
        while ((page = await browser.GetAsync(Again)).Headers.ContainsKey("Refresh"))
        {
            await Task.Yield();
        }

        Assert.Equal(2, server.Admin.Journal.Records.Count(static record => record.Kind == AuditKind.AuditUse));
    }
}
