using System.Globalization;
using Microsoft.Playwright;
using Xunit;

namespace PhiGateway.EndToEnd.Console;

/// <summary>Each screen answers its three questions from the page as a browser shows it; with it come keyboard, zoom, print and no script.</summary>
public sealed class ConsoleJourneyTests(ConsoleWorld world) : IClassFixture<ConsoleWorld>
{
    [Fact]
    public async Task Now_OfTheDemonstration_SaysWhatChangedWhomItTouchesAndWhatIsNext()
    {
        var page = await world.OpenAsync("analyst");
        var headline = await page.Locator("#headline").InnerTextAsync();
        Assert.Matches(@"refusals are \d+(\.\d)? times the usual", headline);
        Assert.Contains("outside-roster", await page.Locator("section:has-text('Why calls were refused') table").InnerTextAsync());
        var touched = page.Locator("section:has(h2:text('Whom it touches')) tbody tr").First;
        Assert.Contains("cohort-44-loader", await touched.InnerTextAsync());
        Assert.Contains("refusals-rise", await page.Locator("section:has(h2:text('What to do next'))").InnerTextAsync());

        // Two clicks to stop it, and what stops stands first.
        await touched.Locator("a.stop").ClickAsync();
        Assert.Contains("stops altogether", await page.Locator("#blast").InnerTextAsync());
        await page.FillAsync("#reason", "asks for patients outside its roster from a new address");
        await page.ClickAsync("button[value=quarantine]");
        Assert.Contains("cohort-44-loader is stopped", await page.Locator("[role=status]").InnerTextAsync());
        Assert.Contains("path closed", await page.Locator(".head").InnerTextAsync());
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Audit_FromASearchToItsProof_SaysWhoWhyAndThatItIsInTheLog()
    {
        var page = await world.OpenAsync("analyst");
        await page.GotoAsync(world.Origin + "/console/audit?reason=outside-roster&client=cohort-44-loader");
        Assert.Contains("cohort-44-loader", await page.Locator("tbody tr").First.InnerTextAsync());
        await page.Locator("a[rel=next]").ClickAsync();
        Assert.Contains("cursor=", page.Url);
        await page.Locator("tbody tr a").First.ClickAsync();
        var sentence = await page.Locator("#sentence").InnerTextAsync();
        Assert.Contains("cohort-44-loader of State University", sentence);
        Assert.Contains("was refused", sentence);
        Assert.Contains("outside-roster", sentence);
        Assert.Contains("revision", await page.Locator("section[aria-label='In words']").InnerTextAsync());
        await Assertions.Expect(page.Locator("#proof")).ToContainTextAsync("proven");
        Assert.Contains("that you opened this record", await page.Locator(".record").InnerTextAsync());
        await LookedAtScreens.PictureAsync(page, "one-access");
        await LookedAtScreens.CleanAsync(page, "/console/access/{id}");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Approval_OfAWaitingVendor_SaysWhatOpensAndTakesASecondPerson()
    {
        var engineer = await world.OpenAsync("engineer");
        await engineer.GotoAsync(world.Origin + "/console/approvals/lumen-scribe");
        Assert.Contains("Only an approver approves", await engineer.Locator("#refused").InnerTextAsync());
        Assert.Equal(0, await engineer.Locator("form[action*=approvals]").CountAsync());
        await engineer.Context.CloseAsync();

        var officer = await world.OpenAsync("privacy");
        await officer.GotoAsync(world.Origin + "/console/approvals");
        await officer.ClickAsync("text=lumen-scribe");
        Assert.Contains("You are about to let client lumen-scribe of vendor Lumen AI", await officer.Locator("#words").InnerTextAsync());
        Assert.Contains("mary.smith@hospital.example", await officer.Locator("main").InnerTextAsync());
        await officer.FillAsync("#reason", "pilot agreed with the ward, one roster, forty patients an hour");
        await officer.ClickAsync("button.main");
        Assert.Contains("lumen-scribe is approved", await officer.Locator("[role=status]").InnerTextAsync());

        // What was done stands in the history once its record is stored, with the way back.
        await officer.GotoAsync(world.Origin + "/console/history?document=client/lumen-scribe");
        var row = officer.Locator("section[aria-label=Changes] tbody tr").First;
        await LookedAtScreens.FoundAsync(officer, row);

        Assert.Contains("client.approve", await row.InnerTextAsync());
        Assert.Contains("approved by tom.okafor@hospital.example", await row.InnerTextAsync());
        await LookedAtScreens.PictureAsync(officer, "history");
        Assert.True(await LookedAtScreens.FitsAsync(officer), "the history is too wide at twice the size");
        await row.Locator("a.button").ClickAsync();
        await LookedAtScreens.MadeAsync(officer);
        Assert.Contains("Take the registry back", await officer.Locator("h1").InnerTextAsync());
        await LookedAtScreens.CleanAsync(officer, "/console/history/revert");
        await officer.Context.CloseAsync();
    }

    [Fact]
    public async Task Client_OfAVendor_SaysWhatItReachesWhatItUsedAndWhatClosesIt()
    {
        var page = await world.OpenAsync("analyst");
        await page.FillAsync("#q", "westside-viewer");
        await page.PressAsync("#q", "Enter");
        await LookedAtScreens.ArrivedAsync(page, "**/console/clients/westside-viewer");
        Assert.Contains("agreement", await page.Locator("#verdict").InnerTextAsync());
        var reach = await page.Locator("section:has(h2:text('What it can reach'))").InnerTextAsync();
        Assert.Contains("read, search and create DiagnosticReport and Observation", reach);
        Assert.Contains("westside-uploader", reach);
        Assert.Contains("granted, unused", await page.Locator("table.matrix").InnerTextAsync());
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Patient_OpenedForAReason_SaysWhoSawAndStandsInNoAddress()
    {
        var page = await world.OpenAsync("privacy");
        await page.GotoAsync(world.Origin + "/console/patient");
        await page.FillAsync("#patient", "f001");
        await page.FillAsync("#why", "complaint 26-114 of the patient");
        await page.ClickAsync("button.main");
        Assert.Matches(@"\d+ clients saw this patient", await page.Locator("#seen").InnerTextAsync());
        Assert.DoesNotContain("f001", page.Url, StringComparison.Ordinal);
        Assert.DoesNotContain("f001", await page.TitleAsync(), StringComparison.Ordinal);
        Assert.Contains("complaint 26-114", await page.Locator(".record").InnerTextAsync());
        await LookedAtScreens.PictureAsync(page, "patient");
        await LookedAtScreens.CleanAsync(page, "/console/patient/{key}");
        await LookedAtScreens.PrintsAsync(page);

        // What the patient gets, and the officer's part that is not printed.
        await page.ClickAsync("text=Accounting of disclosures");
        Assert.Contains("45 CFR 164.528", await page.Locator("#told").InnerTextAsync());
        Assert.Contains("excluded", await page.Locator("#left-out").InnerTextAsync());
        await LookedAtScreens.PictureAsync(page, "accounting");
        await LookedAtScreens.CleanAsync(page, "/console/patient/{key}/accounting");
        await LookedAtScreens.PrintsAsync(page);
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        Assert.False(await page.Locator(".officer").IsVisibleAsync());
        Assert.True(await page.Locator("#told").IsVisibleAsync());
        await page.EmulateMediaAsync(new() { Media = Media.Screen });

        // A request that is put down stands in the list without a patient, and counts on the first screen.
        await page.ClickAsync("summary:has-text('Put a request down')");
        await page.FillAsync("#received", DateTimeOffset.UtcNow.AddDays(-51).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        await page.ClickAsync("button:has-text('Put it down')");
        await page.GotoAsync(world.Origin + "/console/requests");
        await LookedAtScreens.FoundAsync(page, page.Locator("section[aria-label=Requests] tbody tr").First);
        Assert.DoesNotContain("f001", await page.Locator("main").InnerTextAsync());
        Assert.Contains("that you looked at patients' requests", await page.Locator(".record").InnerTextAsync());
        await LookedAtScreens.PictureAsync(page, "requests");
        await LookedAtScreens.CleanAsync(page, "/console/requests");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Case_OfAnAlert_IsOpenedNotedAndShowsItsOrder()
    {
        var page = await world.OpenAsync("engineer");
        await page.GotoAsync(world.Origin + "/console/alerts");
        await page.Locator("[id='unused-bed-planner']").Locator("form[action='/console/cases'] button").ClickAsync();
        Assert.Contains("Has not used four of its six", await page.Locator("section[aria-label=Evidence]").InnerTextAsync());
        await page.FillAsync("#text", "asked the owner, who needs two of them");
        await page.ClickAsync("button:has-text('Note it')");
        Assert.Contains("asked the owner", await page.Locator("section[aria-label=Timeline]").InnerTextAsync());
        await LookedAtScreens.PictureAsync(page, "case");
        await LookedAtScreens.CleanAsync(page, "/console/cases/{id}");
        await LookedAtScreens.PrintsAsync(page);
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Posture_AndLab_AnswerTheirQuestions()
    {
        var page = await world.OpenAsync("analyst");
        await page.GotoAsync(world.Origin + "/console/posture");
        await LookedAtScreens.MadeAsync(page);
        Assert.Contains("NHI1:2025 Improper Offboarding", await page.Locator("main").InnerTextAsync());
        Assert.Contains("not met", await page.Locator("main").InnerTextAsync());
        Assert.Contains("A bearer token is enough", await page.Locator("#scores").InnerTextAsync());
        await page.GotoAsync(world.Origin + "/console/lab");
        await page.FillAsync("#client", "westside-viewer");
        await page.FillAsync("#purpose", "TREAT");
        await page.FillAsync("#request", "GET /fhir/Condition");
        await page.ClickAsync("button:has-text('Decide it')");
        Assert.Contains("deny", await page.Locator("#answer").InnerTextAsync());
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Review_OfVendors_ShowsItsEvidenceAndTakesOneDecisionEach()
    {
        var page = await world.OpenAsync("engineer");
        await page.GotoAsync(world.Origin + "/console/reviews");
        Assert.Contains("4 days left", await page.Locator("section[aria-label=Reviews]").InnerTextAsync());
        await page.ClickAsync("text=Vendors and partners, autumn");
        Assert.Contains("4 of 5 clients without a decision", await page.Locator(".head").InnerTextAsync());
        var row = page.Locator("[id='vendors-autumn.clearbill-eligibility']");
        Assert.Contains("It has never been used", await row.InnerTextAsync());
        await row.Locator("input[type=text]").FillAsync("the project ended in spring");
        await row.Locator("button[value=remove]").ClickAsync();
        Assert.Contains("not applied yet", await row.InnerTextAsync());
        await row.Locator("button:has-text('Undo')").ClickAsync();
        Assert.Contains("Keep", await row.InnerTextAsync());
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Stop_OfAVendorAndOfAModel_IsFollowedUntilItIsClosedEverywhere()
    {
        var page = await world.OpenAsync("analyst");
        await page.GotoAsync(world.Origin + "/console/vendors/clearbill/stop");
        await page.FillAsync("#reason", "the contract has ended");
        await page.Locator("button.stop").First.ClickAsync();
        await page.GotoAsync(world.Origin + "/console/offboardings");
        await LookedAtScreens.FoundAsync(page, page.Locator("section[aria-label=Offboardings] tbody tr").First);
        Assert.Contains("organization/clearbill", await page.Locator("main").InnerTextAsync());
        await LookedAtScreens.PictureAsync(page, "offboardings");
        await page.Locator("tbody tr a").First.ClickAsync();
        await LookedAtScreens.ArrivedAsync(page, "**/console/offboardings/*");
        await LookedAtScreens.MadeAsync(page);
        Assert.Contains("clearbill", await page.Locator("main").InnerTextAsync());
        await LookedAtScreens.CleanAsync(page, "/console/offboardings/{id}");

        await page.GotoAsync(world.Origin + "/console/stop");
        await page.FillAsync("#of-organization", "clearbill");
        await page.Locator("form:has(#of-organization) button").ClickAsync();
        Assert.Contains("value=clearbill", page.Url);
        await page.FillAsync("#reason", "the contract has ended");
        await page.Locator("#stop button.stop").ClickAsync();
        Assert.Contains("clearbill", await page.Locator("section[aria-label=Revocations]").InnerTextAsync());
        await LookedAtScreens.PictureAsync(page, "revocations");
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Alerts_VendorsAndTrust_AnswerTheirQuestions()
    {
        var page = await world.OpenAsync("analyst");
        await page.GotoAsync(world.Origin + "/console/alerts");
        Assert.Contains("outside its roster", await page.Locator("section[aria-label=act]").InnerTextAsync());
        await page.GotoAsync(world.Origin + "/console/vendors");
        Assert.Contains("12 days left", await page.Locator("#westside-imaging").InnerTextAsync());
        Assert.Contains("westside-uploader", await page.Locator("#westside-imaging").InnerTextAsync());
        await page.GotoAsync(world.Origin + "/console/trust");
        Assert.Contains("Records under the checkpoint", await page.Locator("main").InnerTextAsync());
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task BreakGlass_AnUse_WaitsUntilItIsDecided()
    {
        var page = await world.OpenAsync("privacy");
        await page.GotoAsync(world.Origin + "/console/break-glass");
        var first = page.Locator("section.panel:has(form)").First;

        // The gateway looks for emergency uses every few seconds.
        await LookedAtScreens.FoundAsync(page, first);

        Assert.Contains("client/emergency-board", await first.InnerTextAsync());
        Assert.Contains("emergency call", await first.InnerTextAsync());

        // The gateway writes to the alert too, whom it told for instance: what changed meanwhile is looked at, and decided anew.
        const string Said = "justified: called the ward";
        var decided = string.Empty;
        for (var turn = 0; turn < 20 && !decided.Contains(Said, StringComparison.Ordinal); turn++)
        {
            await page.GotoAsync(world.Origin + "/console/break-glass");
            await first.Locator("textarea").FillAsync("called the ward: the patient was unresponsive");
            await first.Locator("button[value=justified]").ClickAsync();
            await page.GotoAsync(world.Origin + "/console/break-glass?state=closed");
            decided = await page.Locator("main").InnerTextAsync();
        }

        Assert.Contains(Said, decided, StringComparison.Ordinal);
        await page.Context.CloseAsync();
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Screen_EveryOne_IsCleanAndFitsAtTwiceTheSize(ColorScheme scheme)
    {
        var options = new BrowserNewContextOptions
        {
            ColorScheme = scheme,
            ViewportSize = new() { Width = 1360, Height = 900 },
        };
        var page = await world.OpenAsync("analyst", options);
        var wrong = new List<string>();
        foreach (var (name, path) in LookedAtScreens.In(scheme))
        {
            await page.GotoAsync(world.Origin + path);
            await LookedAtScreens.MadeAsync(page);
            if (LookedAtScreens.Pictured.Contains((name, path)) && (scheme == ColorScheme.Light || name == "now"))
            {
                await LookedAtScreens.PictureAsync(page, scheme == ColorScheme.Light ? name : name + "-dark");
            }

            var found = await page.RunAxe(scheme == ColorScheme.Light ? ConsoleWorld.Everything : ConsoleWorld.ColoursOnly);
            wrong.AddRange(found.Violations.SelectMany(one => one.Nodes.Select(node => $"{name}: {one.Id} {node.Html}")));
            if (!await LookedAtScreens.FitsAsync(page))
            {
                wrong.Add($"{name}: too wide at twice the size");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.False(world.Complaints.Any(), string.Join('\n', world.Complaints));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Tail_WithTheScript_ShowsWhatArrivesWithoutAClick()
    {
        var page = await world.OpenAsync("analyst");
        await page.GotoAsync(world.Origin + "/console/audit/tail?actor=mary.smith%40hospital.example");
        Assert.Contains("that you follow the trail", await page.Locator(".record").InnerTextAsync());
        var other = await world.OpenAsync("engineer");
        var line = page.Locator("[data-tail] tbody tr", new() { HasText = "console.sign-in" });
        await Assertions.Expect(line.First).ToBeVisibleAsync(new() { Timeout = 120_000 });
        Assert.Contains("mary.smith@hospital.example", await line.First.InnerTextAsync());
        Assert.EndsWith(" here", await line.First.Locator("time").First.GetAttributeAsync("title"));
        Assert.False(world.Complaints.Any(), string.Join('\n', world.Complaints));
        await other.Context.CloseAsync();
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Reference_OfTheApi_ShowsItsGroupsWithoutAComplaintOfThePolicy()
    {
        var page = await world.OpenAsync("vendors");
        await page.GotoAsync(world.Origin + "/console/settings");
        await page.ClickAsync("text=API reference");
        var group = page.Locator(".opblock-tag", new() { HasText = "accounting" });
        await Assertions.Expect(group.First).ToBeVisibleAsync(new() { Timeout = 120_000 });
        await LookedAtScreens.PictureAsync(page, "api");
        await group.First.ClickAsync();
        await Assertions.Expect(page.Locator(".opblock-summary", new() { HasText = "accounting:report" }).First).ToBeVisibleAsync();
        Assert.False(world.Complaints.Any(), string.Join('\n', world.Complaints));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Keyboard_Alone_LeadsEverywhere()
    {
        var page = await world.OpenAsync("analyst", new BrowserNewContextOptions { Locale = "en-GB", TimezoneId = "Asia/Kolkata" });

        // A moment is UTC, and the reader's own time when the pointer rests on it.
        var moment = page.Locator("time[datetime$='Z']").First;
        var at = DateTimeOffset.Parse((await moment.GetAttributeAsync("datetime"))!, CultureInfo.InvariantCulture);
        var here = at.ToOffset(TimeSpan.FromHours(5.5)).ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        Assert.Contains(here, await moment.GetAttributeAsync("title"));
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("Skip to content", await page.EvaluateAsync<string>("document.activeElement.textContent"));

        // Again where the page asked again by itself between the two.
        for (var turn = 0; turn < 20 && !page.Url.EndsWith("/console/clients", StringComparison.Ordinal); turn++)
        {
            await page.Keyboard.PressAsync("g");
            await page.Keyboard.PressAsync("c");
            await page.WaitForTimeoutAsync(500);
        }

        await LookedAtScreens.ArrivedAsync(page, "**/console/clients");
        await page.Keyboard.PressAsync("j");
        Assert.Equal("A", await page.EvaluateAsync<string>("document.activeElement.tagName"));
        await page.Keyboard.PressAsync("/");
        Assert.Equal("q", await page.EvaluateAsync<string>("document.activeElement.id"));
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Page_WithoutScript_DoesEverything()
    {
        var page = await world.OpenAsync("analyst", new BrowserNewContextOptions { JavaScriptEnabled = false });
        await page.ClickAsync("nav.side a:has-text('Audit search')");
        await page.FillAsync("#client", "ward-app");
        await page.ClickAsync("form.filters button");
        Assert.Contains("client=ward-app", page.Url);
        Assert.Contains("ward-app", await page.Locator("tbody tr").First.InnerTextAsync());
        await page.ClickAsync("text=Sign out");
        Assert.Contains("Signed out", await page.Locator("h1").InnerTextAsync());
        await page.Context.CloseAsync();
    }

    [Fact]
    public async Task Page_Printed_IsTheContentAlone()
    {
        var page = await world.OpenAsync("analyst");
        await page.EmulateMediaAsync(new() { Media = Media.Print });
        Assert.False(await page.Locator("nav.side").IsVisibleAsync());
        Assert.False(await page.Locator("header.top").IsVisibleAsync());
        Assert.True(await page.Locator("#headline").IsVisibleAsync());
        foreach (var path in (string[])["/console/reviews/vendors-autumn", "/console/approvals/lumen-scribe"])
        {
            await page.GotoAsync(world.Origin + path);
            await LookedAtScreens.PrintsAsync(page);
        }

        await page.Context.CloseAsync();
    }
}
