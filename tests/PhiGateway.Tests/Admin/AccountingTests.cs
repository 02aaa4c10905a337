using System.Text.Json.Nodes;
using PhiGateway.Admin.Accounting;
using PhiGateway.Audit.Records;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>What a patient is told about who received their data.</summary>
public sealed class AccountingTests
{
    private const string Path = "/admin/v1/accounting";
    private const string Query = """{"tenant":"north","patient":"Patient/p-1"}""";

    [Fact]
    public async Task Report_RepeatedAndExcludedReleases_TellsTheAccountableOnesTogether()
    {
        await using var server = await StartAsync();
        var first = Released("PUBHLTH", "accountable", "Observation/o-1", "Condition/c-1");
        StoredTrail.Add(server, first, Released("TREAT", "treatment"), Released("HPAYMT", "payment"), Released("TREAT", "treatment"));
        var last = Released("PUBHLTH", "accountable", "Observation/o-2");
        StoredTrail.Add(server, last, OfAnother(Released("PUBHLTH", "accountable")), TestRecords.Denial());
        var answer = await server.PostAsync(Path + ":report", Query, "petra");

        Assert.True(answer.Status == 200, answer.Text);
        var line = Assert.Single(answer.Json["disclosures"]!.AsArray())!;
        Assert.Equal("Acme Laboratories", (string?)line["recipient"]);
        Assert.Equal("1 Main St, Springfield", (string?)line["address"]);
        Assert.Equal("Public health: Lab results", (string?)line["purpose"]);
        Assert.Equal("Condition (1), Observation (2)", (string?)line["description"]);
        Assert.Equal(2, (int)line["count"]!);
        Assert.Equal([first.Id, last.Id], line["decisions"]!.AsArray().Select(static id => (Guid)id!));
        Assert.Equal(2, (int)answer.Json["left_out"]!["treatment"]!);
        Assert.Equal(1, (int)answer.Json["left_out"]!["payment"]!);

        // That it was made is itself on record, and the patient's own trail has it.
        var record = server.Journal.Records[^1];
        Assert.Equal(("audit.accounting", AuditKind.AuditUse), (record.Event, record.Kind));
        Assert.Equal(["p-1"], record.Patients);
        Assert.DoesNotContain(server.Logs.Lines, line => line.Contains("p-1", StringComparison.Ordinal));
    }

