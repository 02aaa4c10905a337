using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using ModelContextProtocol.AspNetCore;
using ModelContextProtocol.Protocol;
using PhiGateway.Gateway.Configuration;

namespace PhiGateway.Gateway.Mcp;

/// <summary>
/// Registers the protocol's library and puts the MCP door in front of the data plane; called by its composition where it is on.
/// </summary>
internal static class McpRegistration
{
    private static readonly IReadOnlyList<Tool> Tools =
    [
        Describe(
            ToolTarget.Read,
            "Reads one FHIR R4 resource by its type and id.",
            """
            {"type":"object","additionalProperties":false,"required":["type","id"],"properties":{
             "type":{"type":"string","description":"FHIR R4 resource type, such as Observation"},
             "id":{"type":"string","description":"Logical id"}}}
            """
        ),
        Describe(
            ToolTarget.Search,
            "Searches one type of FHIR R4 resources. Name the patient where you can; _count bounds a page.",
            """
            {"type":"object","additionalProperties":false,"required":["type"],"properties":{
             "type":{"type":"string","description":"FHIR R4 resource type, such as Observation"},
             "parameters":{"type":"object","description":"Search parameters by name: patient, code, date and so on",
              "additionalProperties":{"anyOf":[{"type":"string"},{"type":"number"},{"type":"boolean"},
               {"type":"array","items":{"type":"string"}}]}}}}
            """
        ),
        Describe(
            ToolTarget.Page,
            "Follows the next link of a page of a search.",
            """
            {"type":"object","additionalProperties":false,"required":["url"],"properties":{
             "url":{"type":"string","description":"The link with relation next of the Bundle"}}}
            """
        ),
    ];

    /// <summary>Adds the library: without sessions, so that any node answers any message, and with nothing but tools.</summary>
    public static IServiceCollection AddMcp(this IServiceCollection services)
    {
        services
            .AddSingleton<McpDoor>()
            .AddMcpServer(static server => server.ServerInfo = new Implementation { Name = "phi-gateway", Version = "1" })
            .WithHttpTransport(static http => http.SessionMode = HttpServerSessionMode.Stateless)
            .WithListToolsHandler(static (_, _) => new(new ListToolsResult { Tools = [.. Tools] }))
            .WithCallToolHandler(static (_, _) => new(McpDoor.Ready));
        return services;
    }

    /// <summary>Puts it in front of the routes.</summary>
    /// <param name="app">The data plane.</param>
    /// <param name="refusal">How a request is marked that the pipeline has to refuse.</param>
    public static void UseMcpDoor(this WebApplication app, McpRefusal refusal)
    {
        // A branch of its own: nobody comes to the library but through the door.
        var branch = ((IApplicationBuilder)app).New();
        branch.UseRouting();
        branch.UseEndpoints(static endpoints => endpoints.MapMcp(McpOptions.Place));
        app.Services.GetRequiredService<McpDoor>().Use(app, branch.Build(), refusal);
    }

    private static Tool Describe(string name, string words, string schema) =>
        new()
        {
            Name = name,
            Description = words,
            InputSchema = JsonDocument.Parse(schema).RootElement.Clone(),
            Annotations = new ToolAnnotations { ReadOnlyHint = true },
        };
}
