using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Xunit;

namespace PhiGateway.EndToEnd.TokenService;

/// <summary>RFC 8705 over real handshakes: a token is worth something over the connection of its certificate only.</summary>
public sealed class MutualTlsTests(MutualTlsWorld world) : IClassFixture<MutualTlsWorld>
{
    [Fact]
    public async Task Token_AskedForWithACertificate_IsBoundToIt()
    {
        var (status, answer) = await AskAsync("one", world.Certificate);

        Assert.Equal(HttpStatusCode.OK, status);
        var token = (string)answer["access_token"]!;
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]))!;
        Assert.Equal(Base64Url.EncodeToString(SHA256.HashData(world.Certificate.RawData)), (string)claims["cnf"]!["x5t#S256"]!);
        var proven = await CallAsync(token, world.Certificate);
        var without = await CallAsync(token, null);
        var other = await CallAsync(token, world.Other);

        Assert.Equal(HttpStatusCode.OK, proven.Status);
        Assert.Equal("mtls", (string?)(await world.TrailAsync(proven.DecisionId))[0]["binding"]);
        Assert.Equal((HttpStatusCode.Unauthorized, "binding-failed"), (without.Status, without.Code));
        Assert.Equal((HttpStatusCode.Unauthorized, "binding-failed"), (other.Status, other.Code));
    }

    [Fact]
    public async Task Token_AskedForWithoutACertificate_IsRefused()
    {
        var (status, answer) = await AskAsync("two", null);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request"), (status, (string?)answer["error"]));
    }

    private static async Task<(HttpStatusCode Status, JsonNode Answer)> PostAsync(
        string address,
        X509Certificate2? certificate,
        Dictionary<string, string> form
    )
    {
        using var http = MutualTlsWorld.With(certificate);
        using var response = await http.PostAsync(address, new FormUrlEncodedContent(form));
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    private Task<(HttpStatusCode Status, JsonNode Answer)> AskAsync(string jti, X509Certificate2? certificate)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var assertion = world.Key.Token(
            $$"""{"alg":"ES384","kid":"{{world.Key.KeyId}}","typ":"JWT"}""",
            new JsonObject
            {
                ["iss"] = MutualTlsWorld.Client,
                ["sub"] = MutualTlsWorld.Client,
                ["aud"] = world.Auth + "/token",
                ["exp"] = now + 240,
                ["jti"] = jti,
            }.ToJsonString()
        );
        return PostAsync(
            world.Auth + "/token",
            certificate,
            new Dictionary<string, string>
            {
                ["grant_type"] = "client_credentials",
                ["scope"] = "system/Patient.r",
                ["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                ["client_assertion"] = assertion,
            }
        );
    }

    private async Task<Reply> CallAsync(string token, X509Certificate2? certificate)
    {
        using var http = MutualTlsWorld.With(certificate);
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(world.Gateway.Data, "/fhir/Patient/f001"));
        return await Reply.AskAsync(http, request, token, null, "application/fhir+json", []);
    }
}
