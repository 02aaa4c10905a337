using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.EndToEnd.Peers;
using Xunit;

namespace PhiGateway.EndToEnd.TokenService;

/// <summary>
/// Clients for whom others vouch: by a certificate that OpenSSL made and openid-client shows, by a workload's token that jose signed.
/// </summary>
public sealed class VouchedClientTests(MutualTlsWorld world) : IClassFixture<MutualTlsWorld>
{
    private const string Subject = "\"/C=US/O=Hospital, North/CN=ward-board\"";

    [Fact]
    public async Task Token_ByANameInACertificateOfTheAuthority_IsServedOverItAlone()
    {
        var journey = await UntilKnownAsync(() => RunAsync(world.Chain.Issue("ward", Subject, "DNS:ward-board.hospital.example")));

        Assert.Null(journey.Error);
        Assert.Contains("tls_client_auth", journey.Methods);
        Assert.Equal(200, Assert.Single(journey.Calls).Status);
        using var without = MutualTlsWorld.With(null);
        Assert.Equal("binding-failed", (await CallAsync(without, journey.Token!.Text)).Code);

        // Renewed by the authority, nobody wrote anything.
        var renewed = await RunAsync(world.Chain.Issue("ward-2", Subject, "DNS:ward-board.hospital.example"));
        Assert.Equal((null, 200), (renewed.Error, renewed.Calls.Single().Status));
    }

    [Fact]
    public async Task Token_ByAnotherNameOrOfAnotherAuthority_IsInvalidClient()
    {
        _ = await UntilKnownAsync(() => RunAsync(world.Chain.Issue("known", Subject, "DNS:ward-board.hospital.example")));
        var stranger = OpenSslChain.Create(Path.Combine(Path.GetDirectoryName(world.Chain.Authorities)!, "strangers"));

        var other = await RunAsync(world.Chain.Issue("other", "\"/C=US/O=Hospital, North/CN=ward-boards\"", "DNS:x.example"));
        var forged = await RunAsync(stranger.Issue("forged", Subject, "DNS:ward-board.hospital.example"));

        Assert.Equal(("invalid_client", "invalid_client"), (other.Error, forged.Error));
    }

    [Fact]
    public async Task Call_WithAWorkloadsToken_IsServedWhereItIsForThisGateway()
    {
        using var http = MutualTlsWorld.With(null);
        var good = await SvidAsync($"{Base}/fhir", "4m");
        var reply = await CallAsync(http, good);
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (reply.Code == "unknown-client")
        {
            await Task.Delay(20, patience.Token);
            reply = await CallAsync(http, good);
        }

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        var record = (await world.TrailAsync(reply.DecisionId))[0];
        Assert.Equal(
            ("lab-feed", MutualTlsWorld.Workload, "none"),
            ((string?)record["client"], (string?)record["issuerClientId"], (string?)record["binding"])
        );
        var elsewhere = await CallAsync(http, await SvidAsync("https://ehr.hospital.example", "4m"));
        var tooLong = await CallAsync(http, await SvidAsync($"{Base}/fhir", "1h"));
        Assert.Equal((HttpStatusCode.Unauthorized, "invalid-token"), (elsewhere.Status, elsewhere.Code));
        Assert.Equal((HttpStatusCode.Unauthorized, "token-lifetime-too-long"), (tooLong.Status, tooLong.Code));
    }

    private string Base => world.Gateway.Data.GetLeftPart(UriPartial.Authority);

    private Task<string> SvidAsync(string audience, string life)
    {
        var jwk = world.Domain.PrivateJwk();
        jwk["alg"] = "ES256";
        return NodePeers.RunAsync(
            "clients/jwt-svid.mjs",
            new Dictionary<string, string>
            {
                ["DOMAIN_JWK"] = jwk.ToJsonString(),
                ["SUBJECT"] = MutualTlsWorld.Workload,
                ["AUDIENCE"] = audience,
                ["LIFE"] = life,
            }
        );
    }

    private async Task<TlsJourney> RunAsync((string Certificate, string Key) files)
    {
        var output = await NodePeers.RunAsync(
            "clients/tls-client.mjs",
            new Dictionary<string, string>
            {
                ["ISSUER"] = world.Auth,
                ["CLIENT_ID"] = MutualTlsWorld.Named,
                ["CERT"] = files.Certificate,
                ["KEY"] = files.Key,
                ["CA"] = world.OwnCertificate,
                ["SCOPE"] = "system/Patient.rs",
                ["RESOURCES"] = new JsonArray($"{Base}/fhir/Patient/f001").ToJsonString(),
            }
        );
        return JsonSerializer.Deserialize<TlsJourney>(output, JsonSerializerOptions.Web)!;
    }

    // The node follows the registry: a client that was just approved may not be known to it yet.
    private static async Task<TlsJourney> UntilKnownAsync(Func<Task<TlsJourney>> run)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (true)
        {
            var journey = await run();
            if (journey.Error is not ("invalid_client" or "unauthorized_client"))
            {
                return journey;
            }

            await Task.Delay(20, patience.Token);
        }
    }

    private async Task<Reply> CallAsync(HttpClient http, string token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(world.Gateway.Data, "/fhir/Patient/f001"));
        return await Reply.AskAsync(http, request, token.Trim(), null, "application/fhir+json", []);
    }

    private sealed record TlsJourney(IReadOnlyList<string> Methods, OAuthToken? Token, IReadOnlyList<OAuthCall> Calls, string? Error);
}
