using PhiGateway.Audit.Records;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>A privacy officer sees who saw a patient whom they opened, and opens those records and no others; what is overdue is told.</summary>
public sealed class ConsoleOfficerTests
{
    private static readonly string Key = "/console/patient/" + Uri.EscapeDataString("key(north,p-1)");
    private static readonly string Record = $"/console/access/{ConsolePageTests.Decision:D}";

    [Fact]
    public async Task Officer_WhoOpenedAPatient_SeesWhoSawItAndItsRecords()
    {
        await using var server = await ConsoleServer.StartAsync();
        ConsolePageTests.Add(server, "acme", "permit");
        using var officer = await server.SignInAsync("privacy-officer");
        Assert.Equal(422, (await officer.GetAsync(Record)).Status);
        Assert.Equal(422, (await officer.GetAsync(Key)).Status);

        await OpenAsync(officer, "p-1");
        var seen = await officer.GetAsync(Key);
        Assert.Equal(200, seen.Status);
        Assert.Contains("1 client saw this patient", seen.Text, StringComparison.Ordinal);
        Assert.Contains($"href=\"{Record}\"", seen.Text, StringComparison.Ordinal);
        var record = await officer.GetAsync(Record);
        Assert.Equal(200, record.Status);
        Assert.DoesNotContain("/evidence", record.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("/console/audit", record.Text, StringComparison.Ordinal);
        Assert.Contains(
            server.Admin.Journal.Records,
            static one => one is { Event: "audit.read", Actor: "privacy-officer@hospital.example" }
        );

        // The rest of the trail stays the auditors'.
        Assert.Equal(403, (await officer.GetAsync("/console/audit")).Status);
        Assert.Equal(403, (await officer.GetAsync(Record + "/proof")).Status);
        Assert.Equal(403, (await officer.GetAsync(Record + "/evidence")).Status);
    }

    [Fact]
    public async Task Officer_WhoOpenedAnother_DoesNotOpenTheRecord()
    {
        await using var server = await ConsoleServer.StartAsync();
        ConsolePageTests.Add(server, "acme", "permit");
        using var officer = await server.SignInAsync("privacy-officer");
        await OpenAsync(officer, "p-2");

        Assert.Equal(422, (await officer.GetAsync(Record)).Status);
        Assert.DoesNotContain(server.Admin.Journal.Records, static one => one.Event == "audit.search");
    }

    [Fact]
    public async Task Officer_OfARecordThatIsNotThere_IsToldTheSame()
    {
        await using var server = await ConsoleServer.StartAsync();
        ConsolePageTests.Add(server, "acme", "permit");
        using var officer = await server.SignInAsync("privacy-officer");
        using var auditor = await server.SignInAsync("auditor");
        const string Absent = "/console/access/0199a000-0000-7000-8000-0000000000ff";

        foreach (var path in (string[])[Record, Absent])
        {
            var told = await officer.GetAsync(path);
            Assert.Equal(422, told.Status);
            Assert.Contains("of no patient that you have opened", told.Text, StringComparison.Ordinal);
        }

        Assert.Equal(200, (await auditor.GetAsync(Record)).Status);
        Assert.Equal(404, (await auditor.GetAsync(Absent)).Status);
    }

    [Fact]
    public async Task Search_OfAPrivacyOfficer_NamesAPatient()
    {
        await using var server = await AdminServer.StartAsync();
        await server.AddKeyAsync("petra", "privacy-officer");
        PhiGateway.Tests.Admin.StoredTrail.Add(
            server,
            new AuditRecord
            {
                Id = Guid.NewGuid(),
                Kind = AuditKind.Disclosure,
                Event = "read",
                Time = server.Time.Now,
                Decision = "permit",
                Client = "acme",
                Tenant = "north",
                Patients = ["p-1"],
            }
        );
        const string Search = "/admin/v1/audit:search";

        Assert.Equal(403, (await server.PostAsync(Search, """{"client":"acme"}""", "petra")).Status);
        Assert.Equal(403, (await server.PostAsync(Search, "{}", "petra")).Status);
        Assert.Equal(403, (await server.GetAsync("/admin/v1/audit", "petra")).Status);
        Assert.Equal(200, (await server.PostAsync(Search, """{"tenant":"north","patient":"p-1"}""", "petra")).Status);
        Assert.Equal(400, (await server.PostAsync(Search, """{"tenant":"north","patient":"a b"}""", "petra")).Status);
        Assert.Equal(200, (await server.PostAsync(Search, """{"client":"acme"}""", "august")).Status);
    }

    [Fact]
    public async Task Requests_PastTheirDay_StandOnTheFirstScreenAndInAListWithoutPatients()
    {
        await using var server = await ConsoleServer.StartAsync();
        await server.Admin.AddKeyAsync("petra", "privacy-officer");
        using var officer = await server.SignInAsync("privacy-officer");
        var asked = await server.Admin.PostAsync(
            "/admin/v1/accounting/requests",
            $$"""{"tenant":"north","patient":"p-1","received":"{{server.Admin.Time.Now.AddDays(-61):O}}"}""",
            "petra"
        );
        Assert.True(asked.Status == 201, asked.Text);
        PhiGateway.Tests.Admin.StoredTrail.Ship(server.Admin);

        Assert.Contains("1 past their day", (await officer.GetAsync("/console/now")).Text, StringComparison.Ordinal);
        var list = (await officer.GetAsync("/console/requests")).Text;
        Assert.Contains("overdue by", list, StringComparison.Ordinal);
        Assert.DoesNotContain("p-1", list, StringComparison.Ordinal);
        using var viewer = await server.SignInAsync("viewer");
        Assert.DoesNotContain("/console/requests", (await viewer.GetAsync("/console/now")).Text, StringComparison.Ordinal);
    }

    private static async Task OpenAsync(ConsoleBrowser browser, string patient)
    {
        (string, string)[] form = [("tenant", "north"), ("patient", patient), ("why", "complaint 26-114")];
        var opened = await browser.SubmitAsync("/console/patient", "/console/patient", form);
        Assert.Equal(303, opened.Status);
    }
}
