using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Http;

namespace PhiGateway.Admin.AuthZen;

/// <summary>Renders answers in the form of the standard: decisions, lists of them, pages of what was found, metadata, refusals.</summary>
internal static class AuthZenAnswer
{
    /// <summary>One decision, or a list.</summary>
    public static IResult Of(HttpContext context, Evaluated evaluated)
    {
        RequestId.Echo(context);
        return Json(
            evaluated.IsMany
                ? new JsonObject { ["evaluations"] = new JsonArray([.. evaluated.Answers.Select(static answer => Decision(answer, null))]) }
                : Decision(evaluated.Answers[0], RequestId.Of(context))
        );
    }

    /// <summary>A page of a search.</summary>
    public static IResult Of(HttpContext context, FoundPage page)
    {
        RequestId.Echo(context);
        var results = new JsonArray([
            .. page.Names.Select(name =>
                page.Type is null ? new JsonObject { ["name"] = name } : new JsonObject { ["type"] = page.Type, ["id"] = name }
            ),
        ]);
        return Json(
            new JsonObject
            {
                ["page"] = new JsonObject { ["next_token"] = page.Next, ["count"] = page.Names.Count },
                ["results"] = results,
            }
        );
    }

    /// <summary>What is wrong with a call: the standard knows one status for all of it, but for a body that is too large.</summary>
    public static IResult Of(AdminProblem problem) =>
        new ProblemResult(problem.Status is >= 400 and < 500 and not 413 ? problem with { Status = 400 } : problem);

    /// <summary>Where the endpoints are; not found where nobody said by which address.</summary>
    public static IResult Metadata(AuthZenOptions options)
    {
        if (options.BaseUrl?.TrimEnd('/') is not { } address)
        {
            return new ProblemResult(AdminProblem.NotFound("resource"));
        }

        return Json(
            new JsonObject
            {
                ["policy_decision_point"] = address,
                ["access_evaluation_endpoint"] = address + AuthZenEndpoints.Evaluation,
                ["access_evaluations_endpoint"] = address + AuthZenEndpoints.Evaluations,
                ["search_subject_endpoint"] = address + AuthZenEndpoints.Subjects,
                ["search_resource_endpoint"] = address + AuthZenEndpoints.Resources,
                ["search_action_endpoint"] = address + AuthZenEndpoints.Actions,
            }
        );
    }

    private static JsonObject Decision(AccessAnswer answer, string? id)
    {
        var context = new JsonObject();
        if (id is not null)
        {
            context["id"] = id;
        }

        if (answer.Error is { } status)
        {
            context["error"] = new JsonObject { ["status"] = status, ["message"] = answer.Text };
        }
        else if (answer.Reason is { } reason)
        {
            context["reason"] = reason;
            context["text"] = answer.Text;
        }

        if (answer.Kept is { } kept)
        {
            context["obligations"] = new JsonObject
            {
                ["elements"] = new JsonArray([.. kept.Elements.Select(static name => JsonValue.Create(name))]),
                ["masks"] = new JsonArray([.. kept.Masks.Select(static path => JsonValue.Create(path))]),
            };
        }

        var decision = new JsonObject { ["decision"] = answer.Permit };
        if (context.Count > 0)
        {
            decision["context"] = context;
        }

        return decision;
    }

    private static AdminResult Json(JsonObject body) => new(200, JsonSerializer.SerializeToUtf8Bytes(body));
}
