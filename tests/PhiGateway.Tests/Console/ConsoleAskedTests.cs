using System.Net;
using System.Text.RegularExpressions;
using PhiGateway.Admin.Http;
using PhiGateway.Console.Http;
using PhiGateway.Console.Pages.Asked;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>
/// No word that is typed into a page comes into an address: every form is sent as a form, filters lead on to an address with the names that
/// the registry has and the rest sealed.
/// </summary>
public sealed partial class ConsoleAskedTests
{
    private const string Typed = "Erika Mustermann 4711";

    public static TheoryData<string> Sources =>
        new(
            RepositoryPaths
                .Files(RepositoryPaths.Of("src", "PhiGateway.Console"), "*.razor")
                .Select(static file => Path.GetRelativePath(RepositoryPaths.Root, file).Replace('\\', '/'))
        );

    [Theory]
    [MemberData(nameof(Sources))]
    public void Form_OfEveryPage_IsSentAsAForm(string file) =>
        Assert.All(
            Forms().Matches(File.ReadAllText(RepositoryPaths.Of(file.Split('/')))),
            form => Assert.True(form.Value.Contains("method=\"post\"", StringComparison.Ordinal), $"{file}: {form.Value}")
        );

    [Fact]
    public async Task Words_InEveryFilterOfEveryPage_StandInNoAddress()
    {
        await using var server = await ConsoleServer.StartAsync();
        await ConsoleFormTests.FillAsync(server);
        using var browser = await server.SignInAsync("all");
        var filters = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in PagesOf(server))
        {
            var page = await browser.GetAsync(path);
            foreach (Match form in Whole().Matches(page.Text))
            {
                var fields = Texts().Matches(form.Value).Select(static one => one.Groups["name"].Value).Distinct().ToList();
                if (!form.Value.Contains($"action=\"{AskedScreen.Path}\"", StringComparison.Ordinal) || fields.Count == 0)
                {
                    continue;
                }

                var hidden = Hidden().Matches(form.Value).Select(static one => (one.Groups["name"].Value, one.Groups["value"].Value));
                var led = await browser.PostAsync(AskedScreen.Path, [.. hidden, .. fields.Select(static name => (name, Typed))]);
                Assert.True(led.Status == 303, $"{path}: {led.Status}");
                IsFree(led.Headers["Location"], path);
                var shown = await browser.GetAsync(led.Headers["Location"]);
                Assert.True(shown.Status is 200 or 400 or 422, $"{led.Headers["Location"]}: {shown.Status}");
                Assert.All(shown.Headers, header => IsFree(header.Value, path));
                Assert.All(Addresses().Matches(shown.Text), address => IsFree(WebUtility.HtmlDecode(address.Value), path));
                filters.UnionWith(fields.Select(name => $"{AskedOf(form.Value)} {name}"));
            }
        }

