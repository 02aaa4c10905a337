using System.Net;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>
/// What looks like a patient is driven through every stage, also where things go wrong; no log has any of it, and the trail has the
/// patient.
/// </summary>
public sealed class CanaryLogTests(CanaryWorld world) : IClassFixture<CanaryWorld>
{
    private const string Patient = "canary-patient-81c2";
    private const string Query = "CanaryQuery-1b7d";
    private const string Header = "canary-header-55aa";
    private const string Body = "CanaryBody-902e";
    private const string Claim = "canary-claim-3e3e";
    private const string Admin = "canary-admin-77f0";

    // From the upstream's data and from its errors.
    private static readonly string[] Upstream = ["Heuvel", "0648352638", "Chalmers", "SELECT failed", "1974-12-25", "ehr-internal"];

    private static readonly string[] Faults =
    [
        "html",
        "xml",
        "truncated-json",
        "trailing-json",
        "wrong-content-type",
        "deflate-claimed",
        "bom",
        "invalid-utf8",
        "empty",
        "cut",
        "redirect",
        "unauthorized",
        "server-error",
        "foreign-resource",
        "set-cookie",
    ];

    [Fact]
    public async Task Logs_AfterEveryStageAndFault_HoldNoPatientAndNoSecret()
    {
        var ward = await world.TokenAsync(world.Ward);
        var lab = await world.TokenAsync(world.Lab);
        var decisions = await ReadAsync(ward, lab);
        await WriteAsync(lab);
        await BreakAsync(ward);
        await MisuseTokensAsync(ward);
        await AdministerAsync();
        var record = Assert.Single(await world.TrailAsync(decisions), one => (string?)one["kind"] is "decision" or "disclosure");
        var metrics = await ScrapeAsync();
        await world.Gateway.StopAsync();

        var spans = world.Collector.TextOf("traces");
        AssertTold(metrics, spans, world.Collector.TextOf("metrics"));
        var logs =
            world.Gateway.Output
            + string.Concat(Directory.GetFiles(world.Folder, "gateway-*.log").Select(File.ReadAllText))
            + metrics
            + spans
            + world.Collector.TextOf("metrics");
        Assert.Contains("Enforcing registry revision", logs);
        Assert.Contains(
            logs.Split('\n'),
            line => line.Contains($"\"DecisionId\":\"{decisions}\"", StringComparison.Ordinal) && line.Contains("\"Milliseconds\":")
        );
        foreach (
            var canary in new[]
            {
                Patient,
                Query,
                Header,
                Body,
                Claim,
                Admin,
                ward,
                lab,
                ward.Split('.')[1],
                "backend-secret",
                "phigw-test-bootstrap-key",
                "mary.smith@",
            }.Concat(Upstream)
        )
        {
            Assert.DoesNotContain(canary, logs, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Contains(Patient, record.ToJsonString());
    }

    private async Task<string> ScrapeAsync()
    {
        using var nobody = new AdminClient(world.Gateway.Admin, "phigw_nobody-of-this-name-0123456789");
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.TryAsync(HttpMethod.Get, "/metrics")).Status);
        var (status, text) = await world.Mary.TryAsync(HttpMethod.Get, "/metrics");
        Assert.Equal(HttpStatusCode.OK, status);
        return text;
    }

