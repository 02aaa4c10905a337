using System.Text.Json.Nodes;
using PhiGateway.EndToEnd.Peers;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>One node with a client that is permitted nearly everything, so that what is refused was refused for its form.</summary>
public sealed class OpenWorld : GatewayWorld
{
    private static readonly string[] Everything = ["read", "vread", "search", "create", "update", "patch", "delete", "history"];

    private protected override string Provider => "Sqlite";

    /// <summary>Known to the identity provider and to nobody else, while the stranger is one no longer.</summary>
    internal IdentityProviderClient Nobody { get; } =
        new("nobody", "system/*.cruds")
        {
            ClientSecret = "nobody-secret-for-tests-0123456789",
            Claims = new JsonObject { ["purpose_of_use"] = new JsonArray("TREAT") },
        };

    private protected override IReadOnlyList<IdentityProviderClient> MoreClients => [Nobody];

    /// <summary>The FHIR base's authority, for the Host header.</summary>
    internal string Host => Gateway.Data.Authority;

    /// <summary>The stranger is one no longer.</summary>
    internal string Token { get; private set; } = string.Empty;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await Mary.CreateAsync(
            "use-cases",
            new
            {
                id = "open",
                title = "The hospital's own integration engine",
                owner = "mary.smith@hospital.example",
                organization = "north-hospital",
                purposes = new[] { "TREAT" },
                environment = "production",
                tenants = new[] { "north" },
                expires = DateTime.UtcNow.AddDays(300).ToString("yyyy-MM-dd"),
                grants = new object[]
                {
                    new
                    {
                        types = new[] { "Patient", "Observation", "Condition", "Encounter", "DiagnosticReport", "Binary" },
                        interactions = Everything,
                        patients = new { any = true },
                        confidentiality = "V",
                        labels = new[] { "HIV", "TBOO", "ETH", "PSY", "SUD" },
                    },
                },
            }
        );
        await Wei.PostSeenAsync("use-cases/open", "approve");
        await AdmitAsync(Stranger.ClientId, "open");
        Token = await TokenAsync(Stranger);
        while ((await GetAsync("/Patient/f001", Token)).Status != System.Net.HttpStatusCode.OK)
        {
            await Task.Delay(20);
        }
    }

    /// <summary>Fills in what a raw request needs to be one for this node.</summary>
    internal string Fill(string request) =>
        request.Replace("{host}", Host, StringComparison.Ordinal).Replace("{token}", Token, StringComparison.Ordinal);

    /// <summary>Sends one request on a connection of its own and reads the answer.</summary>
    internal async Task<(RawReply? Reply, bool Closed)> AskAsync(string request)
    {
        using var connection = await RawConnection.OpenAsync(Gateway.Data);
        await connection.WriteAsync(Fill(request));
        var reply = await connection.ReadAsync(request.StartsWith("HEAD ", StringComparison.Ordinal));
        return (reply, reply is null || (reply.Closes && await connection.IsClosedAsync()));
    }

    /// <summary>The trail's only record of a refusal.</summary>
    internal async Task<JsonNode> RefusalAsync(string decisionId) => Assert.Single(await TrailAsync(decisionId));
}
