using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;

namespace PhiGateway.Admin.AuditEvents;

/// <summary>
/// Maps the FHIR endpoint of the control plane: AuditEvents, read and searched (IHE ITI-81), for its own role; patients stand in bodies.
/// </summary>
internal static class AuditEventEndpoints
{
    private static readonly string[] Roles = [AdminRoles.AuditConsumer];

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/fhir/metadata", static () => FhirAnswer.Json(200, FhirCapability.Write)).RequireRoles(Roles).ExcludeFromDescription();
        app.MapGet("/fhir/StructureDefinition/{id}", static (string id) => FhirAnswer.OfProfile(id))
            .RequireRoles(Roles)
            .ExcludeFromDescription();
        app.MapGet(
                "/fhir/AuditEvent",
                (HttpContext context, EventSearch search) => SearchAsync(context, search, Pairs(context.Request.Query), false)
            )
            .RequireRoles(Roles)
            .WithMetadata(new ReadsQueryItself())
            .ExcludeFromDescription();
        app.MapPost("/fhir/AuditEvent/_search", PostAsync)
            .RequireRoles(Roles)
            .WithMetadata(new ReadsQueryItself())
            .ExcludeFromDescription();
        app.MapGet(
                "/fhir/AuditEvent/{id}",
                (HttpContext context, string id, EventSearch search) =>
                    AnsweredAsync(context, call => search.ReadAsync(call, id), static one => FhirAnswer.Of(one))
            )
            .RequireRoles(Roles)
            .WithMetadata(new ReadsQueryItself())
            .ExcludeFromDescription();
    }

    private static async Task<IResult> PostAsync(HttpContext context, EventSearch search)
    {
        if (!context.Request.HasFormContentType)
        {
            return FhirAnswer.Of(AdminProblem.MediaType("application/x-www-form-urlencoded"));
        }

        // Both places count: the body says what is looked for, the address may say which page.
        if (await FormAsync(context) is not { } form)
        {
            return FhirAnswer.Of(AdminProblem.Malformed("The form cannot be read, or has too many parameters."));
        }

        return context.Request.Query.Keys.Any(static name => name != "_page")
            ? FhirAnswer.Of(AdminProblem.BadParameter("_search", "parameters stand in the body."))
            : await SearchAsync(context, search, [.. Pairs(form), .. Pairs(context.Request.Query)], isBody: true);
    }

    private static async Task<IFormCollection?> FormAsync(HttpContext context)
    {
        try
        {
            return await context.Request.ReadFormAsync(context.RequestAborted);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static Task<IResult> SearchAsync(
        HttpContext context,
        EventSearch search,
        IReadOnlyList<KeyValuePair<string, string>> parameters,
        bool isBody
    ) =>
        AnsweredAsync(
            context,
            async call =>
                EventQueryReader.Read(parameters, isBody).Failed(out var problem, out var query)
                    ? problem
                    : await search.SearchAsync(call, query),
            page => FhirAnswer.Of(context, page)
        );

    private static async Task<IResult> AnsweredAsync<T>(HttpContext context, Func<AdminCall, Task<Outcome<T>>> run, Func<T, IResult> render)
        where T : class =>
        CallReader.Read(context).Failed(out var problem, out var call) || (await run(call)).Failed(out problem, out var value)
            ? FhirAnswer.Of(problem)
            : render(value);

    private static List<KeyValuePair<string, string>> Pairs(
        IEnumerable<KeyValuePair<string, Microsoft.Extensions.Primitives.StringValues>> parameters
    ) =>
        [
            .. parameters.SelectMany(
                static pair => pair.Value,
                static (pair, value) => new KeyValuePair<string, string>(pair.Key, value ?? string.Empty)
            ),
        ];
}
