using System.Text.RegularExpressions;
using PhiGateway.Tests.Admin;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>Whoever stops a client sees which tokens are out for it, and which of them are dead already.</summary>
public sealed class ConsoleTokensTests
{
    private const string Client = "/console/clients/acme-connector";

    [Theory]
    [InlineData("responder", false)]
    [InlineData("auditor", true)]
    public async Task Tokens_OfAClient_SayWhichAreDead(string person, bool isReader)
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        StoredTrail.Add(
            server.Admin,
            ClientTokensTests.Issued(server.Admin, "tok-live", 10, 120, isPlain: true),
            ClientTokensTests.Issued(server.Admin, "tok-dead", 20, 120, isPlain: true)
        );
        const string Leak = """{"target":"token","value":"tok-dead","reason":"leak"}""";
        Assert.Equal(201, (await server.Admin.PostAsync("/admin/v1/revocations", Leak)).Status);
        using var browser = await server.SignInAsync(person);
        Assert.Contains($"href=\"{Client}/tokens\"", (await browser.GetAsync(Client)).Text, StringComparison.Ordinal);

        var page = await browser.GetAsync(Client + "/tokens");
        Assert.Equal(200, page.Status);
        Assert.Contains("2 tokens are out, of which 1 lets it in now", page.Text, StringComparison.Ordinal);
        var (live, dead) = (
            page.Text.IndexOf("tok-live", StringComparison.Ordinal),
            page.Text.LastIndexOf("tok-dead", StringComparison.Ordinal)
        );
        Assert.InRange(live, 0, dead);
        Assert.DoesNotContain("revoked<", page.Text[live..dead], StringComparison.Ordinal);
        Assert.Contains("revoked<", page.Text[dead..], StringComparison.Ordinal);
        Assert.Equal(isReader, page.Text.Contains("token=tok-live", StringComparison.Ordinal));
        Assert.Contains("On record:", page.Text, StringComparison.Ordinal);
        Assert.Contains(
            server.Admin.Journal.Records,
            record => record.Event == "audit.tokens" && record.Actor == person + "@hospital.example"
        );
    }

    [Fact]
    public async Task Token_ThatIsOut_IsRevokedWithAReason_AndIsDeadThen()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        StoredTrail.Add(server.Admin, ClientTokensTests.Issued(server.Admin, "tok-live", 10, 120, isPlain: true));
        using var browser = await server.SignInAsync("responder");
        const string Page = Client + "/tokens";

        var wordless = await browser.SubmitAsync(Page, Page + "/revoke", ("token", "tok-live"));
        Assert.Equal(422, wordless.Status);
        Assert.Contains("aria-describedby=\"reason-why\"", wordless.Text, StringComparison.Ordinal);
        Assert.Empty((await server.Admin.GetAsync("/admin/v1/revocations")).Json["items"]!.AsArray());

        var done = await browser.SubmitAsync(Page, Page + "/revoke", ("token", "tok-live"), ("reason", "seen elsewhere"));
        Assert.Equal((303, Page), (done.Status, done.Headers["Location"]));
        var row = Assert.Single((await server.Admin.GetAsync("/admin/v1/revocations")).Json["items"]!.AsArray())!;
        Assert.Equal(("token", "tok-live", "seen elsewhere"), ((string)row["target"]!, (string)row["value"]!, (string)row["reason"]!));
        var page = (await browser.GetAsync(Page)).Text;
        Assert.Contains("1 token is out, of which 0 let it in now", page, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"revoke\"", page, StringComparison.Ordinal);

        // The twin: who reads them and stops nobody is offered nothing, and may not.
        using var auditor = await server.SignInAsync("auditor");
        Assert.DoesNotContain("id=\"revoke\"", (await auditor.GetAsync(Page)).Text, StringComparison.Ordinal);
        Assert.Equal(403, (await auditor.SubmitAsync(Page, Page + "/revoke", ("token", "tok-live"), ("reason", "x"))).Status);
    }

    // A client may have thousands: a page of them stands there, the rest is found by its link, and each is offered where it stands.
    [Fact]
    public async Task Tokens_OfAClientWithMany_StandByThePage()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        StoredTrail.Add(
            server.Admin,
            [.. Enumerable.Range(0, 120).Select(i => ClientTokensTests.Issued(server.Admin, $"tok-{i:D3}", i + 1, 3600, isPlain: true))]
        );
        using var browser = await server.SignInAsync("responder");
        var seen = new List<string>();
        string[] parts = ["", "?skip=50", "?skip=100"];
        foreach (var part in parts)
        {
            var page = (await browser.GetAsync(Client + "/tokens" + part)).Text;
            Assert.Contains("120 tokens are out, of which 120 let it in now", page, StringComparison.Ordinal);
            var shown = Regex.Matches(page, "<code>(tok-\\d{3})</code>").Select(static match => match.Groups[1].Value).ToList();
            Assert.InRange(shown.Count, 1, 50);
            Assert.Equal(shown, Regex.Matches(page, "<option value=\"(tok-\\d{3})\"").Select(static match => match.Groups[1].Value));
            seen.AddRange(shown);
        }

        Assert.Equal(120, seen.Distinct(StringComparer.Ordinal).Count());
        Assert.Contains("rel=\"next\"", (await browser.GetAsync(Client + "/tokens")).Text, StringComparison.Ordinal);
        var last = (await browser.GetAsync(Client + "/tokens?skip=100")).Text;
        Assert.DoesNotContain("rel=\"next\"", last, StringComparison.Ordinal);
        Assert.Contains($"action=\"{Client}/tokens/revoke?skip=100\"", last, StringComparison.Ordinal);

        // A form that is refused is shown on the page of its token.
        const string Further = Client + "/tokens?skip=100";
        var refused = await browser.SubmitAsync(Further, Client + "/tokens/revoke?skip=100", ("token", "tok-110"));
        Assert.Equal(422, refused.Status);
        Assert.Contains("value=\"tok-110\" selected", refused.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("tok-000", refused.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_OfAClientWithout_SaysWhyThereAreNone()
    {
        await using var server = await ConsoleServer.StartAsync();
        await Approvals.OpenAsync(server.Admin);
        using var browser = await server.SignInAsync("responder");

        Assert.Contains("class=\"empty\"", (await browser.GetAsync(Client + "/tokens")).Text, StringComparison.Ordinal);
        Assert.Equal(404, (await browser.GetAsync("/console/clients/nobody/tokens")).Status);
        using var viewer = await server.SignInAsync("viewer");
        Assert.Equal(403, (await viewer.GetAsync(Client + "/tokens")).Status);
        Assert.DoesNotContain("/tokens\"", (await viewer.GetAsync(Client)).Text, StringComparison.Ordinal);
    }
}
