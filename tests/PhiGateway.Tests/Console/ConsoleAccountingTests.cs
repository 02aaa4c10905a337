using System.Text.RegularExpressions;
using PhiGateway.Admin.Calls;
using PhiGateway.Audit.Records;
using PhiGateway.Tests.Admin;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>What a patient is told about disclosures, what the officer keeps beside it, and who may look.</summary>
public sealed class ConsoleAccountingTests
{
    private const string Page = "/console/patient/key%28north%2Cp-1%29/accounting";
    private const string IdField = "name=\"id\" value=\"([0-9a-f-]{36})\"";

    [Fact]
    public async Task Accounting_OfAPatient_TellsTheAccountableAndNamesWhatIsNotTold()
    {
        await using var server = await StartAsync();
        using var officer = await OpenAsync(server, AdminRoles.PrivacyOfficer);

        var page = await officer.GetAsync(Page);

        Assert.Equal(200, page.Status);
        Assert.Contains("Acme Laboratories", page.Text);
        Assert.Contains("Public health", page.Text);
        Assert.Contains("2 releases", page.Text);
        Assert.Contains("for treatment: excluded", page.Text);
        Assert.Contains("42 CFR 2.25", page.Text);
        Assert.Contains("The patient has not asked", page.Text);
        var look = server.Admin.Journal.Records[^1];
        Assert.Equal(("audit.accounting", AdminRoles.PrivacyOfficer + "@hospital.example"), (look.Event, look.Actor));
        Assert.Equal(["p-1"], look.Patients);
        Assert.DoesNotContain("p-1", TitleOf(page.Text), StringComparison.Ordinal);
        // On what they rested is the officer's: on the screen, not in what the patient gets.
        Assert.Contains("approved by anna@hospital.example; covered by roster/acme-orders", page.Text, StringComparison.Ordinal);

        // Each leads to its records, which are open to whoever opened the patient.
        Assert.Contains("/console/access/", page.Text, StringComparison.Ordinal);

        var csv = await officer.GetAsync(Page + "/csv");
        Assert.Equal(200, csv.Status);
        Assert.Contains("Acme Laboratories", csv.Text);
        Assert.DoesNotContain("treatment", csv.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("anna", csv.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accounting_WithoutAReasonOrTheRole_IsNotMade()
    {
        await using var server = await StartAsync();
        using var officer = await server.SignInAsync(AdminRoles.PrivacyOfficer);
        Assert.Equal(422, (await officer.GetAsync(Page)).Status);
        Assert.Equal(422, (await officer.SubmitAsync("/console/patient", Page + "/hold", ("agency", "Police"))).Status);
        Assert.Equal(422, (await officer.GetAsync(Page + "/csv")).Status);
        using var auditor = await OpenAsync(server, AdminRoles.Auditor);
        Assert.Equal(403, (await auditor.GetAsync(Page)).Status);
        Assert.DoesNotContain(server.Admin.Journal.Records, static record => record.Event == "audit.accounting");
    }

    [Fact]
    public async Task Hold_SetAndReleased_KeepsBackAndKeepsWhatWasTyped()
    {
        await using var server = await StartAsync();
        using var officer = await OpenAsync(server, "all");
        (string, string)[] typed = [("agency", "State police, Sgt. Doe <i>"), ("reason", "an investigation"), ("oral", "1")];

        var wrong = await officer.SubmitAsync(Page, Page + "/hold", [.. typed, ("until", "soon")]);
        Assert.Equal(422, wrong.Status);
        Assert.Contains("Sgt. Doe &lt;i&gt;", wrong.Text);
        var tooLong = await officer.SubmitAsync(Page, Page + "/hold", [.. typed, ("until", "2026-09-01")]);
        Assert.Equal(422, tooLong.Status);
        Assert.Contains("at most 30 days", tooLong.Text);
        Assert.Equal(303, (await officer.SubmitAsync(Page, Page + "/hold", [.. typed, ("until", "2026-05-20")])).Status);
        StoredTrail.Ship(server.Admin);
        var held = await officer.GetAsync(Page);
        Assert.Contains("held back now by a hold", held.Text);
        Assert.DoesNotContain("Acme Laboratories", held.Text, StringComparison.Ordinal);

        var id = Regex.Match(held.Text[held.Text.IndexOf("/release", StringComparison.Ordinal)..], IdField).Groups[1].Value;
        Assert.Equal(404, (await officer.SubmitAsync(Page, Page + "/release", ("id", Guid.NewGuid().ToString()), ("reason", "x"))).Status);
        Assert.Equal(422, (await officer.SubmitAsync(Page, Page + "/release", ("id", id))).Status);
        Assert.Equal(303, (await officer.SubmitAsync(Page, Page + "/release", ("id", id), ("reason", "case closed"))).Status);
        StoredTrail.Ship(server.Admin);
        Assert.Contains("Acme Laboratories", (await officer.GetAsync(Page)).Text);
    }

    [Fact]
    public async Task Request_PutDownExtendedAndAnswered_RunsItsClock()
    {
        await using var server = await StartAsync();
        using var officer = await OpenAsync(server, "all");
        Assert.Equal(422, (await officer.SubmitAsync(Page, Page + "/ask", ("received", "2027-01-01"))).Status);
        Assert.Equal(303, (await officer.SubmitAsync(Page, Page + "/ask", ("received", "2026-04-30"))).Status);
        StoredTrail.Ship(server.Admin);
        var asked = await officer.GetAsync(Page);
        Assert.Contains("2026-06-29", asked.Text);
        Assert.Contains("59 days left", asked.Text);
        var id = Regex.Match(asked.Text, IdField).Groups[1].Value;
        Assert.Equal(303, (await officer.SubmitAsync(Page, Page + "/extend", ("id", id), ("reason", "the archive is moved"))).Status);
        StoredTrail.Ship(server.Admin);
        var extended = await officer.GetAsync(Page);
        Assert.Contains("2026-07-29", extended.Text);
        Assert.Contains("the archive is moved", extended.Text);
        Assert.Equal(404, (await officer.SubmitAsync(Page, Page + "/answer", ("id", Guid.NewGuid().ToString()))).Status);
        Assert.Equal(303, (await officer.SubmitAsync(Page, Page + "/answer", ("id", id))).Status);
        StoredTrail.Ship(server.Admin);
        Assert.Contains(">answered<", (await officer.GetAsync(Page)).Text);
    }

    private static async Task<ConsoleServer> StartAsync()
    {
        var server = await ConsoleServer.StartAsync();
        await Sample.WriteAsync(server.Admin);
        StoredTrail.Add(
            server.Admin,
            Released("PUBHLTH", AccountingClass.Accountable),
            Released("TREAT", AccountingClass.Treatment),
            Released("TREAT", AccountingClass.Treatment)
        );
        return server;
    }

    private static AuditRecord Released(string purpose, string accounting)
    {
        var record = TestRecords.Disclosure("p-1");
        record.Tenant = "north";
        record.Organization = "acme";
        record.Purpose = purpose;
        record.Accounting = accounting;
        return record;
    }

    private static async Task<ConsoleBrowser> OpenAsync(ConsoleServer server, string person)
    {
        var browser = await server.SignInAsync(person);
        var opened = await browser.SubmitAsync(
            "/console/patient",
            "/console/patient",
            ("tenant", "north"),
            ("patient", "p-1"),
            ("why", "request of the patient")
        );
        Assert.True(opened.Status == 303, opened.Text);
        return browser;
    }

    private static string TitleOf(string page) => Regex.Match(page, "<title>(.*?)</title>").Value;
}
