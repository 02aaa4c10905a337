using System.Text.Json;
using System.Text.Json.Nodes;

namespace PhiGateway.EndToEnd.Peers;

/// <summary>A conforming OAuth client (<c>oauth4webapi</c> or another): gets a token by <c>private_key_jwt</c>, with DPoP where asked, and uses it.</summary>
internal static class OAuthClient
{
    /// <summary>Runs it to its end.</summary>
    public static async Task<OAuthJourney> RunAsync(
        string issuer,
        string clientId,
        JsonObject privateJwk,
        string scope,
        bool dpop = false,
        bool revoke = false,
        string script = "oauth4webapi.mjs",
        string? task = null,
        bool exchange = false,
        params IEnumerable<string> resources
    )
    {
        var environment = new Dictionary<string, string>
        {
            ["ISSUER"] = issuer,
            ["CLIENT_ID"] = clientId,
            ["CLIENT_JWK"] = privateJwk.ToJsonString(),
            ["SCOPE"] = scope,
            ["RESOURCES"] = JsonSerializer.Serialize(resources),
        };
        if (dpop)
        {
            environment["DPOP"] = "1";
        }

        if (revoke)
        {
            environment["REVOKE"] = "1";
        }

        if (task is not null)
        {
            environment["TASK"] = task;
        }

        if (exchange)
        {
            environment["EXCHANGE"] = "1";
        }

        var output = await NodePeers.RunAsync("clients/" + script, environment);
        return JsonSerializer.Deserialize<OAuthJourney>(output, JsonSerializerOptions.Web)
            ?? throw new InvalidOperationException("The client reported nothing.");
    }
}

/// <summary>What came of it.</summary>
internal sealed record OAuthJourney(
    OAuthToken? Token,
    IReadOnlyList<OAuthCall> Calls,
    JsonObject? Introspected,
    bool Revoked,
    string? Error
);

/// <summary>The token that was granted.</summary>
internal sealed record OAuthToken(string Type, string? Scope, double? ExpiresIn, string Text);

/// <summary>One call with it.</summary>
internal sealed record OAuthCall(string Url, int Status, string? Code);
