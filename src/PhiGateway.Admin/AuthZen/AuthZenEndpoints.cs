using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Http;

namespace PhiGateway.Admin.AuthZen;

/// <summary>Maps OpenID AuthZEN's Authorization API 1.0: evaluations and searches for a role of their own, the metadata for everybody.</summary>
internal static class AuthZenEndpoints
{
    public const string Metadata = "/.well-known/authzen-configuration";
    public const string Evaluation = "/access/v1/evaluation";
    public const string Evaluations = "/access/v1/evaluations";
    public const string Subjects = "/access/v1/search/subject";
    public const string Resources = "/access/v1/search/resource";
    public const string Actions = "/access/v1/search/action";

    private static readonly string[] Roles = [AdminRoles.EnforcementPoint];

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(Metadata, (AdminOptions options) => AuthZenAnswer.Metadata(options.AuthZen))
            .WithMetadata(new OpenDocument(), new ReadsQueryItself())
            .ExcludeFromDescription();
        Marked(
            app.MapPost(
                Evaluation,
                (HttpContext context, AuthZenCommands commands) => AnsweredAsync(context, commands.EvaluateAsync, AuthZenAnswer.Of)
            )
        );
        Marked(
            app.MapPost(
                Evaluations,
                (HttpContext context, AuthZenCommands commands) => AnsweredAsync(context, commands.EvaluateManyAsync, AuthZenAnswer.Of)
            )
        );
        Marked(
            app.MapPost(
                Subjects,
                (HttpContext context, AuthZenSearch search) => AnsweredAsync(context, search.SubjectsAsync, AuthZenAnswer.Of)
            )
        );
        Marked(
            app.MapPost(
                Resources,
                (HttpContext context, AuthZenSearch search) => AnsweredAsync(context, search.ResourcesAsync, AuthZenAnswer.Of)
            )
        );
        Marked(
            app.MapPost(
                Actions,
                (HttpContext context, AuthZenSearch search) => AnsweredAsync(context, search.ActionsAsync, AuthZenAnswer.Of)
            )
        );
    }

    private static void Marked(RouteHandlerBuilder endpoint) =>
        endpoint.RequireRoles(Roles).WithMetadata(new SaysProblemsPlainly()).ExcludeFromDescription();

    private static async Task<IResult> AnsweredAsync<T>(
        HttpContext context,
        Func<AdminCall, JsonObject, Task<Outcome<T>>> run,
        Func<HttpContext, T, IResult> render
    )
        where T : class
    {
        if (CallReader.Read(context).Failed(out var problem, out var call))
        {
            return AuthZenAnswer.Of(problem);
        }

        if ((await RequestBody.ReadObjectAsync(context)).Failed(out problem, out var body))
        {
            return AuthZenAnswer.Of(problem);
        }

        return (await run(call, body)).Failed(out problem, out var value) ? AuthZenAnswer.Of(problem) : render(context, value);
    }
}
