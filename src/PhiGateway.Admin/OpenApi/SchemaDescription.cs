using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.OpenApi;

/// <summary>
/// Adapts the schemas of the OpenAPI document to what is on the wire: names, what may be absent, and the members that the API itself adds.
/// </summary>
internal sealed class SchemaDescription : IOpenApiSchemaTransformer
{
    /// <summary>Documents have the registry's names, envelopes those of this API.</summary>
    public static void WireNames(JsonTypeInfo info)
    {
        if (info.Kind != JsonTypeInfoKind.Object || info.Type.Assembly != typeof(SchemaDescription).Assembly)
        {
            return;
        }

        foreach (var property in info.Properties)
        {
            if (property.AttributeProvider?.IsDefined(typeof(JsonPropertyNameAttribute), inherit: false) != true)
            {
                property.Name = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
            }
        }
    }

    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var info = context.JsonTypeInfo;
        if (info.Type == typeof(JsonObject))
        {
            schema.Type = JsonSchemaType.Object;
            schema.AdditionalProperties = new OpenApiSchema();
        }
        else if (info.Kind == JsonTypeInfoKind.Object)
        {
            // Null is not written: what may be null may be absent.
            foreach (
                var property in info.Properties.Where(static property =>
                    property.IsGetNullable || Nullable.GetUnderlyingType(property.PropertyType) is not null
                )
            )
            {
                schema.Required?.Remove(property.Name);
            }
        }

        if (info.Type == typeof(AuditRecord) && schema.Properties is { } members)
        {
            DescribeRecord(schema, members);
        }

        if (typeof(IRegistryEntity).IsAssignableFrom(info.Type) && schema.Properties is { } properties)
        {
            properties[DocumentDraft.Meta] = Meta();
            Managed(info.Type, schema, properties);
        }

        if (info.Type == typeof(Revocation) && schema.Properties is { } shown)
        {
            shown["matched"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Items = new OpenApiSchema { Type = JsonSchemaType.String },
                ReadOnly = true,
                Description = "Clients that it stops now; in the answer that writes it.",
            };
            shown["answers_cut"] = AnswersCut();
            shown["note"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                ReadOnly = true,
                Description = "Said when it matches no client yet.",
            };
        }

        return Task.CompletedTask;
    }

    // What the gateway sets need not be sent; what it never shows does not exist.
    private static void Managed(Type type, OpenApiSchema schema, IDictionary<string, IOpenApiSchema> properties)
    {
        if (type == typeof(AdminKey))
        {
            properties.Remove("hash");
            properties["key"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                ReadOnly = true,
                Description = "The key, in the answer that creates it and never again.",
            };
            properties["key_part"] = new OpenApiSchema
            {
                Type = JsonSchemaType.String,
                ReadOnly = true,
                Description = "A part of the key, in the answers that create and release it and never again.",
            };
            schema.Required?.Remove("hash");
            schema.Required?.Remove("created");
        }
        else if (type == typeof(Review) || type == typeof(SavedSearch))
        {
            schema.Required?.Remove("by");
        }
    }

    // A record leaves out what is empty, and says which version of the form it has.
    private static void DescribeRecord(OpenApiSchema schema, IDictionary<string, IOpenApiSchema> members)
    {
        members["v"] = new OpenApiSchema
        {
            Type = JsonSchemaType.Integer,
            Format = "int32",
            Description = "Version of the record's form.",
        };
        schema.Required = new HashSet<string> { "v", "id", "kind", "event", "time" };
        schema.Description = "One record exactly as journaled; later versions may add members.";
    }

    private static OpenApiSchema AnswersCut() =>
        new()
        {
            Type = JsonSchemaType.Object,
            ReadOnly = true,
            Description = "In the answer to an act that closes: running answers that it ended on the node that was asked.",
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["node"] = new OpenApiSchema { Type = JsonSchemaType.String },
                ["count"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" },
                ["in_force"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Boolean,
                    Description = "False: the node does not enforce the act yet, and there may be more.",
                },
            },
        };

    private static OpenApiSchema Meta() =>
        new()
        {
            Type = JsonSchemaType.Object,
            ReadOnly = true,
            Description = "Bookkeeping; ignored when sent.",
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["warnings"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Array,
                    Items = new OpenApiSchema { Description = "As in the report of a dry run." },
                    Description = "In the answer to a write: names that this node's configuration does not have.",
                },
                ["paths"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Array,
                    Items = new OpenApiSchema { Description = "As in the report of a dry run." },
                    Description = "In the answer to a write: clients with a door that it opened or closed, and which.",
                },
                ["answersCut"] = AnswersCut(),
                ["version"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64" },
                ["revision"] = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int64" },
                ["updatedAt"] = new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" },
                ["updatedBy"] = new OpenApiSchema { Type = JsonSchemaType.String },
                ["enforced"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Boolean,
                    Description =
                        "Of credentials: whether the gateway checks this kind itself. False: inventory only, it admits nobody and stops nobody.",
                },
            },
            Required = new HashSet<string> { "version", "revision", "updatedAt", "updatedBy" },
        };
}
