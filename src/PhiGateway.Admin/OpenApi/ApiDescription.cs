using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace PhiGateway.Admin.OpenApi;

/// <summary>Writes the part of the OpenAPI document that is about the API as a whole.</summary>
internal sealed class ApiDescription : IOpenApiDocumentTransformer
{
    public Task TransformAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "PHI Gateway admin API",
            Version = "1",
            Description =
                "The registry that governs traffic, the audit trail, and the state of the nodes. Inside v1 only additions are made.",
            License = new OpenApiLicense { Name = "Apache License 2.0", Identifier = "Apache-2.0" },
        };

        // Read without a call, as the console's reference does, it is of wherever it is read.
        if (document.Servers is not { Count: > 0 })
        {
            document.Servers = [new OpenApiServer { Url = "/" }];
        }

        foreach (var server in document.Servers)
        {
            server.Url = server.Url is { Length: > 1 } url ? url.TrimEnd('/') : server.Url;
        }

        document.Tags = ApiTags.All.Select(static tag => new OpenApiTag { Name = tag.Name, Description = tag.Words }).ToHashSet();
        document.AddComponent<IOpenApiSecurityScheme>(
            "bearer",
            new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "An admin key, or a token of the configured issuer.",
            }
        );
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("bearer", document)] = [] }];
        return Task.CompletedTask;
    }
}
