using System.Text.Json.Nodes;

namespace PhiGateway.EndToEnd.Mcp;

/// <summary>A world whose FHIR base has a door for agents.</summary>
public sealed class McpWorld : GatewayWorld
{
    private protected override string Provider => "Sqlite";

    private protected override void Shape(JsonObject configuration) =>
        configuration["PhiGateway"]!["Mcp"] = new JsonObject { ["Bases"] = new JsonArray("/fhir") };
}
