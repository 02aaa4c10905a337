using System.Text.RegularExpressions;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>The work that people do on cases, reviews, kept searches and in the lab: what is refused, what is kept, who may.</summary>
public sealed class ConsoleWorkTests
{
    [Fact]
    public async Task Case_OfAnAlert_ShowsItsRecordsAndOpensAPatientForAReasonOnly()
    {
        await using var server = await ConsoleServer.StartAsync();
        ConsolePageTests.Add(server, "acme", "permit");
        var alert = new Alert
        {
            Id = "odd-1",
            Kind = "odd",
            Subject = "client/acme",
            At = server.Admin.Time.Now,
            Evidence = ConsolePageTests.Hostile,
            Records = [ConsolePageTests.Decision.ToString("D")],
        };
        await server.Admin.Store.WriteAsync(
            [new RegistryWrite(RegistryKind.Alert, alert.Id, RegistryJson.Serialize(alert), 0)],
            "gateway",
            default
        );
        using var browser = await server.SignInAsync("all");
        var opened = await browser.SubmitAsync("/console/alerts", "/console/cases", ("alerts", "odd-1"));
        Assert.Equal(303, opened.Status);
        var path = opened.Headers["Location"];
        var page = await browser.GetAsync(path);
        Assert.DoesNotContain("<script>alert", page.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("p-1<", page.Text, StringComparison.Ordinal);
        Assert.Contains("that you opened the records of this case", page.Text);
        Assert.Contains("/console/access/" + ConsolePageTests.Decision.ToString("D"), page.Text);

        var tooShort = await browser.SubmitAsync(path, path + "/reveal", ("key", "key(north,p-1)"), ("why", "short"));
        Assert.Equal(422, tooShort.Status);
        Assert.Matches("name=\"why\"[^>]*value=\"short\"", tooShort.Text);
        Assert.Contains("in 8 to 120 characters", tooShort.Text);
        Assert.Equal(404, (await browser.SubmitAsync(path, path + "/reveal", ("key", "key(north,p-9)"), ("why", "case of today"))).Status);
        var revealed = await browser.SubmitAsync(path, path + "/reveal", ("key", "key(north,p-1)"), ("why", "case of today"));
        Assert.Equal(303, revealed.Status);
        Assert.Equal(200, (await browser.GetAsync(revealed.Headers["Location"])).Status);

        // Who does not read the trail sees the sentences and no record.
        using var viewer = await server.SignInAsync("viewer");
        var plain = await viewer.GetAsync(path);
        Assert.Contains("shown to auditors", plain.Text);
        Assert.DoesNotContain("key(north", plain.Text, StringComparison.Ordinal);
        Assert.Equal(303, (await browser.SubmitAsync(path, path + "/note", ("text", "asked the vendor"))).Status);
        var version = System
            .Text.RegularExpressions.Regex.Match((await browser.GetAsync(path)).Text, "name=\"version\" value=\"(\\d+)\"")
            .Groups[1]
            .Value;
        Assert.Equal(412, (await browser.SubmitAsync(path, path + "/close", ("version", "1"), ("reason", "a test"))).Status);
        Assert.Equal(303, (await browser.SubmitAsync(path, path + "/close", ("version", version), ("reason", "a test"))).Status);
        Assert.Contains("a test", (await browser.GetAsync("/console/alerts?state=closed")).Text);
    }

    // The first records are shown one by one; whose data they touched is said of all of them.
    [Fact]
    public async Task Case_OfManyRecords_SaysWhoseDataAllOfThemTouched()
    {
        await using var server = await ConsoleServer.StartAsync();
        AuditRecord[] records =
        [
            .. Enumerable
                .Range(1, 40)
                .Select(place => new AuditRecord
                {
                    Id = Guid.CreateVersion7(server.Admin.Time.Now),
                    Kind = AuditKind.Disclosure,
                    Event = "read",
                    Time = server.Admin.Time.Now,
                    Decision = "permit",
                    Client = "acme",
                    Tenant = "north",
                    Patients = [$"p-{place}"],
                }),
        ];
        Admin.StoredTrail.Add(server.Admin, records);

        // A row may bear the id of a record that is not its own, and be newer: it hides nobody.
        var stranger = new AuditRecord
        {
            Id = records[^1].Id,
            Kind = AuditKind.Disclosure,
            Event = "read",
            Time = server.Admin.Time.Now.AddMinutes(1),
            Decision = "permit",
            Client = "acme",
            Tenant = "north",
        };
        server.Admin.Trail.Entries.Add(Admin.StoredTrail.EntryOf(stranger, records.Length));
        await server.Admin.Store.WriteAsync(
            [
                new RegistryWrite(
                    RegistryKind.Alert,
                    "odd-1",
                    RegistryJson.Serialize(
                        new Alert
                        {
                            Id = "odd-1",
                            Kind = "odd",
                            Subject = "client/acme",
                            At = server.Admin.Time.Now,
                            Evidence = "Many at once.",
                            Records = [.. records.Select(static record => record.Id.ToString("D"))],
                        }
                    ),
                    0
                ),
            ],
            "gateway",
            default
        );
        using var browser = await server.SignInAsync("all");
        var path = (await browser.SubmitAsync("/console/alerts", "/console/cases", ("alerts", "odd-1"))).Headers["Location"];

        var page = (await browser.GetAsync(path)).Text;
        Assert.Equal(40, Regex.Count(page, "name=\"key\" value="));
        Assert.Contains("Counted over all of the 40 records of its alerts.", page, StringComparison.Ordinal);
        Assert.Contains("The first 24 of 40", page, StringComparison.Ordinal);
        Assert.Single(server.Admin.Journal.Records, static record => record.Note?.EndsWith("records=16", StringComparison.Ordinal) == true);
        var revealed = await browser.SubmitAsync(path, path + "/reveal", ("key", "key(north,p-40)"), ("why", "case of today"));
        Assert.Equal(303, revealed.Status);
    }

    [Fact]
    public async Task Lab_ARequestAndAChange_AreDecidedAndNothingIsChanged()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        using var browser = await server.SignInAsync("operator");
        const string Path = "/console/lab";
        (string, string)[] asked = [("client", "acme-connector"), ("purpose", "TREAT"), ("peer", "203.0.113.7")];
        var denied = await browser.SubmitAsync(Path, Path + "/simulate", [.. asked, ("request", "GET /fhir/Condition?patient=17")]);
        Assert.Equal(200, denied.Status);
        Assert.Contains("outside-use-case", denied.Text);
        Assert.Contains("that you asked about this request", denied.Text);
        var wrong = await browser.SubmitAsync(Path, Path + "/simulate", [.. asked, ("request", "<b>")]);
        Assert.True(wrong.Status is 400 or 422, wrong.Text);
        Assert.DoesNotContain("<b>", wrong.Text, StringComparison.Ordinal);

        var before = server.Admin.Store.Writes;
        var broken = await browser.SubmitAsync(Path, Path + "/replay", ("candidate", "useCases: {"), ("days", "7"));
        Assert.True(broken.Status is 400 or 422, broken.Text);
        Assert.Contains("useCases: {", broken.Text);
        var replayed = await browser.SubmitAsync(
            Path,
            Path + "/replay",
            ("candidate", $$"""{"useCases":[{{Sample.UseCase}}]}"""),
            ("days", "7")
        );
        Assert.True(replayed.Status == 303, replayed.Text);
        replayed = await browser.GetAsync(replayed.Headers["Location"]);
        // What no answer changes is said.
        Assert.Contains("answers change", replayed.Text);
        Assert.Equal(before, server.Admin.Store.Writes);
        using var viewer = await server.SignInAsync("viewer");
        Assert.DoesNotContain("/console/lab/simulate", (await viewer.GetAsync(Path)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_KeptByOne_IsFoundByAnotherAndGivenUp()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = await server.SignInAsync("auditor");
        const string Asked = "/console/audit?decision=deny";
        var kept = await browser.SubmitAsync(
            Asked,
            "/console/audit/saved",
            ("query", "decision=deny"),
            ("title", ConsolePageTests.Hostile)
        );
        Assert.Equal(422, kept.Status);
        kept = await browser.SubmitAsync(Asked, "/console/audit/saved", ("query", "decision=deny"), ("title", "What was refused <i>"));
        Assert.Equal(303, kept.Status);
        using var other = await server.SignInAsync("all");
        var page = await other.GetAsync("/console/audit");
        Assert.Contains("/console/audit?decision=deny", page.Text);
        Assert.DoesNotContain("<i>", page.Text, StringComparison.Ordinal);
        var id = System.Text.RegularExpressions.Regex.Match(page.Text, "/console/audit/saved/([a-z0-9-]+)/give-up").Groups[1].Value;
        Assert.Equal(303, (await other.SubmitAsync("/console/audit", $"/console/audit/saved/{id}/give-up", ("version", "1"))).Status);
        Assert.DoesNotContain("give-up", (await other.GetAsync("/console/audit")).Text, StringComparison.Ordinal);
        Assert.Equal(422, (await other.SubmitAsync(Asked, "/console/audit/saved", ("query", "patient=p-1"), ("title", "x"))).Status);
    }

    [Fact]
    public async Task Search_BeyondWhatIsKept_IsRefusedUntilOneIsGivenUp()
    {
        await using var server = await ConsoleServer.StartAsync();
        var kept = Enumerable.Range(0, 200).Select(static number => $"s-{number:d3}").ToList();
        await server.Admin.Store.WriteAsync(
            [
                .. kept.Select(static id => new RegistryWrite(
                    RegistryKind.SavedSearch,
                    id,
                    RegistryJson.Serialize(
                        new SavedSearch
                        {
                            Id = id,
                            Title = id,
                            Query = "decision=deny",
                            By = "rosa",
                        }
                    ),
                    0
                )),
            ],
            "test",
            default
        );
        using var browser = await server.SignInAsync("auditor");
        const string Asked = "/console/audit?decision=permit";
        (string, string)[] search = [("query", "decision=permit"), ("title", "What was allowed")];

        var refused = await browser.SubmitAsync(Asked, "/console/audit/saved", search);
        Assert.Equal(409, refused.Status);
        Assert.Contains("give one up that nobody needs", refused.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"What was allowed\"", refused.Text, StringComparison.Ordinal);
        Assert.Equal(303, (await browser.SubmitAsync(Asked, "/console/audit/saved/s-000/give-up", ("version", "1"))).Status);
        Assert.Equal(303, (await browser.SubmitAsync(Asked, "/console/audit/saved", search)).Status);
    }

    [Fact]
    public async Task Settings_OfEachPerson_SayWhoTheyAreAndWhatTheyMay()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var viewer = await server.SignInAsync("viewer");
        var page = await viewer.GetAsync("/console/settings");
        Assert.Contains("viewer@hospital.example", page.Text);
        Assert.Contains("Admin keys are shown to administrators", page.Text);
        using var admin = await server.SignInAsync("admin");
        Assert.Contains("olga@hospital.example", (await admin.GetAsync("/console/settings")).Text);
    }

    [Fact]
    public async Task Alert_AssignedAndSnoozed_StandsInItsLane()
    {
        await using var server = await ConsoleServer.StartAsync();
        var alert = new Alert
        {
            Id = "odd-1",
            Kind = "odd",
            Subject = "client/acme",
            At = server.Admin.Time.Now,
            Evidence = "seen",
        };
        await server.Admin.Store.WriteAsync(
            [new RegistryWrite(RegistryKind.Alert, alert.Id, RegistryJson.Serialize(alert), 0)],
            "gateway",
            default
        );
        using var browser = await server.SignInAsync("operator");
        const string Path = "/console/alerts";
        Assert.Equal(422, (await browser.SubmitAsync(Path, Path + "/odd-1/assign", ("version", "1"))).Status);
        Assert.Equal(303, (await browser.SubmitAsync(Path, Path + "/odd-1/assign", ("version", "1"), ("person", "rosa"))).Status);
        Assert.Contains("rosa", (await browser.GetAsync(Path)).Text);
        Assert.Equal(
            422,
            (await browser.SubmitAsync(Path, Path + "/odd-1/snooze", ("version", "2"), ("hours", "9999"), ("reason", "x"))).Status
        );
        Assert.Equal(
            303,
            (await browser.SubmitAsync(Path, Path + "/odd-1/snooze", ("version", "2"), ("hours", "24"), ("reason", "x"))).Status
        );
        Assert.Contains("aria-label=\"waiting\"", (await browser.GetAsync(Path)).Text);
    }

    [Fact]
    public async Task Review_DecidedTakenBackAndApplied_AsItsPeopleMay()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        await ConsolePageTests.StartReviewAsync(server);
        const string Page = "/console/reviews/q2";
        const string Decide = "/console/review-items/q2.acme-connector/decide";
        using var viewer = await server.SignInAsync("operator");
        Assert.DoesNotContain("value=\"keep\"", (await viewer.GetAsync(Page)).Text, StringComparison.Ordinal);
        Assert.Equal(403, (await viewer.SubmitAsync(Page, Decide, ("decision", "keep"), ("reason", "used"), ("version", "1"))).Status);

        using var reviewer = await server.SignInAsync("all");
        Assert.Equal(422, (await reviewer.SubmitAsync(Page, Decide, ("decision", "keep"), ("version", "1"))).Status);
        Assert.Equal(412, (await reviewer.SubmitAsync(Page, Decide, ("decision", "keep"), ("reason", "used"), ("version", "9"))).Status);
        Assert.Equal(
            303,
            (await reviewer.SubmitAsync(Page, Decide, ("decision", "keep"), ("reason", "used daily"), ("version", "1"))).Status
        );
        Assert.Contains("used daily", (await reviewer.GetAsync(Page)).Text);
        Assert.Equal(303, (await reviewer.SubmitAsync(Page, "/console/review-items/q2.acme-connector/undo", ("version", "2"))).Status);
        Assert.Equal(
            303,
            (await reviewer.SubmitAsync(Page, Decide, ("decision", "keep"), ("reason", "used daily"), ("version", "3"))).Status
        );

        // A keep of high risk is applied by somebody else.
        Assert.Equal(303, (await reviewer.SubmitAsync(Page, Page + "/apply", DecidedIn(await reviewer.GetAsync(Page)))).Status);
        Assert.Contains("Refused, and standing as decided", (await reviewer.GetAsync(Page)).Text);
        using var approver = await server.SignInAsync("second");

        // What was decided otherwise since it was shown is nobody's second pair of eyes.
        var shown = DecidedIn(await approver.GetAsync(Page));
        Assert.Equal(303, (await reviewer.SubmitAsync(Page, "/console/review-items/q2.acme-connector/undo", ("version", "4"))).Status);
        (string, string)[] otherwise = [("decision", "remove"), ("reason", "no longer used"), ("version", "5")];
        Assert.Equal(303, (await reviewer.SubmitAsync(Page, Decide, otherwise)).Status);
        var late = await approver.SubmitAsync(Page, Page + "/apply", shown);
        Assert.Equal(412, late.Status);
        Assert.Contains("look at what is decided now", late.Text, StringComparison.Ordinal);
        Assert.Equal(412, (await approver.SubmitAsync(Page, Page + "/apply")).Status);
        Assert.Equal("active", (string?)(await server.Admin.GetAsync("/admin/v1/clients/acme-connector")).Json["status"]);
        Assert.Equal(303, (await reviewer.SubmitAsync(Page, "/console/review-items/q2.acme-connector/undo", ("version", "6"))).Status);
        (string, string)[] again = [("decision", "keep"), ("reason", "used daily"), ("version", "7")];
        Assert.Equal(303, (await reviewer.SubmitAsync(Page, Decide, again)).Status);

        Assert.Equal(303, (await approver.SubmitAsync(Page, Page + "/apply", DecidedIn(await approver.GetAsync(Page)))).Status);
        var done = await approver.GetAsync(Page);
        Assert.Contains("Its access stays as it is", done.Text);
        Assert.Contains("done", done.Text);
    }

