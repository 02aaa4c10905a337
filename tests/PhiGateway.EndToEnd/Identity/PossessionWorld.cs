using System.Net;
using System.Text.Json.Nodes;
using PhiGateway.EndToEnd.Peers;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.EndToEnd.Identity;

/// <summary>
/// A world whose identity provider does more than give a secret's holder a bearer token: it binds tokens of one client to a key (DPoP), and
/// gives tokens of an app to people whom an EHR sends there (SMART App Launch).
/// </summary>
public sealed class PossessionWorld : GatewayWorld
{
    public PossessionWorld() =>
        Prover = new IdentityProviderClient("prover", "system/*.rs")
        {
            Jwks = JsonNode.Parse(SigningKey.Jwks([Key])),
            AssertionAlgorithm = "ES384",
            Dpop = true,
            Claims = new JsonObject { ["purpose_of_use"] = new JsonArray("TREAT") },
        };

    /// <summary>By what the EHR launches the app where the chart of f001 is open.</summary>
    internal const string Launch = "chart-of-f001";

    /// <summary>The app that people launch.</summary>
    internal const string App = "chart-app";

    /// <summary>Where they come back to it.</summary>
    internal string AppPlace { get; } = $"http://127.0.0.1:{LoopbackPort.Free()}/app";

    /// <summary>The app's key pair, for <c>private_key_jwt</c>.</summary>
    internal SigningKey AppKey { get; } = SigningKey.Es384("chart-app-1");

    /// <summary>The client's key pair, for <c>private_key_jwt</c>.</summary>
    internal SigningKey Key { get; } = SigningKey.Es384("prover-1");

    internal IdentityProviderClient Prover { get; }

    private async Task<Reply> CallAsync(string token, SigningKey key)
    {
        using var http = new HttpClient();
        var place = new Uri(Gateway.Data, "/fhir/Patient/f001");
        var proof = new ProofRecipe(key, token, "GET", place.AbsoluteUri, TimeProvider.System.GetUtcNow()).Sign();
        (string, string)[] headers = [("Authorization", "DPoP " + token), ("DPoP", proof)];
        return await Reply.AskAsync(http, new HttpRequestMessage(HttpMethod.Get, place), null, null, "application/fhir+json", headers);
    }

    private protected override string Provider => "Sqlite";

    private protected override IReadOnlyList<IdentityProviderClient> MoreClients =>
        [
            Prover,
            new IdentityProviderClient(App, "launch patient/Patient.rs patient/Observation.rs")
            {
                Jwks = JsonNode.Parse(SigningKey.Jwks([AppKey])),
                AssertionAlgorithm = "ES384",
                RedirectUri = AppPlace,
                Claims = new JsonObject { ["purpose_of_use"] = new JsonArray("TREAT") },
            },
        ];

    private protected override JsonObject Launches =>
        new()
        {
            [Launch] = new JsonObject { ["person"] = "dr.adams", ["patient"] = "f001" },
        };

    private protected override void Shape(JsonObject configuration) =>
        configuration["PhiGateway"]!["SmartEndpoints"] = new JsonObject { ["Authorization"] = Issuer.Issuer + "/auth" };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await AdmitAsync(App, "ward-charting");
        await AdmitAsync(Prover.ClientId, "ward-charting", "dpop");

        // The node follows the registry: once this client's call passes, its approval is in force.
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var key = SigningKey.Es256("first");
        var token = await Issuer.BoundTokenAsync(Prover, Key, key);
        while ((await CallAsync(token, key)).Status != HttpStatusCode.OK)
        {
            await Task.Delay(20, patience.Token);
        }
    }
}
