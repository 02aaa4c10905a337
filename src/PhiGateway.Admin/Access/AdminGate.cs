using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;

namespace PhiGateway.Admin.Access;

/// <summary>
/// Middleware that lets a call pass only with a valid credential and a role that its endpoint names; an endpoint that names none is closed.
/// </summary>
internal sealed class AdminGate(
    RequestDelegate next,
    AdminKeyAuthenticator keys,
    OidcAuthenticator oidc,
    FailedAuthentications failures,
    IAuditJournal journal,
    TimeProvider time
)
{
    // Longer than any key or sensible token.
    private const int MaxToken = 16 * 1024;

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<OpenDocument>() is not null)
        {
            await next(context);
            return;
        }

        var (caller, why) = await AuthenticateAsync(context);
        if (caller is null)
        {
            context.Response.Headers.WWWAuthenticate =
                why == "no-credential"
                    ? "Bearer realm=\"phi-gateway-admin\""
                    : "Bearer realm=\"phi-gateway-admin\", error=\"invalid_token\"";
            await new ProblemResult(failures.Record(context, why)).ExecuteAsync(context);
            return;
        }

        CallReader.Attach(context, caller);
        var endpoint = context.GetEndpoint();

        // No endpoint, or routing's own for 405: answered as such, there is nothing to protect.
        if (endpoint is not null && IsMapped(endpoint))
        {
            var required = endpoint.Metadata.GetMetadata<RequiredRoles>();
            if (required is null || !caller.HasAny(required.AnyOf))
            {
                journal.TryAppend(
                    new AuditRecord
                    {
                        Id = RequestId.GuidOf(context),
                        Kind = AuditKind.Auth,
                        Event = "admin.authorize",
                        Time = time.GetUtcNow(),
                        Decision = "deny",
                        Reason = "role-missing",
                        Actor = caller.Person,
                        Method = context.Request.Method,
                        Template = (endpoint as Microsoft.AspNetCore.Routing.RouteEndpoint)?.RoutePattern.RawText,
                        Status = 403,
                    }
                );
                if (caller.HasAny([AdminRoles.Unclaimed]))
                {
                    await new ProblemResult(AdminProblem.ClaimFirst).ExecuteAsync(context);
                    return;
                }

                var needed = required is null ? "nobody" : string.Join(" or ", required.AnyOf);
                await new ProblemResult(AdminProblem.Forbidden($"This call is open to: {needed}.")).ExecuteAsync(context);
                return;
            }
        }

        await next(context);
    }

    private static bool IsMapped(Endpoint endpoint) => endpoint is Microsoft.AspNetCore.Routing.RouteEndpoint;

    private async Task<(AdminCaller? Caller, string Why)> AuthenticateAsync(HttpContext context)
    {
        var header = context.Request.Headers.Authorization;
        if (header.Count == 0)
        {
            return (null, "no-credential");
        }

        const string Bearer = "Bearer ";
        if (header is not [{ } value] || value.Length > MaxToken || !value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            return (null, "malformed-credential");
        }

        var token = value[Bearer.Length..].Trim();
        var isStop = EmergencyStop.Is(context);
        const string Invalid = "invalid-credential";
        if (token.Length == 0)
        {
            return (null, Invalid);
        }

        if (await keys.AuthenticateAsync(token, isStop, context.RequestAborted) is { } holder)
        {
            return (holder, Invalid);
        }

        var (caller, flaw) = await oidc.AuthenticateAsync(context, token);
        return (caller, flaw ?? Invalid);
    }
}
