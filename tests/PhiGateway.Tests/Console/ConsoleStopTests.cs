using System.Text.RegularExpressions;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>What stops is shown before it does, with who may depend on it; what was revoked is listed, and lifted by a second person.</summary>
public sealed class ConsoleStopTests
{
    private const string Stop = "/console/stop";

    [Fact]
    public async Task Preview_OfAClientAndItsVendor_SaysEmergenciesContactsAndReach()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        await server.Admin.PatchAsync("/admin/v1/organizations/acme", """{"contacts":{"security":"soc@acme.example"}}""");
        using var browser = await server.SignInAsync("responder");
        const string Client = "/console/clients/acme-connector/stop";
        const string Vendor = "/console/vendors/acme/stop";

        // The twin: a use that covers none says so, and shouts nothing.
        var plain = (await browser.GetAsync(Client)).Text;
        Assert.Contains("not covered by its use case", plain, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"emergencies\"", plain, StringComparison.Ordinal);
        Assert.Contains("soc@acme.example", plain, StringComparison.Ordinal);
        Assert.Contains("patients on roster acme-orders now", plain, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"emergencies\"", (await browser.GetAsync(Vendor)).Text, StringComparison.Ordinal);

        await server.Admin.PatchAsync("/admin/v1/use-cases/lab-results", """{"allowsBreakGlass":true}""");
        await ConsoleAlertTests.WriteAsync(
            server,
            ConsoleAlertTests.Make(server, "bg-1") with
            {
                Kind = "break-glass",
                Subject = "client/acme-connector",
            }
        );
        var covered = (await browser.GetAsync(Client)).Text;
        Assert.Contains("id=\"emergencies\"", covered, StringComparison.Ordinal);
        Assert.Contains("1 emergency use of it is known", covered, StringComparison.Ordinal);
        var vendor = (await browser.GetAsync(Vendor)).Text;
        Assert.Contains("id=\"emergencies\"", vendor, StringComparison.Ordinal);
        Assert.Contains("soc@acme.example", vendor, StringComparison.Ordinal);
        Assert.Equal(0, server.Admin.Journal.Records.Count(static record => record.Event is "client.suspend" or "organization.offboard"));
    }

    // Told by what runs now; nothing is planned for it, and of what is stopped already nothing runs.
    [Theory]
    [InlineData("/console/clients/acme-connector/stop", "clients/acme-connector:suspend", """{"reason":"odd calls"}""")]
    [InlineData("/console/vendors/acme/stop", "organizations/acme:offboard", """{"reason":"odd calls","stage":"suspend"}""")]
    public async Task Preview_OfAClientAndItsVendor_SaysWhatRunsNow(string path, string stop, string body)
    {
        var asked = new List<string>();
        await using var server = await ConsoleServer.StartAsync(options: options =>
            options.RunningRequests = clients =>
            {
                asked.AddRange(clients);
                return 7;
            }
        );
        await Approvals.OpenAsync(server.Admin);
        using var browser = await server.SignInAsync("responder");

        Assert.Contains("7, cut with it", (await browser.GetAsync(path)).Text, StringComparison.Ordinal);
        Assert.Equal(["acme-connector"], asked);

        var stopped = await server.Admin.PostAsync("/admin/v1/" + stop, body);
        Assert.True(stopped.Status == 200, stopped.Text);
        asked.Clear();
        Assert.Contains("not known", (await browser.GetAsync(path)).Text, StringComparison.Ordinal);
        Assert.Empty(asked);
    }

    [Theory]
    [InlineData("tenant", "north")]
    [InlineData("organization", "acme")]
    [InlineData("other-than-treatment", null)]
    public async Task Stop_OfMany_ShowsTheDryRun_ThenStops_AndAnotherPersonLifts(string target, string? value)
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        await server.Admin.PatchAsync("/admin/v1/use-cases/lab-results", """{"purposes":["TREAT","HOPERAT"]}""");
        using var browser = await server.SignInAsync("all");
        var writes = server.Admin.Store.Writes;
        var path = $"{Stop}?target={target}{(value is null ? null : "&value=" + value)}";

        var preview = await browser.GetAsync(path);
        Assert.Equal(200, preview.Status);
        Assert.Contains("href=\"/console/clients/acme-connector\"", preview.Text, StringComparison.Ordinal);
        Assert.Contains("mary@hospital.example", preview.Text, StringComparison.Ordinal);
        Assert.Equal(writes, server.Admin.Store.Writes);
        Assert.Empty((await server.Admin.GetAsync("/admin/v1/revocations")).Json["items"]!.AsArray());

        (string, string)[] choice = [("target", target), ("value", value ?? string.Empty)];
        var wordless = await browser.SubmitAsync(path, Stop, choice);
        Assert.Equal(422, wordless.Status);
        Assert.Contains("What stops with", wordless.Text, StringComparison.Ordinal);
        var stopped = await browser.SubmitAsync(path, Stop, [.. choice, ("reason", "an incident")]);
        Assert.Equal((303, "/console/revocations"), (stopped.Status, stopped.Headers["Location"]));
        var row = Assert.Single((await server.Admin.GetAsync("/admin/v1/revocations")).Json["items"]!.AsArray())!;
        Assert.Equal((target, "an incident", "all@hospital.example"), ((string)row["target"]!, (string)row["reason"]!, (string)row["by"]!));

        var lift = $"/console/revocations/{(string)row["id"]!}/lift";
        var list = await browser.GetAsync("/console/revocations");
        Assert.Contains("in force", list.Text, StringComparison.Ordinal);
        var own = await browser.SubmitAsync("/console/revocations", lift, ("reason", "over and done with"));
        Assert.Equal(403, own.Status);
        Assert.Matches("name=\"reason\"[^>]* value=\"over and done with\"", own.Text);
        using var second = await server.SignInAsync("second");
        Assert.Equal(422, (await second.SubmitAsync("/console/revocations", lift)).Status);
        Assert.Equal(303, (await second.SubmitAsync("/console/revocations", lift, ("reason", "over"))).Status);
        var after = (await second.GetAsync("/console/revocations")).Text;
        Assert.Contains("lifted", after, StringComparison.Ordinal);
        Assert.DoesNotContain(lift, after, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?target=tenant&value=nowhere")]
    [InlineData("?target=model&value=acme-ai%2Fnone")]
    [InlineData("?target=client&value=acme-connector")]
    [InlineData("?target=tenant")]
    [InlineData("?target=everything")]
    public async Task Stop_OfNothingThatIsThere_IsToldAndOffersNoStep(string query)
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        using var browser = await server.SignInAsync("responder");

        var page = await browser.GetAsync(Stop + query);
        Assert.Equal(422, page.Status);
        Assert.Contains("role=\"alert\"", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("method=\"post\" action=\"/console/stop\"", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pace_OfAClient_IsSlowedByOneAndLiftedByAnother()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        using var first = await server.SignInAsync("all");
        using var second = await server.SignInAsync("second");
        const string Page = "/console/clients/acme-connector";
        var version = VersionOf((await first.GetAsync(Page)).Text);

        var wrong = await first.SubmitAsync(Page, Page + "/slow", ("version", version), ("rate", "fast"), ("reason", "odd calls"));
        Assert.Equal(422, wrong.Status);
        Assert.Contains("slow-rate-why", wrong.Text, StringComparison.Ordinal);
        (string, string)[] slow = [("version", version), ("rate", "3"), ("reason", "odd calls")];
        Assert.Equal(303, (await first.SubmitAsync(Page, Page + "/slow", slow)).Status);
        var shown = (await second.GetAsync(Page)).Text;
        Assert.Contains("Slowed to 3 requests a second", Regex.Replace(shown, @"\s+", " "), StringComparison.Ordinal);
        Assert.Contains("odd calls", shown, StringComparison.Ordinal);

        version = VersionOf(shown);
        (string, string)[] lift = [("version", version), ("reason", "it was a test")];
        Assert.Equal(403, (await first.SubmitAsync(Page, Page + "/lift", lift)).Status);
        Assert.Equal(303, (await second.SubmitAsync(Page, Page + "/lift", lift)).Status);
        Assert.Null((await server.Admin.GetAsync("/admin/v1/clients/acme-connector")).Json["throttle"]);
    }

    [Fact]
    public async Task Offboarding_OfAVendor_HasItsClockItsLetterAndWhoWasTold()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        using var browser = await server.SignInAsync("all");
        const string Vendor = "/console/vendors/acme/stop";
        var version = VersionOf((await browser.GetAsync(Vendor)).Text);
        (string, string)[] end = [("version", version), ("step", "offboard"), ("reason", "contract ended")];
        var done = await browser.SubmitAsync(Vendor, Vendor, end);
        Assert.Equal((303, "/console/offboardings"), (done.Status, done.Headers["Location"]));
        PhiGateway.Tests.Admin.StoredTrail.Ship(server.Admin);

        var list = (await browser.GetAsync("/console/offboardings")).Text;
        Assert.Contains("nobody yet", list, StringComparison.Ordinal);
        var path = Regex.Match(list, "href=\"(/console/offboardings/[0-9a-f-]+)\"").Groups[1].Value;
        var page = (await browser.GetAsync(path)).Text;
        Assert.Contains("access to patients", page, StringComparison.Ordinal);
        Assert.Contains("contract ended", page, StringComparison.Ordinal);

        Assert.Equal(422, (await browser.SubmitAsync(path, path + "/notice", ("to", "Acme"), ("sent_at", "soon"))).Status);
        Assert.Equal(422, (await browser.SubmitAsync(path, path + "/notice")).Status);
        Assert.Equal(303, (await browser.SubmitAsync(path, path + "/notice", ("to", "Acme, by letter"))).Status);
        PhiGateway.Tests.Admin.StoredTrail.Ship(server.Admin);
        Assert.Contains("Acme, by letter", (await browser.GetAsync(path)).Text, StringComparison.Ordinal);
    }

    private static string VersionOf(string page) => Regex.Match(page, "name=\"version\" value=\"(\\d+)\"").Groups[1].Value;
}
