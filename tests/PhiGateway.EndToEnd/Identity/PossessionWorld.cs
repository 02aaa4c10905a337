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

    private protected override string Provider => "Sqlite";

    private protected override IReadOnlyList<IdentityProviderClient> MoreClients => [Prover];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await AdmitAsync(Prover.ClientId, "ward-charting", "dpop");
    }
}
