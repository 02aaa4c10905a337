using System.Text.Json.Nodes;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Release.Documents;
using PhiGateway.Gateway.Release.Leaving;
using PhiGateway.Identity.Issuers;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>Of an issuer that is not the gateway's own the SMART configuration tells what that issuer, or the operator, has said: no guess.</summary>
public sealed class SmartConfigurationTests
{
    private const string Issuer = "https://idp.example/realms/hospital";

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("https://idp.example/protocol/token", null, "https://idp.example/protocol/token")]
    [InlineData("https://idp.example/protocol/token", "https://apps.example/token", "https://apps.example/token")]
    [InlineData(null, "https://apps.example/token", "https://apps.example/token")]
    public async Task Release_TokenEndpoint_IsWhatWasSaid(string? discovered, string? configured, string? told)
    {
        var known = new IssuerPlaces(discovered, discovered is null ? null : Issuer + "/certs", []);
        var document = await AskAsync(known, configured);

        Assert.Equal(Issuer, (string?)document["issuer"]);
        Assert.Equal(told, (string?)document["token_endpoint"]);
        Assert.Equal(discovered is null ? null : Issuer + "/certs", (string?)document["jwks_uri"]);
        Assert.DoesNotContain("token_endpoint_auth_methods_supported", document.AsObject().Select(static member => member.Key));
    }

    [Theory]
    [InlineData("private_key_jwt", "client-confidential-asymmetric", "client-confidential-symmetric")]
    [InlineData("client_secret_basic", "client-confidential-symmetric", "client-confidential-asymmetric")]
    public async Task Release_Capabilities_AreThoseOfTheIssuer(string method, string has, string lacks)
    {
        var document = await AskAsync(new IssuerPlaces(Issuer + "/token", Issuer + "/certs", [method]), null);

        var capabilities = document["capabilities"]!.AsArray().Select(static one => (string?)one).ToList();
        Assert.Contains(has, capabilities);
        Assert.DoesNotContain(lacks, capabilities);
        Assert.Equal(method, (string?)document["token_endpoint_auth_methods_supported"]![0]);
    }

    // Whether an EHR launches apps its operator knows, and nobody here.
    [Fact]
    public async Task Release_CapabilitiesThatTheOperatorNames_AreToldBesideTheKnown()
    {
        var known = new IssuerPlaces(Issuer + "/token", Issuer + "/certs", []);
        var plain = await AskAsync(known, null);
        var told = await AskAsync(
            known,
            null,
            change: static smart =>
            {
                smart.Capabilities = ["launch-ehr", "context-ehr-patient", "permission-patient"];
                smart.Scopes = ["launch", "patient/*.rs"];
            }
        );

        Assert.Equal([.. Texts(plain, "capabilities"), "launch-ehr", "context-ehr-patient"], Texts(told, "capabilities"));
        Assert.Equal(["launch", "patient/*.rs"], Texts(told, "scopes_supported"));
        Assert.Null(plain["scopes_supported"]);
    }

    private static IEnumerable<string?> Texts(JsonNode document, string member) =>
        document[member]!.AsArray().Select(static one => (string?)one);

    // Client libraries that know the capability statement alone (Python's fhirclient) find both there.
    [Fact]
    public async Task Release_CapabilityStatement_SaysWhereTokensAreWhereAPersonIsSentSomewhere()
    {
        var known = new IssuerPlaces(Issuer + "/token", Issuer + "/certs", []);
        var told = await AskAsync(known, null, "/fhir/metadata", Issuer + "/auth");
        var silent = await AskAsync(known, null, "/fhir/metadata");

        var extension = told["rest"]![0]!["security"]!["extension"]![0]!;
        Assert.Equal("http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris", (string?)extension["url"]);
        Assert.Equal(
            [("authorize", Issuer + "/auth"), ("token", Issuer + "/token")],
            extension["extension"]!.AsArray().Select(static one => ((string?)one!["url"], (string?)one["valueUri"]))
        );
        Assert.Null(silent["rest"]![0]!["security"]!["extension"]);
    }

    private static async Task<JsonNode> AskAsync(
        IssuerPlaces known,
        string? token,
        string target = "/fhir/.well-known/smart-configuration",
        string? authorization = null,
        Action<SmartEndpointOptions>? change = null
    )
    {
        using var world = new StageWorld(
            null,
            options =>
            {
                options.Issuers = [new IssuerOptions { Name = "hospital", Issuer = Issuer }];
                options.SmartEndpoints.Token = token;
                options.SmartEndpoints.Authorization = authorization;
                change?.Invoke(options.SmartEndpoints);
            }
        );
        using var exchange = world.Open("GET", target);
        Assert.True((await world.WalkAsync(exchange, "Ingress")).Continues);
        var documents = new DiscoveryDocuments(world.Get<GatewayOptions>(), world.Get<Exit>(), null, new Fixed(known));
        Assert.True((await documents.ReleaseAsync(exchange)).Continues);
        return JsonNode.Parse(StageWorld.Written(exchange))!;
    }

    private sealed class Fixed(IssuerPlaces known) : IIssuerPlaces
    {
        public IssuerPlaces Find(string issuer) => issuer == Issuer ? known : IssuerPlaces.None;
    }
}
