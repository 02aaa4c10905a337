using System.Text.Json.Nodes;
using PhiGateway.Tests.Common.Identity;
using PhiGateway.Tests.Common.Infrastructure;

namespace PhiGateway.EndToEnd.Identity;

/// <summary>A world that listens to a transmitter of shared signals, which has a real key.</summary>
public sealed class SharedSignalWorld : GatewayWorld
{
    private readonly int _port = LoopbackPort.Free();

    internal SigningKey Key { get; } = SigningKey.Rs256("s1");

    internal Uri Push => new($"http://127.0.0.1:{_port}/signals/okta");

    private protected override string Provider => "Sqlite";

    private protected override void Shape(JsonObject configuration)
    {
        var keys = Path.Combine(Folder, "signals.json");
        File.WriteAllText(keys, SigningKey.Jwks(Key));
        configuration["PhiGateway"]!["Signals"] = new JsonObject
        {
            ["Listener"] = $"http://127.0.0.1:{_port}",
            ["Transmitters"] = new JsonArray(
                new JsonObject
                {
                    ["Name"] = "okta",
                    ["Issuer"] = SignalRecipe.Issuer,
                    ["Audience"] = SignalRecipe.Audience,
                    ["Jwks"] = keys,
                    ["TokenIssuers"] = new JsonArray("hospital-idp"),
                }
            ),
        };
    }
}