        // As many as there are; a page that loses its filters is seen here.
        Assert.True(filters.Count >= 25, string.Join(", ", filters.Order()));
        Assert.Equal(AskedScreen.Pages.Order(), filters.Select(static one => one.Split(' ')[0]).Distinct().Order());
    }

    [Theory]
    [InlineData("/console/clients", "q", "acme-connector", "/console/clients?q=acme-connector")]
    [InlineData("/console/audit", "client", "acme-connector", "/console/audit?client=acme-connector")]
    [InlineData("/console/audit", "peer", "203.0.113.0/24", "/console/audit?peer=203.0.113.0%2F24")]
    [InlineData("/console/audit", "from", "2026-05-01 04:00", "/console/audit?from=2026-05-01%2004%3A00")]
    [InlineData("/console/audit", "reason", "outside-use-case", "/console/audit?reason=outside-use-case")]
    [InlineData("/console/audit", "decision", "deny", "/console/audit?decision=deny")]
    [InlineData("/console/audit", "event", "client.approve", "/console/audit?event=client.approve")]
    [InlineData("/console/audit", "event", "admin-key.*", "/console/audit?event=admin-key.%2A")]
    [InlineData("/console/alerts", "subject", "client/acme-connector", "/console/alerts?subject=client%2Facme-connector")]
    [InlineData("/console/history", "document", "organization/acme", "/console/history?document=organization%2Facme")]
    public async Task Names_ThatTheRegistryHas_StandInTheAddressForAColleague(string page, string field, string text, string address)
    {
        await using var server = await ConsoleServer.StartAsync();
        await ConsoleFormTests.FillAsync(server);
        using var browser = await server.SignInAsync("all");

        var led = await browser.SubmitAsync(page, AskedScreen.Path, ("_page", page), (field, text));
        Assert.Equal((303, address), (led.Status, led.Headers["Location"]));
        Assert.Equal(200, (await browser.GetAsync(address)).Status);
    }

    // The twin: what is no event of the gateway's may be anybody's name.
    [Theory]
    [InlineData("erika.mustermann")]
    [InlineData("erika")]
    [InlineData("client.4711")]
    public async Task Words_ThatAreNoEvent_StandSealed(string text)
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = await server.SignInAsync("auditor");

        var led = await browser.SubmitAsync("/console/audit", AskedScreen.Path, ("_page", "/console/audit"), ("event", text));
        Assert.Equal(303, led.Status);
        Assert.DoesNotContain(text, led.Headers["Location"], StringComparison.Ordinal);
        Assert.Contains($"value=\"{text}\"", (await browser.GetAsync(led.Headers["Location"])).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("viewer", "acme-connector", true)]
    [InlineData("viewer", "q2", false)]
    [InlineData("viewer", "campaign/q2", false)]
    [InlineData("operator", "q2", true)]
    [InlineData("viewer", "olga@hospital.example", false)]
    [InlineData("responder", "olga@hospital.example", false)]
    [InlineData("auditor", "olga@hospital.example", true)]
    public async Task Names_ThatOneMayNotRead_StandSealedLikeThoseOfNobody(string person, string text, bool isShown)
    {
        await using var server = await ConsoleServer.StartAsync();
        await ConsoleFormTests.FillAsync(server);
        using var browser = await server.SignInAsync(person);

        var led = await browser.SubmitAsync("/console/clients", AskedScreen.Path, ("_page", "/console/clients"), ("q", text));
        Assert.Equal(isShown, led.Headers["Location"] == "/console/clients?q=" + Uri.EscapeDataString(text));
        Assert.NotEqual(isShown, led.Headers["Location"].StartsWith("/console/clients?asked=", StringComparison.Ordinal));
        Assert.Equal(200, (await browser.GetAsync(led.Headers["Location"])).Status);
    }

    [Theory]
    [InlineData("/console/audit", "id", "4711")]
    [InlineData("/console/audit", "peer", "4711")]
    [InlineData("/console/audit", "from", "17 May")]
    [InlineData("/console/audit", "decision", "Erika M")]
    [InlineData("/console/clients", "q", "1980-01-01")]
    [InlineData("/console/alerts", "subject", "patient/acme-connector")]
    public async Task Words_ThatOnlyLookLikeNames_StandSealed(string page, string field, string text)
    {
        await using var server = await ConsoleServer.StartAsync();
        await ConsoleFormTests.FillAsync(server);
        using var browser = await server.SignInAsync("all");

        var led = await browser.SubmitAsync(page, AskedScreen.Path, ("_page", page), (field, text));
        Assert.StartsWith($"{page}?{SealedWords.Parameter}=", led.Headers["Location"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Words_Sealed_AreFoundOnEveryPageOfTheListAndByAColleague()
    {
        await using var server = await ConsoleServer.StartAsync();
        await server.Admin.Store.WriteAsync(
            [
                .. Enumerable
                    .Range(0, 60)
                    .Select(static place => new RegistryWrite(
                        RegistryKind.Organization,
                        $"org-{place:d2}",
                        $$"""{"id":"org-{{place:d2}}","kind":"vendor","name":"House {{place:d2}}"}""",
                        0
                    )),
            ],
            "test",
            default
        );
        using var browser = await server.SignInAsync("viewer");
        using var colleague = await server.SignInAsync("second");

        var led = await browser.SubmitAsync("/console/vendors", AskedScreen.Path, ("_page", "/console/vendors"), ("q", "HOUSE"));
        var first = await colleague.GetAsync(led.Headers["Location"]);
        Assert.Contains("60 organizations", first.Text, StringComparison.Ordinal);
        Assert.Contains("value=\"HOUSE\"", first.Text, StringComparison.Ordinal);
        var next = WebUtility.HtmlDecode(Next().Match(first.Text).Groups["href"].Value);
        IsFree(next, "HOUSE");
        Assert.Contains("House 30", (await colleague.GetAsync(next)).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("asked=")]
    [InlineData("asked=AAAA")]
    [InlineData("asked=%C3%BC")]
    [InlineData("asked=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Words_ThatCannotBeOpened_ShowNothingInsteadOfEverything(string query)
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = await server.SignInAsync("all");
        foreach (var page in AskedScreen.Pages)
        {
            var shown = await browser.GetAsync($"{page}?{query}");
            Assert.Equal(400, shown.Status);
            Assert.Contains("can no longer be read", shown.Text, StringComparison.Ordinal);
        }

        Assert.Equal(0, server.Admin.Trail.Looks);
    }

    [Theory]
    [InlineData("https://elsewhere.example/")]
    [InlineData("//elsewhere.example")]
    [InlineData("/console/sign-out")]
    [InlineData("/console/clients/../audit")]
    public async Task Form_OfAFilter_LeadsToNoPageButThoseWithFilters(string page)
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = await server.SignInAsync("all");
        Assert.Equal(400, (await browser.SubmitAsync("/console/clients", AskedScreen.Path, ("_page", page), ("q", "x"))).Status);
        var large = new string('x', 4000);
        Assert.Equal(
            400,
            (await browser.SubmitAsync("/console/clients", AskedScreen.Path, ("_page", "/console/clients"), ("q", large))).Status
        );
    }

    private static IEnumerable<string> PagesOf(ConsoleServer server) =>
        ConsoleAccessTests
            .Endpoints(server)
            .Where(static endpoint =>
                ConsoleAccessTests.MethodOf(endpoint) == "GET"
                && endpoint.Metadata.GetMetadata<RequiredRoles>() is not null
                && endpoint.Metadata.GetMetadata<NotAClick>() is null
            )
            .Select(static endpoint =>
                ConsoleAccessTests
                    .PathOf(endpoint)
                    .Replace("cases/nobody", "cases/c-1", StringComparison.Ordinal)
                    .Replace("reviews/nobody", "reviews/q2", StringComparison.Ordinal)
                    .Replace("alerts/nobody", "alerts/odd-1", StringComparison.Ordinal)
                    .Replace("nobody", "acme-connector", StringComparison.Ordinal)
            );

    private static void IsFree(string address, string where)
    {
        foreach (var word in Typed.Split(' ').Append("HOUSE"))
        {
            Assert.False(address.Contains(word, StringComparison.Ordinal), $"{where}: {address}");
        }
    }

    private static string AskedOf(string form) =>
        Hidden().Matches(form).First(static one => one.Groups["name"].Value == "_page").Groups["value"].Value;

    [GeneratedRegex("<form[^>]*>")]
    private static partial Regex Forms();

    [GeneratedRegex("<form.*?</form>", RegexOptions.Singleline)]
    private static partial Regex Whole();

    [GeneratedRegex("<input(?=[^>]*type=\"(text|search)\"|(?![^>]*type=))[^>]*name=\"(?<name>[^\"]+)\"[^>]*>")]
    private static partial Regex Texts();

    [GeneratedRegex("type=\"hidden\" name=\"(?<name>[^\"]+)\" value=\"(?<value>[^\"]*)\"")]
    private static partial Regex Hidden();

    [GeneratedRegex("(href|src|action)=\"[^\"]*\"|<title>.*?</title>")]
    private static partial Regex Addresses();

    [GeneratedRegex("rel=\"next\"[^>]*href=\"(?<href>[^\"]+)\"|href=\"(?<href>[^\"]+)\"[^>]*rel=\"next\"")]
    private static partial Regex Next();
}
