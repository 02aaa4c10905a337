using PhiGateway.Console.Sessions;
using PhiGateway.Console.SignIn;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>A session begins under a new name, ends by idleness, by age and by its person, and leads nowhere but into the console.</summary>
public sealed class ConsoleSessionTests
{
    [Fact]
    public async Task SignIn_Cookie_IsHostLockedAndNew()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = server.Browser();
        browser.Cookies[ConsoleCookies.Session] = "planted";
        var page = await browser.GetAsync("/console/sign-in");
        var signedIn = await browser.PostAsync(
            "/console/sign-in",
            [("_token", ConsoleBrowser.TokenOf(page)), ("person", "all"), ("to", "/console/now")]
        );

        Assert.Equal(303, signedIn.Status);
        Assert.NotEqual("planted", browser.Cookies[ConsoleCookies.Session]);
        Assert.Contains("__Host-phigw-console=", signedIn.Headers["Set-Cookie"]);
        foreach (var flag in (string[])["secure", "httponly", "samesite=strict", "path=/"])
        {
            Assert.Contains(flag, signedIn.Headers["Set-Cookie"], StringComparison.OrdinalIgnoreCase);
        }

        Assert.Equal(
            ("console.sign-in", "all@hospital.example"),
            (server.Admin.Journal.Records[^1].Event, server.Admin.Journal.Records[^1].Actor)
        );
    }

    [Fact]
    public async Task SignIn_Again_EndsTheSessionBefore()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = await server.SignInAsync("all");
        var first = browser.Cookies[ConsoleCookies.Session];
        await browser.SignInAsync("viewer");

        using var thief = server.Browser();
        thief.Cookies[ConsoleCookies.Session] = first;
        Assert.Equal(303, (await thief.GetAsync("/console/now")).Status);
        Assert.Equal(200, (await browser.GetAsync("/console/now")).Status);
    }

    [Fact]
    public async Task SignIn_FormOfAnotherBrowser_IsRefused()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var attacker = server.Browser();
        using var victim = server.Browser();
        var token = ConsoleBrowser.TokenOf(await attacker.GetAsync("/console/sign-in"));
        await victim.GetAsync("/console/sign-in");

        Assert.Equal(403, (await victim.PostAsync("/console/sign-in", [("_token", token), ("person", "all")])).Status);
        Assert.DoesNotContain(ConsoleCookies.Session, victim.Cookies.Keys);
    }

    [Fact]
    public async Task SignIn_OutsideTheDemonstration_ChoosesNobody()
    {
        await using var server = await ConsoleServer.StartAsync(isDemo: false);
        using var browser = server.Browser();
        var page = await browser.GetAsync("/console/sign-in");

        Assert.Contains("Nobody can be signed in", page.Text);
        Assert.Equal(401, (await browser.PostAsync("/console/sign-in", [("person", "all")])).Status);
        Assert.DoesNotContain(ConsoleCookies.Session, browser.Cookies.Keys);
    }

    [Fact]
    public async Task Session_Idle_EndsAndOneInUseDoesNot()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = await server.SignInAsync("all");
        for (var i = 0; i < 4; i++)
        {
            server.Admin.Time.Now += TimeSpan.FromMinutes(14);
            Assert.Equal(200, (await browser.GetAsync("/console/now")).Status);
        }

        server.Admin.Time.Now += TimeSpan.FromMinutes(15);
        Assert.Equal(303, (await browser.GetAsync("/console/now")).Status);
    }

    [Fact]
    public async Task Session_InUseForLong_EndsAllTheSame()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = await server.SignInAsync("all");
        for (var minutes = 10; minutes < 8 * 60; minutes += 10)
        {
            server.Admin.Time.Now += TimeSpan.FromMinutes(10);
            Assert.Equal(200, (await browser.GetAsync("/console/patient")).Status);
        }

        server.Admin.Time.Now += TimeSpan.FromMinutes(10);
        Assert.Equal(303, (await browser.GetAsync("/console/patient")).Status);
    }

    [Fact]
    public async Task SignOut_Session_IsDead()
    {
        await using var server = await ConsoleServer.StartAsync();
        using var browser = await server.SignInAsync("all");
        var token = browser.Cookies[ConsoleCookies.Session];
        var answer = await browser.SubmitAsync("/console/now", "/console/sign-out");

        Assert.Equal(200, answer.Status);
        Assert.DoesNotContain(ConsoleCookies.Session, browser.Cookies.Keys);
        using var thief = server.Browser();
        thief.Cookies[ConsoleCookies.Session] = token;
        Assert.Equal(303, (await thief.GetAsync("/console/now")).Status);
    }

    [Fact]
    public async Task Sessions_OfOnePerson_AreFew()
    {
        await using var server = await ConsoleServer.StartAsync();
        var browsers = new List<ConsoleBrowser>();
        for (var i = 0; i <= ConsoleSessions.MostOfOne; i++)
        {
            server.Admin.Time.Now += TimeSpan.FromSeconds(1);
            browsers.Add(await server.SignInAsync("all"));
        }

        Assert.Equal(303, (await browsers[0].GetAsync("/console/now")).Status);
        Assert.Equal(200, (await browsers[^1].GetAsync("/console/now")).Status);
        browsers.ForEach(static browser => browser.Dispose());
    }

    [Theory]
    [InlineData("/console/audit?reason=outside-roster", "/console/audit?reason=outside-roster")]
    [InlineData(null, "/console/now")]
    [InlineData("", "/console/now")]
    [InlineData("//evil.example", "/console/now")]
    [InlineData("/\\evil.example", "/console/now")]
    [InlineData("https://evil.example/console/", "/console/now")]
    [InlineData("/console/..//evil.example", "/console/now")]
    [InlineData("/console/\t/evil", "/console/now")]
    [InlineData("/console", "/console/now")]
    [InlineData("/admin/v1/clients", "/console/now")]
    [InlineData("/console/sign-out", "/console/now")]
    [InlineData("javascript:alert(1)", "/console/now")]
    public void ReturnPath_OfAParameter_StaysInTheConsole(string? wanted, string expected) => Assert.Equal(expected, ReturnPath.Of(wanted));
}
