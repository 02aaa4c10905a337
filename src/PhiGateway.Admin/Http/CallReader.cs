using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Calls;
using PhiGateway.Policy.Validation;

namespace PhiGateway.Admin.Http;

/// <summary>Makes the <see cref="AdminCall"/> of a request that passed the gate; the one place where a call is read from HTTP.</summary>
internal static class CallReader
{
    private const string DryRun = "dry_run";

    private static readonly object Key = new();

    /// <summary>Says who calls; by the gate.</summary>
    public static void Attach(HttpContext context, AdminCaller caller) => context.Items[Key] = caller;

    /// <summary>The caller of a request that passed the gate.</summary>
    public static AdminCaller CallerOf(HttpContext context) =>
        context.Items[Key] as AdminCaller ?? throw new InvalidOperationException("The admin gate has not run.");

    public static bool IsDryRun(HttpContext context) => context.Request.Query[DryRun] is ["true"];

    /// <summary>The call, or the refusal of a flag that is neither true nor false.</summary>
    public static Outcome<AdminCall> Read(HttpContext context)
    {
        var first = Flag(context, DryRun, out var dryRun);
        var second = Flag(context, "drop_unknown", out var dropUnknown);
        var third = Flag(context, "carry_approval", out var carryApproval);
        if ((first ?? second ?? third ?? Unknown(context)) is { } problem)
        {
            return problem;
        }

        var headers = context.Request.Headers;
        return new AdminCall(CallerOf(context), RequestId.GuidOf(context), context.RequestAborted)
        {
            Method = context.Request.Method,
            Peer = context.Connection.RemoteIpAddress?.ToString(),
            IsDryRun = dryRun,
            DropUnknown = dropUnknown,
            CarryApproval = carryApproval,
            IfMatch = string.IsNullOrEmpty(headers.IfMatch.ToString()) ? null : ETag.Split(headers.IfMatch),
            CreateOnly = headers.IfNoneMatch is [ETag.Any],
        };
    }

    // A parameter that is passed over is a dry run that writes, or a filter that shows everything.
    private static AdminProblem? Unknown(HttpContext context)
    {
        if (context.Request.Query.Count == 0 || context.GetEndpoint() is not { } endpoint)
        {
            return null;
        }

        if (endpoint.Metadata.GetMetadata<ReadsQueryItself>() is not null)
        {
            return null;
        }

        var isWrite = !HttpMethods.IsGet(context.Request.Method);
        var known = endpoint
            .Metadata.GetOrderedMetadata<CallParameter>()
            .Concat(isWrite ? CallParameter.Write : [])
            .Where(static parameter => !parameter.IsHeader)
            .Select(static parameter => parameter.Name)
            .ToHashSet(StringComparer.Ordinal);
        if (context.Request.Query.Keys.FirstOrDefault(name => !known.Contains(name)) is not { } unknown)
        {
            return null;
        }

        var shown = unknown.Length <= 64 ? unknown : unknown[..64];
        return AdminProblem.BadParameter(shown, "there is no such parameter here." + NearestName.Hint(unknown, known));
    }

    /// <summary>Reads a flag of the query: absent is false, and anything but true and false is refused.</summary>
    public static AdminProblem? Flag(HttpContext context, string name, out bool value)
    {
        var asked = context.Request.Query[name];
        value = asked is ["true"];
        return asked.Count == 0 || value || asked is ["false"] ? null : AdminProblem.BadParameter(name, "true or false is expected.");
    }
}
