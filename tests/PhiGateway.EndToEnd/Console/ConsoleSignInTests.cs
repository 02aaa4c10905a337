using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.EndToEnd.Peers;
using Xunit;

namespace PhiGateway.EndToEnd.Console;

/// <summary>People are signed in to the console by an identity provider that nobody here wrote, with the roles that it says.</summary>
public sealed class ConsoleSignInTests
{
    [Fact]
    public async Task Provider_PersonWithARole_IsSignedInAsThatPerson()
    {
        await using var world = await World.StartAsync("auditor", "nothing-we-know");
        using var browser = new Browser(world.Origin);

        var (callback, _) = await browser.AskProviderAsync("/console/clients?q=acme");
        var signedIn = await browser.GetAsync(callback);
        Assert.Equal(HttpStatusCode.SeeOther, signedIn.Status);
        Assert.Equal("/console/signed-in?to=%2Fconsole%2Fclients%3Fq%3Dacme", signedIn.Location);
        var back = await browser.GetAsync(new Uri(world.Origin, signedIn.Location!));
        Assert.Equal("0; url=/console/clients?q=acme", back.Refresh);
        var page = await browser.GetAsync(new Uri(world.Origin, "/console/clients?q=acme"));
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains("Ana Reyes", page.Text);
        Assert.Contains("/console/audit", page.Text);

        // The code and the state are of one browser and one use.
        using var other = new Browser(world.Origin);
        Assert.Equal(HttpStatusCode.Forbidden, (await other.GetAsync(callback)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await browser.GetAsync(callback)).Status);
        Assert.Equal(HttpStatusCode.SeeOther, (await other.GetAsync(new Uri(world.Origin, "/console/clients"))).Status);
    }