    // That the product's numbers and the requests' spans are there, and no attribute that could hold a URL, a host or a program's name.
    private static void AssertTold(string scraped, string spans, string metrics)
    {
        Assert.Contains("phi_gateway_decisions", scraped);
        Assert.Contains("phi_gateway.decisions", metrics);
        Assert.Contains("http.request.method", spans);
        Assert.Contains("phi_gateway.decision_id", spans);
        Assert.DoesNotContain("decision_id", scraped + metrics, StringComparison.Ordinal);
        foreach (var name in new[] { "url.", "server.address", "client.address", "user_agent", "peer.", "Query", "tracestate" })
        {
            Assert.DoesNotContain(name, spans, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("url_", scraped, StringComparison.Ordinal);
        Assert.DoesNotContain("server_address", scraped, StringComparison.Ordinal);
    }

    private async Task<string> ReadAsync(string ward, string lab)
    {
        await world.GetAsync("/Patient/f001", ward);
        await world.GetAsync($"/Patient?family={Query}&birthdate=1974-12-25", ward);
        await world.GetAsync($"/Observation?patient={Patient}&category=laboratory", lab);
        await world.GetAsync($"/Patient?nonsense={Query}", ward);
        await world.GetAsync($"/Patient/{Query}/..;/{Patient}", ward);
        await world.GetAsync($"/{Query}/{Patient}", ward);
        await world.SendAsync(
            HttpMethod.Get,
            "/Patient/f001",
            ward,
            headers: [("X-Canary", Header), ("X-Tenant", Header), ("If-None-Match", $"W/\"{Header}\"")]
        );
        await world.SendAsync(
            HttpMethod.Get,
            "/Patient/f001",
            ward,
            headers:
            [
                ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                ("tracestate", $"a={Header}"),
                ("baggage", $"a={Header}"),
            ]
        );
        await world.SendAsync(HttpMethod.Get, "/Patient/f001", ward, headers: [("X-HTTP-Method-Override", Header), ("Prefer", Header)]);
        await world.SendAsync(
            HttpMethod.Post,
            "/Observation/_search",
            ward,
            $"patient={Patient}&code={Query}",
            "application/x-www-form-urlencoded"
        );
        return (await world.GetAsync($"/Patient/{Patient}", ward)).DecisionId;
    }

    private async Task WriteAsync(string lab)
    {
        await world.SendAsync(
            HttpMethod.Post,
            "/Observation",
            lab,
            $$"""{"resourceType":"Observation","status":"{{Body}}","subject":{"reference":"Patient/{{Patient}}"},"""
        );
        await world.SendAsync(HttpMethod.Post, "/Observation", lab, $$"""{"resourceType":"{{Body}}","valueString":"{{Body}}"}""");
        await world.SendAsync(
            HttpMethod.Post,
            "/Observation",
            lab,
            $$"""{"resourceType":"Observation","status":"final","code":{"text":"{{Body}}"},"subject":{"reference":"Patient/f001"},"valueString":"{{Body}}"}"""
        );
        await world.SendAsync(
            HttpMethod.Put,
            $"/Observation/{Patient}",
            lab,
            $$"""{"resourceType":"Observation","id":"{{Patient}}","subject":{"reference":"Patient/f001"},"valueString":"{{Body}}"}"""
        );
        await world.SendAsync(
            HttpMethod.Patch,
            "/Observation/f001",
            lab,
            $$"""[{"op":"replace","path":"/{{Body}}","value":"{{Body}}"}]""",
            "application/json-patch+json"
        );
    }

    private async Task BreakAsync(string ward)
    {
        foreach (var fault in Faults)
        {
            await world.Backend.SetFaultAsync(fault, times: 1);
            await world.GetAsync($"/Patient/f001?_elements=name&_id={Patient}", ward);
            await world.GetAsync("/Patient/f001", ward);
            await world.Backend.ClearFaultsAsync();
        }
    }

    private async Task MisuseTokensAsync(string ward)
    {
        await world.GetAsync("/Patient/f001", null);
        await world.GetAsync("/Patient/f001", ward[..^4] + "AAAA");
        await world.GetAsync("/Patient/f001", await world.TokenAsync(world.Stranger));
        await world.GetAsync($"/Patient?access_token={ward}", null);
        var forged =
            $"{Encode("""{"alg":"ES256","typ":"at+jwt","kid":"x"}""")}.{Encode($$"""{"iss":"{{Claim}}","sub":"{{Claim}}","client_id":"{{Claim}}"}""")}.AAAA";
        await world.GetAsync("/Patient/f001", forged);
        await world.GetAsync("/Patient/f001", $"{Encode($"{{{Claim}")}.{Encode(Claim)}.AAAA");
    }

    private async Task AdministerAsync()
    {
        await world.Mary.TryAsync(HttpMethod.Put, $"rosters/acme-orders/members/{Patient}", new { });
        await world.Mary.TryAsync(HttpMethod.Put, $"rosters/acme-orders/members/{Patient}%20{Query}", new { surplus = Admin });
        await world.Mary.TryAsync(HttpMethod.Get, $"rosters/acme-orders/members/{Patient}");
        await world.Mary.TryAsync(
            HttpMethod.Post,
            "organizations",
            new
            {
                id = Admin,
                kind = Admin,
                name = Admin,
            }
        );
        await world.Mary.TryAsync(HttpMethod.Post, "organizations", Admin);
        await world.Wei.TryAsync(HttpMethod.Get, $"audit?patient={Patient}&reason={Query}");
        await world.Wei.TryAsync(HttpMethod.Get, $"audit?patient={Patient}");
        await world.Wei.TryAsync(HttpMethod.Get, $"{Admin}/{Patient}");
        using var nobody = new AdminClient(world.Gateway.Admin, $"phigw_{Admin}");
        await nobody.TryAsync(HttpMethod.Get, $"audit?patient={Patient}");
    }

    private static string Encode(string text) =>
        Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
