using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;

namespace PhiGateway.Admin.Http;

/// <summary>Adds to an endpoint, where it is mapped, what the OpenAPI document says about it.</summary>
internal static class EndpointDescription
{
    private const string Json = "application/json";

    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder builder, string summary, string? description = null)
    {
        builder.WithSummary(summary);
        if (description is not null)
        {
            builder.WithDescription(description);
        }

        foreach (var status in (int[])[400, 401, 403])
        {
            builder.Produces<ProblemBody>(status, "application/problem+json");
        }

        return builder;
    }

    public static RouteHandlerBuilder Takes(this RouteHandlerBuilder builder, Type body, string contentType = Json, bool optional = false)
    {
        builder.WithMetadata(new AcceptsMetadata(contentType == Json ? [Json] : [contentType, Json], body, optional));
        foreach (var status in (int[])[409, 412, 415, 422, 503])
        {
            builder.Produces<ProblemBody>(status, "application/problem+json");
        }

        return builder;
    }

    /// <summary>Lets a POST be repeated with an Idempotency-Key; every POST that changes anything has it.</summary>
    public static RouteHandlerBuilder Repeatable(this RouteHandlerBuilder builder, IdempotencyScope? scope = null) =>
        builder
            .WithMetadata(scope ?? IdempotencyScope.Document)
            .Reads(
                scope is { Streamed: true }
                    ? [CallParameter.IdempotencyKey, CallParameter.ContentDigest, CallParameter.DryRun]
                    : [CallParameter.IdempotencyKey, CallParameter.DryRun]
            )
            // The generic form would compile a factory for each endpoint, which is a tenth of the control plane's start.
            .AddEndpointFilter(
                static (context, next) =>
                    context.HttpContext.RequestServices.GetRequiredService<IdempotencyFilter>().InvokeAsync(context, next)
            );

    /// <summary>Names what the endpoint reads from query and headers.</summary>
    public static RouteHandlerBuilder Reads(this RouteHandlerBuilder builder, params CallParameter[] parameters) =>
        builder.WithMetadata([.. parameters]);

    public static RouteHandlerBuilder Returns(
        this RouteHandlerBuilder builder,
        Type? body,
        int status = StatusCodes.Status200OK,
        string contentType = Json
    ) => body is null ? builder.Produces(status) : builder.Produces(status, body, contentType);
}