    private static (string, string) DecidedIn(AdminAnswer page) =>
        (
            "fingerprint",
            System.Text.RegularExpressions.Regex.Match(page.Text, "name=\"fingerprint\" value=\"([0-9a-f]{64})\"").Groups[1].Value
        );

    [Fact]
    public async Task Review_Cancelled_IsAskedForByOneAndDoneByAnotherWhoSawThat()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        await ConsolePageTests.StartReviewAsync(server);
        using var first = await server.SignInAsync("all");
        using var second = await server.SignInAsync("second");
        const string Path = "/console/reviews/q2";
        var before = await second.GetAsync(Path);
        Assert.Contains("Ask that the review be cancelled", before.Text, StringComparison.Ordinal);
        var asked = await first.SubmitAsync(Path, Path + "/cancel", VersionIn(before), ("step", "ask"), ("reason", "the wrong scope"));
        Assert.Equal(303, asked.Status);

        // Whoever meant to ask has not cancelled it.
        (string, string)[] late = [("_token", ConsoleBrowser.TokenOf(before)), VersionIn(before), ("step", "ask"), ("reason", "so do I")];
        Assert.Equal(412, (await second.PostAsync(Path + "/cancel", late)).Status);
        var seen = await second.GetAsync(Path);
        Assert.Contains("the wrong scope", seen.Text, StringComparison.Ordinal);
        Assert.Equal(403, (await first.SubmitAsync(Path, Path + "/cancel", VersionIn(seen), ("reason", "again"))).Status);
        Assert.Equal(303, (await second.SubmitAsync(Path, Path + "/cancel", VersionIn(seen), ("reason", "indeed"))).Status);
        Assert.Contains("indeed", (await first.GetAsync(Path)).Text, StringComparison.Ordinal);
    }

    private static (string, string) VersionIn(AdminAnswer page) =>
        (
            "version",
            Regex
                .Match(page.Text[page.Text.IndexOf("/cancel\"", StringComparison.Ordinal)..], "\"version\" value=\"(\\d+)\"")
                .Groups[1]
                .Value
        );

    [Fact]
    public async Task Review_StartedWithAWrongDay_KeepsWhatWasTyped()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        using var browser = await server.SignInAsync("operator");
        (string, string)[] typed = [("id", "q3"), ("title", "Third quarter"), ("reviewers", "all@hospital.example"), ("risk", "high")];
        var wrong = await browser.SubmitAsync("/console/reviews", "/console/reviews", [.. typed, ("due", "soon")]);
        Assert.Equal(422, wrong.Status);
        Assert.Contains("Third quarter", wrong.Text);
        Assert.Equal(303, (await browser.SubmitAsync("/console/reviews", "/console/reviews", [.. typed, ("due", "2026-06-01")])).Status);
        Assert.Contains("acme-connector", (await browser.GetAsync("/console/reviews/q3")).Text);
    }
}