    [Fact]
    public async Task Provider_EndsTheSession_AndItHasEndedHere()
    {
        await using var world = await World.StartAsync("viewer");
        using var browser = new Browser(world.Origin);
        var (callback, _) = await browser.AskProviderAsync("/console/now");
        await browser.GetAsync(callback);
        var now = new Uri(world.Origin, "/console/now");
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(now)).Status);

        using var http = new HttpClient();
        using var forged = new FormUrlEncodedContent([KeyValuePair.Create("logout_token", "e30.e30.x")]);
        using var refused = await http.PostAsync(new Uri(world.Origin, "/console/sign-in/ended"), forged);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync(now)).Status);

        using var ended = await http.GetAsync(new Uri(world.Provider, "/end"));
        Assert.True(ended.StatusCode == HttpStatusCode.NoContent, await ended.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.GetAsync(now)).Status);
    }

    [Fact]
    public async Task Provider_PersonWithoutARole_IsTurnedAway()
    {
        await using var world = await World.StartAsync("nothing-we-know");
        using var browser = new Browser(world.Origin);

        var (callback, asked) = await browser.AskProviderAsync("https://evil.example/");
        var answer = await browser.GetAsync(callback);
        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Contains("Your account has no role here", answer.Text);
        Assert.Equal(HttpStatusCode.SeeOther, (await browser.GetAsync(new Uri(world.Origin, "/console/now"))).Status);

        // Pushed, so that the address at the provider says nothing of what was asked.
        Assert.Contains("request_uri=", asked, StringComparison.Ordinal);
        Assert.DoesNotContain("redirect_uri=", asked, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Provider_AskedAnew_LetsTheStepPassThatWaited()
    {
        await using var world = await World.StartAsync("auditor");
        using var browser = new Browser(world.Origin);
        var (callback, _) = await browser.AskProviderAsync("/console/now");
        await browser.GetAsync(callback);
        var export = new Uri(world.Origin, "/console/audit/export?format=csv&decision=deny");

        // The provider knew the person from an hour before.
        var asked = await browser.GetAsync(export);
        Assert.Equal(HttpStatusCode.Forbidden, asked.Status);
        Assert.Contains("/console/sign-in/provider?fresh=1", asked.Text, StringComparison.Ordinal);

        // The strict session cookie does not come back with the provider's redirect.
        var (again, _) = await browser.AskProviderAsync("/console/held", "&fresh=1");
        var signedIn = await browser.GetAsync(again, isForeign: true);
        Assert.Equal("/console/signed-in?to=%2Fconsole%2Fheld", signedIn.Location);
        var held = await browser.GetAsync(new Uri(world.Origin, "/console/held"));
        Assert.Contains("Take it now", held.Text, StringComparison.Ordinal);
        Assert.Contains("format=csv&amp;decision=deny", held.Text, StringComparison.Ordinal);

        // At once, or behind the pages where it takes longer than one may.
        Assert.Contains((await browser.GetAsync(export)).Status, (HttpStatusCode[])[HttpStatusCode.OK, HttpStatusCode.SeeOther]);
    }

    private sealed class World : IAsyncDisposable
    {
        private readonly StartupFolder _folder;
        private readonly NodeProcess _provider;
        private readonly GatewayProcess _gateway;

        private World(StartupFolder folder, NodeProcess provider, GatewayProcess gateway) =>
            (_folder, _provider, _gateway) = (folder, provider, gateway);

        public Uri Origin => _gateway.Admin;

        public Uri Provider => new(_provider.Address);

        public static async Task<World> StartAsync(params string[] roles)
        {
            var folder = new StartupFolder();
            var console = $"http://127.0.0.1:{folder.AdminPort}";
            var config = folder.At("people.json");
            await File.WriteAllTextAsync(
                config,
                JsonSerializer.Serialize(
                    new
                    {
                        clientId = "console",
                        clientSecret = "console-secret",
                        redirectUri = console + "/console/sign-in/callback",
                        logoutUri = console + "/console/sign-in/ended",
                        person = "ana.reyes@hospital.example",
                        name = "Ana Reyes",
                        roles,
                        signedInAgo = 3600,
                    }
                )
            );
            await File.WriteAllTextAsync(folder.At("console.secret"), "console-secret");
            var provider = await NodeProcess.StartAsync("people.mjs", config);
            var admin = folder.Gateway["Admin"]!.AsObject();
            admin["Oidc"] = new JsonObject
            {
                ["Issuer"] = provider.Address,
                ["Audience"] = "phi-gateway-admin",
                ["Algorithms"] = new JsonArray("ES256"),
            };
            admin["Console"] = new JsonObject
            {
                ["PublicBase"] = console,
                ["ClientId"] = "console",
                ["ClientSecret"] = $"file:{folder.At("console.secret")}",
                ["StepUp"] = new JsonObject { ["Within"] = "00:05:00" },
            };
            var gateway = folder.Prepare();
            await gateway.StartAsync(untilReady: false);
            return new World(folder, provider, gateway);
        }

        public async ValueTask DisposeAsync()
        {
            await _gateway.DisposeAsync();
            await _provider.DisposeAsync();
            _folder.Dispose();
        }
    }

    // Keeps the console's cookies itself: they are for secure connections, which loopback is to a browser and not to HttpClient.
    private sealed class Browser(Uri console) : IDisposable
    {
        private readonly Dictionary<string, string> _cookies = [];
        private readonly HttpClient _http = new(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false });
        private readonly HttpClient _provider = new(new HttpClientHandler { AllowAutoRedirect = false });

        public async Task<(Uri Callback, string Asked)> AskProviderAsync(string to, string more = "")
        {
            var sent = await GetAsync(new Uri(console, "/console/sign-in/provider?to=" + Uri.EscapeDataString(to) + more));
            Assert.Equal(HttpStatusCode.Redirect, sent.Status);
            var next = new Uri(sent.Location!);
            for (var step = 0; step < 10; step++)
            {
                using var answer = await _provider.GetAsync(next);
                next = new Uri(
                    next,
                    answer.Headers.Location ?? throw new InvalidOperationException(await answer.Content.ReadAsStringAsync())
                );
                if (next.Authority == console.Authority)
                {
                    return (next, sent.Location!);
                }
            }

            throw new InvalidOperationException("The provider did not send the browser back.");
        }

        public async Task<(HttpStatusCode Status, string? Location, string? Refresh, string Text)> GetAsync(
            Uri address,
            bool isForeign = false
        )
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            request.Headers.TryAddWithoutValidation(
                "Cookie",
                string.Join(
                    "; ",
                    _cookies
                        .Where(pair => !isForeign || pair.Key != "__Host-phigw-console")
                        .Select(static pair => $"{pair.Key}={pair.Value}")
                )
            );
            using var response = await _http.SendAsync(request);
            foreach (var set in response.Headers.TryGetValues("Set-Cookie", out var values) ? values : [])
            {
                Assert.StartsWith("__Host-", set, StringComparison.Ordinal);
                var pair = set.Split(';')[0].Split('=', 2);
                _cookies[pair[0]] = pair[1];
            }

            var refresh = response.Headers.TryGetValues("Refresh", out var found) ? found.Single() : null;
            return (response.StatusCode, response.Headers.Location?.OriginalString, refresh, await response.Content.ReadAsStringAsync());
        }

        public void Dispose()
        {
            _http.Dispose();
            _provider.Dispose();
        }
    }
}
