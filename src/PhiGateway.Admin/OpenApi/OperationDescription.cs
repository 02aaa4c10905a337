using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;
using PhiGateway.Admin.Rosters;

namespace PhiGateway.Admin.OpenApi;

/// <summary>
/// Completes each operation of the OpenAPI document: its id, the parameters it reads from the call, and what any refusal looks like.
/// </summary>
internal sealed class OperationDescription : IOpenApiOperationTransformer
{
    private const string Json = "application/json";

    public Task TransformAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var description = context.Description;
        operation.OperationId ??= IdOf(description.HttpMethod ?? string.Empty, description.RelativePath ?? string.Empty);
        if (context.Document is { } described)
        {
            operation.Tags = new HashSet<OpenApiTagReference> { new(ApiTags.Of(description.RelativePath ?? string.Empty), described) };
        }

        operation.Parameters ??= [];
        foreach (var parameter in description.ActionDescriptor.EndpointMetadata.OfType<CallParameter>())
        {
            var place = parameter.IsHeader ? ParameterLocation.Header : ParameterLocation.Query;
            if (operation.Parameters.Any(known => known.Name == parameter.Name && known.In == place))
            {
                continue;
            }

            operation.Parameters.Add(
                new OpenApiParameter
                {
                    Name = parameter.Name,
                    In = place,
                    Description = parameter.Words,
                    Schema = new OpenApiSchema { Type = TypeOf(parameter) },
                }
            );
        }

        AddExamples(operation, description.ActionDescriptor.EndpointMetadata.OfType<IAcceptsMetadata>().LastOrDefault());
        AddDryRun(operation, context);

        // Whatever else a call is refused with has the one shape of problems.
        if (operation.Responses is { } responses && responses.TryGetValue("400", out var problem))
        {
            responses.TryAdd("default", problem);
        }

        return Task.CompletedTask;
    }

    private static void AddExamples(OpenApiOperation operation, IAcceptsMetadata? takes)
    {
        if (takes is null || operation.RequestBody?.Content is not { } content)
        {
            return;
        }

        foreach (var (mediaType, media) in content)
        {
            media.Example = ApiExamples.Of(takes, mediaType);
        }
    }

    private static JsonSchemaType TypeOf(CallParameter parameter) =>
        parameter switch
        {
            { IsFlag: true } => JsonSchemaType.Boolean,
            { IsNumber: true } => JsonSchemaType.Integer,
            _ => JsonSchemaType.String,
        };

    // The answer of a dry run is the report, whatever the call itself answers.
    private static void AddDryRun(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        if (
            context.Document is not { } document
            || operation.Responses is not { } responses
            || !context.Description.ActionDescriptor.EndpointMetadata.Contains(CallParameter.DryRun)
        )
        {
            return;
        }

        var report = new OpenApiSchemaReference(nameof(DryRunReport), document);
        if (!responses.TryGetValue("200", out var response))
        {
            responses["200"] = new OpenApiResponse
            {
                Description = "What would change, of a dry run.",
                Content = new Dictionary<string, OpenApiMediaType> { [Json] = new() { Schema = report } },
            };
        }
        else if (
            response.Content is { } content
            && content.TryGetValue(Json, out var media)
            && media.Schema is { } schema
            && (schema as OpenApiSchemaReference)?.Reference.Id is not (nameof(DryRunReport) or nameof(MemberDryRun))
        )
        {
            media.Schema = new OpenApiSchema { AnyOf = [schema, report] };
        }
    }

    // POST admin/v1/clients/{id}:approve becomes post_clients_id_approve: unique, and good in every language.
    private static string IdOf(string method, string path) =>
        string.Join(
            '_',
            (method.ToLowerInvariant() + "/" + path.Replace("admin/v1/", string.Empty, StringComparison.Ordinal)).Split(
                ['/', ':', '{', '}', '-', '.'],
                StringSplitOptions.RemoveEmptyEntries
            )
        );
}
