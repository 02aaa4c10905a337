using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Http;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

public sealed class OpenApiTests
{
    // POSTs that change nothing.
    private static readonly string[] Reads =
    [
        ":search",
        ":export",
        ":facets",
        ":explain",
        ":replay",
        ":reach",
        ":evidence",
        ":facets",
        ":export",
        "accounting:report",
        "accounting:csv",
        "accounting:page",
    ];

    [Fact]
    public async Task Document_NamesEveryEndpoint_WithSummaryAndAnswers()
    {
        await using var server = await AdminServer.StartAsync();
        var answer = await server.GetAsync("/openapi/v1.json");
        Assert.Equal(200, answer.Status);
        Assert.StartsWith("3.1", (string)answer.Json["openapi"]!);
        var paths = answer.Json["paths"]!.AsObject();
        var endpoints = server
            .Services.GetRequiredService<IEnumerable<EndpointDataSource>>()
            .SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/admin", StringComparison.Ordinal))
            .ToList();
        Assert.NotEmpty(endpoints);
        foreach (var endpoint in endpoints)
        {
            var method = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0].ToLowerInvariant();
            var operation = paths[endpoint.RoutePattern.RawText!]?[method];
            Assert.True(operation is not null, $"{method} {endpoint.RoutePattern.RawText}");
            Assert.False(string.IsNullOrWhiteSpace((string?)operation["summary"]), endpoint.RoutePattern.RawText);
            Assert.Contains(operation["responses"]!.AsObject(), response => response.Key[0] == '2');
            Assert.NotNull(operation["responses"]!["401"]);
            Assert.Equal(
                endpoint.RoutePattern.Parameters.Count,
                operation["parameters"]?.AsArray().Count(parameter => (string?)parameter!["in"] == "path") ?? 0
            );
        }
    }

    [Fact]
    public async Task Document_GroupsEveryOperation_ByWhatItIsAbout()
    {
        await using var server = await AdminServer.StartAsync();
        var document = (await server.GetAsync("/openapi/v1.json")).Json;
        var groups = document["tags"]!.AsArray().Select(static tag => (string)tag!["name"]!).ToHashSet();
        Assert.Contains("clients", groups);
        var used = document["paths"]!
            .AsObject()
            .SelectMany(static path => path.Value!.AsObject())
            .Select(static operation => (string)Assert.Single(operation.Value!["tags"]!.AsArray())!)
            .ToHashSet();

        Assert.Equal(groups.Order(), used.Order());
    }

    [Fact]
    public async Task Document_Schemas_UseTheWireNames()
    {
        await using var server = await AdminServer.StartAsync();
        var schemas = (await server.GetAsync("/openapi/v1.json")).Json["components"]!["schemas"]!.AsObject();
        var client = schemas["Client"]!["properties"]!.AsObject();
        Assert.Contains("useCase", client.Select(pair => pair.Key));
        Assert.Contains("\"ai-agent\"", schemas.ToJsonString());
        Assert.Contains("request_id", schemas["ProblemBody"]!["properties"]!.AsObject().Select(pair => pair.Key));
        foreach (var reference in References(schemas))
        {
            Assert.True(schemas.ContainsKey(reference["#/components/schemas/".Length..]), reference);
        }
    }

    // Every type that an endpoint takes or returns, with all its members, by the names that go over the wire.
    [Fact]
    public async Task Document_EveryTypeOfEveryEndpoint_HasAllItsMembers()
    {
        await using var server = await AdminServer.StartAsync();
        var document = (await server.GetAsync("/openapi/v1.json")).Json;
        var schemas = document["components"]!["schemas"]!.AsObject();
        var endpoints = server
            .Services.GetRequiredService<IEnumerable<EndpointDataSource>>()
            .SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .ToList();
        var types = endpoints
            .SelectMany(endpoint =>
                endpoint
                    .Metadata.OfType<IProducesResponseTypeMetadata>()
                    .Select(metadata => metadata.Type)
                    .Concat(endpoint.Metadata.OfType<IAcceptsMetadata>().Select(metadata => metadata.RequestType))
            )
            .OfType<Type>()
            .Where(type => type.Namespace!.StartsWith("PhiGateway", StringComparison.Ordinal))
            .ToHashSet();
        Assert.True(types.Count > 30);
        foreach (var type in types.Where(type => !type.IsGenericType))
        {
            var options = type.Assembly == typeof(AdminOptions).Assembly ? AdminJson.Options : RegistryJson.Options;
            var expected = options
                .GetTypeInfo(type)
                .Properties.Select(property => property.Name)
                .Where(name => (type.Name, name) != ("AdminKey", "hash"));
            Assert.True(schemas[type.Name] is not null, $"no schema {type.Name}");
            var known = schemas[type.Name]!["properties"]?.AsObject().Select(pair => pair.Key).ToHashSet() ?? [];
            Assert.All(expected, name => Assert.True(known.Contains(name), $"{type.Name} lacks {name}"));
        }

        var operations = document["paths"]!
            .AsObject()
            .SelectMany(path => path.Value!.AsObject())
            .Select(operation => (string)operation.Value!["operationId"]!)
            .ToList();
        Assert.Equal(operations.Count, operations.Distinct().Count());
        Assert.All(
            document["paths"]!.AsObject(),
            path =>
                Assert.All(
                    path.Value!.AsObject(),
                    operation =>
                        Assert.True(
                            operation.Key == "get"
                                || Reads.Any(read => path.Key.EndsWith(read, StringComparison.Ordinal))
                                || operation.Value!["parameters"]!.AsArray().Any(parameter => (string)parameter!["name"]! == "dry_run"),
                            $"{operation.Key} {path.Key} has no dry_run"
                        )
                )
        );
    }

    // What is journaled is what the document says: every member that a record can have, written by the journal's own writer.
    [Fact]
    public async Task Document_AuditRecord_HasEveryMemberThatIsJournaled()
    {
        await using var server = await AdminServer.StartAsync();
        var record = new AuditRecord
        {
            Id = Guid.NewGuid(),
            ParentId = Guid.NewGuid(),
            Kind = AuditKind.AuditUse,
            Time = server.Time.Now,
        };
        foreach (var property in typeof(AuditRecord).GetProperties())
        {
            object? value = property.PropertyType switch
            {
                var type when type == typeof(string) => "x",
                var type when type == typeof(int) => 7,
                var type when type == typeof(long) => 7L,
                var type when type == typeof(IReadOnlyList<string>) => (string[])["x"],
                var type when type == typeof(DateTimeOffset?) => server.Time.Now,
                _ => null,
            };
            if (value is not null)
            {
                property.SetValue(record, value);
            }
        }

        var buffer = new byte[4096];
        var written = JsonNode.Parse(buffer.AsSpan(0, AuditRecordWriter.Write(record, ref buffer, 0)))!.AsObject();
        Assert.Equal(typeof(AuditRecord).GetProperties().Length + 1, written.Count);
        var document = (await server.GetAsync("/openapi/v1.json")).Json;
        var schema = document["components"]!["schemas"]!["AuditRecord"]!;
        Assert.Equal(
            written.Select(static pair => pair.Key).Order(),
            schema["properties"]!.AsObject().Select(static pair => pair.Key).Order()
        );
        Assert.Null(new ApiContract(document).FaultOf(written, "AuditRecord"));
    }

    // Bodies are typed: an object whose members nobody knows is left only where it holds what another standard defines, or a file's
    // documents in shorthand.
    [Fact]
    public async Task Document_OpenObjects_AreTheKnownOnes()
    {
        await using var server = await AdminServer.StartAsync();
        var schemas = (await server.GetAsync("/openapi/v1.json")).Json["components"]!["schemas"]!.AsObject();
        var open = schemas
            .SelectMany(schema =>
                (schema.Value!["properties"]?.AsObject() ?? [])
                    .Where(property => IsOpen(schemas, property.Value!))
                    .Select(property => $"{schema.Key}.{property.Key}")
            )
            .Order();
        Assert.Equal(
            [
                "ExplainRequest.resource",
                "RegistryFileBody.agreements",
                "RegistryFileBody.clients",
                "RegistryFileBody.credentials",
                "RegistryFileBody.organizations",
                "RegistryFileBody.rosters",
                "RegistryFileBody.useCases",
            ],
            open
        );
        Assert.Contains(
            "#/components/schemas/Credential",
            schemas["RotateBody"]!["properties"]!["credential"]!.ToJsonString(),
            StringComparison.Ordinal
        );
    }

    private static bool IsOpen(JsonObject schemas, JsonNode schema)
    {
        if ((string?)schema["$ref"] is { } reference)
        {
            schema = schemas[reference["#/components/schemas/".Length..]]!;
        }

        if ((schema["oneOf"] ?? schema["anyOf"]) is JsonArray choices)
        {
            return choices.Any(choice => IsOpen(schemas, choice!));
        }

        return schema["items"] is { } items ? IsOpen(schemas, items) : schema["additionalProperties"] is JsonObject { Count: 0 };
    }

    private static IEnumerable<string> References(JsonNode? node) =>
        node switch
        {
            JsonObject json => json.SelectMany(pair =>
                pair.Key == "$ref" && pair.Value is JsonValue value ? [(string)value!] : References(pair.Value)
            ),
            JsonArray array => array.SelectMany(References),
            _ => [],
        };
}
