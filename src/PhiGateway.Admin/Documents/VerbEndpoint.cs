using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Documents;

/// <summary>Describes an endpoint that is a verb of a document.</summary>
internal static class VerbEndpoint
{
    /// <summary>What all verbs share: a role, a small body, a document as answer, repeatable by Idempotency-Key.</summary>
    public static RouteHandlerBuilder Verb(
        this RouteHandlerBuilder builder,
        IReadOnlyList<string> roles,
        string summary,
        string? description = null,
        Type? body = null,
        Type? answer = null,
        int status = StatusCodes.Status200OK
    ) =>
        builder
            .RequireRoles(roles)
            .Describe(summary, description)
            .Takes(body ?? typeof(ReasonBody), optional: true)
            .Returns(answer ?? typeof(Client), status)
            .Repeatable()
            .Reads(CallParameter.IfMatch);
}