    // What its records say themselves, of this patient alone; the patient's own page and table do not have it.
    [Fact]
    public async Task Report_OnWhatALineRested_IsToldTheOfficerAlone()
    {
        await using var server = await StartAsync();
        var first = Released("PUBHLTH", "accountable");
        (first.Agreement, first.Approval, first.Approvers) = ("acme-2025", "acme-1", ["anna@hospital.example"]);
        (first.Patients, first.CoveredBy) = (["p-2", "p-1"], ["any", "roster/ward-3@2026-01-01/.."]);
        var last = Released("PUBHLTH", "accountable");
        (last.Agreement, last.Approval, last.Approvers) = ("acme-2026", "acme-2", ["olaf@hospital.example", "anna@hospital.example"]);
        last.CoveredBy = ["roster/ward-3@2026-01-01/..+task/intake-17"];
        var before = Released("PUBHLTH", "accountable");
        (before.Agreement, before.Approval, before.Approvers, before.CoveredBy) = (null, null, [], []);
        StoredTrail.Add(server, first, before, last);

        var ground = Assert.Single((await server.PostAsync(Path + ":report", Query, "petra")).Json["disclosures"]!.AsArray())!["ground"]!;

        Assert.Equal(["acme-2025", "acme-2026"], Texts(ground["agreements"]));
        Assert.Equal(["acme-1", "acme-2"], Texts(ground["approvals"]));
        Assert.Equal(["anna@hospital.example", "olaf@hospital.example"], Texts(ground["approvers"]));
        Assert.Equal(["roster/ward-3", "task"], Texts(ground["covered_by"]));
        Assert.Null(ground["more"]);
        foreach (var form in new[] { ":csv", ":page" })
        {
            var told = (await server.PostAsync(Path + form, Query, "petra")).Text;
            Assert.Contains("Acme Laboratories", told, StringComparison.Ordinal);
            Assert.DoesNotContain("ward-3", told, StringComparison.Ordinal);
            Assert.DoesNotContain("olaf", told, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Report_MoreApprovalsThanALineLists_SaysSo()
    {
        await using var server = await StartAsync();
        StoredTrail.Add(
            server,
            [
                .. Enumerable
                    .Range(0, 100)
                    .Select(static number =>
                    {
                        var record = Released("PUBHLTH", "accountable");
                        record.Approval = $"approval-{number}";
                        return record;
                    }),
            ]
        );
        var line = (await server.PostAsync(Path + ":report", Query, "petra")).Json["disclosures"]![0]!;

        Assert.Equal(100, (int)line["count"]!);
        Assert.Equal(64, line["ground"]!["approvals"]!.AsArray().Count);
        Assert.True((bool)line["ground"]!["more"]!);
    }

    [Fact]
    public async Task Report_MoreRecordsThanAPageHolds_CutsNothing()
    {
        await using var server = await StartAsync();
        StoredTrail.Add(server, [.. Enumerable.Range(0, 1203).Select(static _ => Released("HRESCH", "accountable"))]);
        var answer = await server.PostAsync(Path + ":report", Query, "petra");

        Assert.Equal(1203, (int)answer.Json["disclosures"]![0]!["count"]!);
    }

    [Theory]
    [InlineData(Query, 1)]
    [InlineData("""{"tenant":"north","patient":"Patient/p-1","to":"2100-01-01T00:00:00Z"}""", 1)]
    [InlineData("""{"tenant":"north","patient":"Patient/p-1","to":"2026-04-01T00:00:00Z"}""", 0)]
    public async Task Report_ReleaseOfANodeWhoseClockWasAhead_IsToldToday(string query, int expected)
    {
        await using var server = await StartAsync();
        var ahead = Released("PUBHLTH", "accountable", "Observation/o-1");
        ahead.Time = server.Time.Now.AddDays(400);
        StoredTrail.Add(server, ahead);
        var answer = await server.PostAsync(Path + ":report", query, "petra");

        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal(expected, answer.Json["disclosures"]!.AsArray().Count);
    }

    [Fact]
    public async Task Report_RecordsWithoutAClass_AreClassedByTheirPurpose_AndWithoutPurposeAccounted()
    {
        await using var server = await StartAsync();
        StoredTrail.Add(server, Released("TREAT", null), Released("HRESCH", null), Released(null, null));
        var answer = await server.PostAsync(Path + ":report", Query, "petra");

        Assert.Equal(
            ["accountable", "unknown"],
            answer.Json["disclosures"]!.AsArray().Select(static line => (string)line!["accounting"]!).Order()
        );
        Assert.Equal(1, (int)answer.Json["left_out"]!["treatment"]!);
    }

    [Fact]
    public async Task Hold_OfOneRecipient_TakesOutExactlyThatUntilItEnds()
    {
        await using var server = await StartAsync();
        var other = Released("PUBHLTH", "accountable");
        other.Organization = "state-health";
        StoredTrail.Add(server, Released("PUBHLTH", "accountable"), other);
        var held = await server.PostAsync(
            Path + "/holds",
            """{"tenant":"north","patient":"p-1","agency":"State police, Sgt. Doe","reason":"investigation","until":"2026-06-01T00:00:00Z","organization":"acme"}""",
            "petra"
        );
        Assert.True(held.Status == 201, held.Text);
        StoredTrail.Ship(server);

        var during = await server.PostAsync(Path + ":report", Query, "petra");
        Assert.Equal("state-health", (string?)Assert.Single(during.Json["disclosures"]!.AsArray())!["organization"]);
        Assert.Equal(1, (int)during.Json["held"]!);
        var page = await server.PostAsync(Path + ":page", Query, "petra");
        Assert.DoesNotContain("Acme", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("held", page.Text, StringComparison.OrdinalIgnoreCase);

        server.Time.Now = new DateTimeOffset(2026, 6, 1, 0, 0, 1, TimeSpan.Zero);
        Assert.Equal(2, (await server.PostAsync(Path + ":report", Query, "petra")).Json["disclosures"]!.AsArray().Count);
    }

    [Fact]
    public async Task Hold_Released_EndsAtOnce_AndOfAnotherPatientItHoldsNothing()
    {
        await using var server = await StartAsync();
        StoredTrail.Add(server, Released("PUBHLTH", "accountable"));
        const string Hold =
            """{"tenant":"north","patient":"PATIENT","agency":"Board","reason":"oversight","until":"2026-12-01T00:00:00Z"}""";
        await server.PostAsync(Path + "/holds", Hold.Replace("PATIENT", "p-2", StringComparison.Ordinal), "petra");
        StoredTrail.Ship(server);
        Assert.Single((await server.PostAsync(Path + ":report", Query, "petra")).Json["disclosures"]!.AsArray());

        var made = await server.PostAsync(Path + "/holds", Hold.Replace("PATIENT", "p-1", StringComparison.Ordinal), "petra");
        StoredTrail.Ship(server);
        Assert.Empty((await server.PostAsync(Path + ":report", Query, "petra")).Json["disclosures"]!.AsArray());
        var released = await server.PostAsync($"{Path}/holds/{(string)made.Json["id"]!}:release", """{"reason":"case closed"}""", "petra");
        Assert.True(released.Status == 200, released.Text);
        StoredTrail.Ship(server);
        Assert.Single((await server.PostAsync(Path + ":report", Query, "petra")).Json["disclosures"]!.AsArray());
        var holds = (await server.GetAsync(Path + "/holds", "petra")).Json["items"]!.AsArray();
        Assert.Equal(2, holds.Count);
        Assert.Single(holds, static hold => hold!["released_at"] is not null);
    }

    [Theory]
    [InlineData("""{"tenant":"north","patient":"p-1","agency":"Police","reason":"case","until":"2026-06-15T00:00:00Z","oral":true}""")]
    [InlineData("""{"tenant":"north","patient":"p-1","agency":"Police","reason":"case","until":"2026-04-01T00:00:00Z"}""")]
    [InlineData("""{"tenant":"north","patient":"p-1","agency":" ","reason":"case","until":"2026-06-01T00:00:00Z"}""")]
    [InlineData("""{"tenant":"north","patient":"p-1","agency":"Police","reason":" ","until":"2026-06-01T00:00:00Z"}""")]
    [InlineData("""{"tenant":"*","patient":"p-1","agency":"Police","reason":"case","until":"2026-06-01T00:00:00Z"}""")]
    [InlineData("""{"tenant":"north","patient":"p 1","agency":"Police","reason":"case","until":"2026-06-01T00:00:00Z"}""")]
    public async Task Hold_ThatTheRuleDoesNotKnow_Is422AndOnNoRecord(string body)
    {
        await using var server = await StartAsync();
        var before = server.Journal.Records.Count;

        Assert.Equal(422, (await server.PostAsync(Path + "/holds", body, "petra")).Status);
        Assert.Equal(before, server.Journal.Records.Count);
    }

    [Fact]
    public async Task Request_Clock_RunsSixtyDaysAndThirtyMoreOnce()
    {
        await using var server = await StartAsync();
        var made = await server.PostAsync(
            Path + "/requests",
            """{"tenant":"north","patient":"p-1","received":"2026-04-30T08:00:00Z"}""",
            "petra"
        );
        Assert.True(made.Status == 201, made.Text);
        var id = (string)made.Json["id"]!;
        StoredTrail.Ship(server);
        Assert.Equal(new DateTimeOffset(2026, 6, 29, 8, 0, 0, TimeSpan.Zero), (DateTimeOffset)(await RequestAsync(server))["due"]!);
        Assert.True((bool)(await RequestAsync(server))["is_free"]!);

        Assert.Equal(200, (await server.PostAsync($"{Path}/requests/{id}:extend", """{"reason":"archive move"}""", "petra")).Status);
        StoredTrail.Ship(server);
        Assert.Equal(new DateTimeOffset(2026, 7, 29, 8, 0, 0, TimeSpan.Zero), (DateTimeOffset)(await RequestAsync(server))["due"]!);
        Assert.Equal(409, (await server.PostAsync($"{Path}/requests/{id}:extend", """{"reason":"again"}""", "petra")).Status);

        server.Time.Now = new DateTimeOffset(2026, 7, 30, 0, 0, 0, TimeSpan.Zero);
        Assert.True((bool)(await RequestAsync(server))["is_late"]!);
        var answer = await server.PostAsync(Path + ":report", $$"""{"tenant":"north","patient":"p-1","request":"{{id}}"}""", "petra");
        Assert.True(answer.Status == 200, answer.Text);
        StoredTrail.Ship(server);
        Assert.NotNull((await RequestAsync(server))["answered"]);
        Assert.Equal(
            422,
            (await server.PostAsync(Path + ":report", $$"""{"tenant":"north","patient":"p-2","request":"{{id}}"}""", "petra")).Status
        );
    }

    [Fact]
    public async Task Report_UnderTheRuleOfPart2_IsRefusedWithTheLegalReason_AndBuilt()
    {
        await using var server = await StartAsync();
        var refused = await server.PostAsync(Path + ":report", """{"tenant":"north","patient":"p-1","rule":"part2"}""", "petra");
        Assert.Equal((409, "rule-not-in-force"), (refused.Status, refused.Code));
        Assert.Contains("tolled", refused.Text, StringComparison.Ordinal);

        var labelled = Released("TREAT", "treatment");
        labelled.Labels = ["http://terminology.hl7.org/CodeSystem/v3-ActCode|42CFRPart2"];
        Assert.True(AccountingRule.Part2.Covers(labelled, "treatment"));
        Assert.False(AccountingRule.Part2.Covers(Released("TREAT", "treatment"), "treatment"));
        Assert.False(AccountingRule.Part2.Covers(labelled, "use"));
    }

    [Fact]
    public async Task CsvAndPage_NamesThatWouldBeFormulasOrMarkup_AreText()
    {
        await using var server = await StartAsync();
        var odd = Released("PUBHLTH", "accountable");
        odd.Organization = "=cmd|'<script>\"";
        StoredTrail.Add(server, odd);
        var csv = await server.PostAsync(Path + ":csv", Query, "petra");
        var page = await server.PostAsync(Path + ":page", Query, "petra");

        Assert.Equal("text/csv", csv.ContentType);
        Assert.Contains("\"'=cmd|'<script>\"\"\"", csv.Text, StringComparison.Ordinal);
        Assert.Equal("text/html", page.ContentType);
        Assert.DoesNotContain("<script>", page.Text, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;", page.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("august")]
    [InlineData("adam")]
    [InlineData("anna")]
    [InlineData("vera")]
    public async Task Accounting_OtherRoles_Are403(string person)
    {
        await using var server = await StartAsync();
        foreach (var path in new[] { ":report", ":csv", ":page", "/holds", "/requests" })
        {
            Assert.Equal(403, (await server.PostAsync(Path + path, Query, person)).Status);
        }

        Assert.Equal(403, (await server.PostAsync("/admin/v1/audit:reach", "{}", person)).Status);
        Assert.Equal(403, (await server.GetAsync("/admin/v1/audit", "petra")).Status);
    }

    [Fact]
    public async Task Accounting_JournalDown_TellsNothing()
    {
        await using var server = await StartAsync();
        StoredTrail.Add(server, Released("PUBHLTH", "accountable"));
        server.Journal.Room = 0;

        Assert.Equal(503, (await server.PostAsync(Path + ":report", Query, "petra")).Status);
    }

    private static async Task<JsonNode> RequestAsync(AdminServer server) =>
        Assert.Single((await server.GetAsync(Path + "/requests", "petra")).Json["items"]!.AsArray())!;

    private static AuditRecord Released(string? purpose, string? accounting, params string[] resources)
    {
        var record = TestRecords.Disclosure();
        (record.Purpose, record.Accounting, record.Organization, record.UseCase) = (purpose, accounting, "acme", "lab-results");
        if (resources.Length > 0)
        {
            (record.Resources, record.ResourceCount) = (resources, resources.Length);
        }

        return record;
    }

    private static IEnumerable<string> Texts(JsonNode? list) => list!.AsArray().Select(static one => (string)one!);

    private static AuditRecord OfAnother(AuditRecord record)
    {
        record.Patients = ["p-2"];
        return record;
    }

    private static async Task<AdminServer> StartAsync()
    {
        var server = await AdminServer.StartAsync();
        await server.AddKeyAsync("petra", "privacy-officer");
        await Sample.WriteAsync(server);
        await server.PatchAsync("/admin/v1/organizations/acme", """{"contacts":{"address":"1 Main St, Springfield"}}""");
        return server;
    }
}
