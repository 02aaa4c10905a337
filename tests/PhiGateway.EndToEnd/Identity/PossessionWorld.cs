using System.Net;
using System.Text.Json.Nodes;
using PhiGateway.EndToEnd.Peers;
using PhiGateway.Tests.Common.Identity;

namespace PhiGateway.EndToEnd.Identity;

/// <summary>A world with a client that must prove possession of its key by DPoP, and gets its bound tokens from the identity provider.</summary>
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

    private protected override IReadOnlyList<IdentityProviderClient> MoreClients => [Prover];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
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
