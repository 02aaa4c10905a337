using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Admin.Fakes;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>What people do at the console about strangers that asked to be registered: find them, take one, decline one, decline a flood.</summary>
public sealed partial class ConsoleStrangerTests
{
    private const string List = "/console/strangers";

    [Fact]
    public async Task Take_ByOnePerson_MakesAClientThatAnotherApproves()
    {
        await using var server = await StartAsync(1);
        await Approvals.OpenAsync(server.Admin);
        using var taker = await server.SignInAsync("all");
        Assert.Contains($"href=\"{List}/reg-0\"", (await taker.GetAsync(List)).Text, StringComparison.Ordinal);
        (string, string)[] said = [("client", "newcomer"), ("use_case", "lab-results"), ("owner", "mary@hospital.example")];

        var wrong = await taker.SubmitAsync(List + "/reg-0", List + "/reg-0/take", [.. said[..2], ("networks", "203.0.113.0/24")]);
        Assert.Equal(422, wrong.Status);
        Assert.Contains("value=\"newcomer\"", wrong.Text, StringComparison.Ordinal);
        Assert.Contains("id=\"owner-why\"", wrong.Text, StringComparison.Ordinal);
        var taken = await taker.SubmitAsync(
            List + "/reg-0",
            List + "/reg-0/take",
            [.. said, ("networks", "203.0.113.0/24, 198.51.100.0/24"), ("rotate_by", "2026-12-01"), ("reason", "the vendor rang")]
        );
        Assert.Equal((303, "/console/approvals/newcomer"), (taken.Status, taken.Headers["Location"]));

        // Whoever took it has asked for it.
        var brief = await taker.GetAsync("/console/approvals/newcomer");
        Assert.Contains("id=\"refused\"", brief.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"fingerprint\"", brief.Text, StringComparison.Ordinal);
        using var other = await server.SignInAsync("second");
        var fingerprint = Fingerprint().Match((await other.GetAsync("/console/approvals/newcomer")).Text).Groups[1].Value;
        (string, string)[] approve = [("fingerprint", fingerprint), ("reason", "looked at")];
        Assert.Equal(403, (await taker.SubmitAsync(List, "/console/approvals/newcomer", approve)).Status);
        Assert.Equal(303, (await other.SubmitAsync("/console/approvals/newcomer", "/console/approvals/newcomer", approve)).Status);

        var client = (await server.Admin.GetAsync("/admin/v1/clients/newcomer")).Json;
        Assert.Equal(["203.0.113.0/24", "198.51.100.0/24"], client["networks"]!.AsArray().Select(static one => (string)one!));
        Assert.Contains(
            server.Admin.Journal.Records,
            static record => record is { Event: "registration.take", Target: "registration/reg-0", Actor: "all@hospital.example" }
        );
        var done = await other.GetAsync(List + "/reg-0");
        Assert.Contains("href=\"/console/clients/newcomer\"", done.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"take\"", done.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("operator", true, true)]
    [InlineData("admin", true, true)]
    [InlineData("approver", false, true)]
    [InlineData("viewer", false, false)]
    [InlineData("auditor", false, false)]
    [InlineData("responder", false, false)]
    public async Task Steps_OfARole_StandOnThePageWhereTheyMayBeTaken(string role, bool mayTake, bool mayDecline)
    {
        await using var server = await StartAsync(1);
        using var browser = await server.SignInAsync(role);

        var page = (await browser.GetAsync(List + "/reg-0")).Text;
        Assert.Equal(mayTake, page.Contains("id=\"take\"", StringComparison.Ordinal));
        Assert.Equal(mayDecline, page.Contains("id=\"decline\"", StringComparison.Ordinal));
        Assert.Equal(mayDecline, (await browser.GetAsync(List + "?form=metadata")).Text.Contains("id=\"sweep\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Decline_OfOne_NeedsAReason_AndTellsWhoComesLaterThatItIsDone()
    {
        await using var server = await StartAsync(1);
        using var browser = await server.SignInAsync("approver");
        using var late = await server.SignInAsync("second");
        var seen = await late.GetAsync(List + "/reg-0");

        Assert.Equal(422, (await browser.SubmitAsync(List + "/reg-0", List + "/reg-0/decline")).Status);
        var done = await browser.SubmitAsync(List + "/reg-0", List + "/reg-0/decline", ("reason", "nobody knows them"));
        Assert.Equal((303, List), (done.Status, done.Headers["Location"]));
        var twice = await late.PostAsync(
            List + "/reg-0/decline",
            [
                ("_token", ConsoleBrowser.TokenOf(seen)),
                ("seen", WebUtility.HtmlDecode(Seen().Match(seen.Text).Groups[1].Value)),
                ("reason", "I neither"),
            ]
        );
        Assert.Equal(409, twice.Status);
        Assert.Contains("state was pending, and is declined", twice.Text, StringComparison.Ordinal);
        Assert.Contains("Nobody waits", (await browser.GetAsync(List)).Text, StringComparison.Ordinal);
        Assert.Contains("nobody knows them", (await browser.GetAsync(List + "/reg-0")).Text, StringComparison.Ordinal);
        Assert.Contains($"{List}/reg-0\"", (await browser.GetAsync(List + "?state=declined")).Text, StringComparison.Ordinal);
        Assert.Equal(400, (await browser.GetAsync(List + "?state=nonsense")).Status);
    }

    [Fact]
    public async Task Decline_OfAFlood_DeclinesWhatWasSeenOnEveryPageAndNothingElse()
    {
        await using var server = await StartAsync(120);
        using var browser = await server.SignInAsync("operator");
        var whole = (await browser.GetAsync(List)).Text;
        Assert.Contains("120 requests", whole, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"sweep\"", whole, StringComparison.Ordinal);
        var sent = await browser.SubmitAsync(List, "/console/asked", ("_page", List), ("peer", "2001:db8::/32"), ("state", "pending"));
        Assert.Equal(303, sent.Status);
        var page = await browser.GetAsync(sent.Headers["Location"]);
        Assert.Contains("60 requests", page.Text, StringComparison.Ordinal);
        Assert.Contains("Decline all 60 that fit", page.Text, StringComparison.Ordinal);
        Assert.Contains("rel=\"next\"", page.Text, StringComparison.Ordinal);

        // What came after the page was opened was not seen.
        server.Admin.Time.Now += TimeSpan.FromMinutes(1);
        await AddAsync(server, "reg-late", "2001:db8:ffff::/64", "metadata");
        server.Admin.Time.Now += TimeSpan.FromMinutes(1);
        var form = Hidden().Matches(page.Text[page.Text.IndexOf("id=\"sweep\"", StringComparison.Ordinal)..]);
        (string, string)[] fields = [.. form.Select(static field => (field.Groups[1].Value, WebUtility.HtmlDecode(field.Groups[2].Value)))];
        var wordless = await browser.PostAsync(List + "/decline", fields);
        Assert.Equal(422, wordless.Status);
        Assert.Contains("Decline all 61 that fit", wordless.Text, StringComparison.Ordinal);

        var done = await browser.PostAsync(List + "/decline", [.. fields, ("reason", "a flood")]);
        Assert.Equal(303, done.Status);
        var after = await browser.GetAsync(done.Headers["Location"]);
        Assert.Contains("60 requests are declined", after.Text, StringComparison.Ordinal);
        Assert.Contains($"{List}/reg-late\"", after.Text, StringComparison.Ordinal);
        Assert.Equal(61, (await PendingAsync(server)).Count);
        Assert.Equal(60, server.Admin.Journal.Records.Count(static record => record.Event == "registration.decline"));
    }

    [Fact]
    public async Task Decline_OfAFlood_WithAFormThatSaysNothing_DeclinesNobody()
    {
        await using var server = await StartAsync(3);
        using var browser = await server.SignInAsync("operator");
        (string, string) reason = ("reason", "a flood");

        Assert.Equal(422, (await browser.SubmitAsync(List, List + "/decline", reason)).Status);
        Assert.Equal(409, (await browser.SubmitAsync(List, List + "/decline", reason, ("back", "form=metadata"))).Status);
        Assert.Equal(400, (await browser.SubmitAsync(List, List + "/decline", reason, ("back", "peer=1"))).Status);
        Assert.Equal(
            409,
            (
                await browser.SubmitAsync(
                    List,
                    List + "/decline",
                    reason,
                    ("back", "form=metadata"),
                    ("seen_at", "2027-01-01"),
                    ("at_most", "2")
                )
            ).Status
        );
        Assert.Equal(3, (await PendingAsync(server)).Count);
    }

    [Fact]
    public async Task Signer_ThatWasTyped_StandsInNoAddress_AndIsFoundOverAllPages()
    {
        await using var server = await StartAsync(60);
        await AddAsync(server, "reg-udap", "198.51.100.9", "software-statement", "https://apps.acme.example/udap");
        using var browser = await server.SignInAsync("viewer");

        var sent = await browser.SubmitAsync(List, "/console/asked", ("_page", List), ("signer", "https://apps.acme.example/udap"));
        Assert.DoesNotContain("acme", sent.Headers["Location"], StringComparison.Ordinal);
        var page = (await browser.GetAsync(sent.Headers["Location"])).Text;
        Assert.Contains("1 request,", page, StringComparison.Ordinal);
        Assert.Contains($"{List}/reg-udap\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Words_OfAStranger_AreTextOnBothPages()
    {
        await using var server = await StartAsync(0);
        await AddAsync(server, "reg-evil", "none", "metadata", ConsolePageTests.Hostile, ConsolePageTests.Hostile);
        using var browser = await server.SignInAsync("all");

        foreach (var path in (string[])[List, List + "/reg-evil", List + "?state=all", List + "?signer=%3Cscript%3E"])
        {
            var page = await browser.GetAsync(path);
            Assert.Equal(200, page.Status);
            Assert.DoesNotContain("<script>alert", page.Text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("</td><script", page.Text, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Equal(404, (await browser.GetAsync(List + "/reg-nobody")).Status);
        Assert.Contains("1 stranger asks", (await browser.GetAsync("/console/approvals")).Text, StringComparison.Ordinal);
    }

    private static async Task<ConsoleServer> StartAsync(int many)
    {
        var server = await ConsoleServer.StartAsync(options: static options => options.TokenService = "phi-gateway");
        for (var place = 0; place < many; place++)
        {
            await AddAsync(server, $"reg-{place}", place % 2 == 0 ? "203.0.113.7" : $"2001:db8:{place:x}::/64", "metadata");
        }

        server.Admin.Time.Now += TimeSpan.FromMinutes(1);
        return server;
    }

    private static async Task AddAsync(
        ConsoleServer server,
        string id,
        string peer,
        string form,
        string? signer = null,
        string name = "A Connector"
    )
    {
        var now = server.Admin.Time.Now;
        await RequestsOf(server)
            .TryAddAsync(
                new RegistrationRequest
                {
                    Id = id,
                    ReceivedAt = now,
                    Until = now.AddDays(31),
                    Peer = peer,
                    Words = new RegistrationWords
                    {
                        Form = form,
                        Name = name,
                        Contacts = [name],
                        Scope = name,
                        SignedBy = signer,
                        Keys =
                        [
                            new PublicJwk
                            {
                                Kty = "EC",
                                Crv = "P-256",
                                X = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                                Y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
                            },
                        ],
                    },
                },
                1000,
                default
            );
    }

    private static async Task<IReadOnlyList<RegistrationRequest>> PendingAsync(ConsoleServer server) =>
        (await RequestsOf(server).ListAsync(new RegistrationFilter { State = RegistrationState.Pending }, 0, 1000, default)).Items;

    private static FakeRegistrationRequests RequestsOf(ConsoleServer server) =>
        (FakeRegistrationRequests)server.Admin.Services.GetRequiredService<IRegistrationRequests>();

    [GeneratedRegex("name=\"fingerprint\" value=\"([0-9a-f]+)\"")]
    private static partial Regex Fingerprint();

    [GeneratedRegex("name=\"seen\" value=\"([^\"]*)\"")]
    private static partial Regex Seen();

    [GeneratedRegex("<input type=\"hidden\" name=\"([a-z_]+)\" value=\"([^\"]*)\"")]
    private static partial Regex Hidden();
}
