using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;
using PhiGateway.Admin.Status;
using PhiGateway.Console.Configuration;

namespace PhiGateway.Console.Http;

/// <summary>
/// The outermost middleware of the console: its headers, the hosts it answers to, requests that another site makes, and faults as pages.
/// </summary>
internal sealed class ConsoleBoundary(
    RequestDelegate next,
    ConsoleOptions options,
    PageWriter pages,
    StoreProbe stores,
    TimeProvider time,
    ILogger<ConsoleBoundary> log
)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var id = RequestId.Assign(context, time);
        ConsoleHeaders.Write(context, options.PublicBase);
        if (!IsHost(context.Request.Host.Value))
        {
            // A name that somebody else made lead here (DNS rebinding): not even a page.
            context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
            return;
        }

        // A terminator in front may speak plainly to us: links and redirects are those of the outside.
        context.Request.Scheme = options.PublicBase.Scheme;
        AdminProblem problem;
        try
        {
            if (IsForeign(context.Request))
            {
                problem = AdminProblem.Forbidden("Another site made this request.");
            }
            else
            {
                await next(context);
                return;
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception fault) when (AdminBoundary.ProblemOf(fault) is { } known)
        {
            if (known == AdminProblem.StoreDown)
            {
                ConsoleLog.StoreAway(log, id, fault.GetType().Name);
            }

            problem = known;
        }
#pragma warning disable CA1031 // The one place where an unexpected fault becomes a page.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            // The message may quote what was typed, so only the type is logged.
            ConsoleLog.Faulted(log, id, fault.GetType().Name, fault.TargetSite?.DeclaringType?.Name ?? "unknown");
            problem = AdminProblem.Fault;
        }

        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        await pages.ProblemAsync(context, problem, ConsoleGate.SessionOf(context), await WorksAsync(context, problem));
    }

    // What cannot be reached closes what needs it and no more: people are told what they can do meanwhile.
    private async Task<StillWorks?> WorksAsync(HttpContext context, AdminProblem problem)
    {
        if (problem == AdminProblem.JournalDown)
        {
            return StillWorks.WithoutJournal;
        }

        return problem == AdminProblem.StoreDown ? StillWorks.With(await stores.LookAsync(context.RequestAborted)) : null;
    }

    private bool IsHost(string? host) =>
        host is not null && (Same(host, options.PublicBase.Authority) || options.MoreHosts.Any(known => Same(host, known)));

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    // Browsers say where a request was made; a link from elsewhere may be followed, nothing may be sent or embedded.
    private bool IsForeign(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"];
        var isRead = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        if (isRead)
        {
            return site is ["cross-site" or "same-site"] && request.Headers["Sec-Fetch-Mode"] is not ["navigate"];
        }

        var origin = request.Headers.Origin;
        return (site.Count > 0 && site is not ["same-origin"]) || (origin.Count > 0 && !IsOwn(origin));
    }

    private bool IsOwn(Microsoft.Extensions.Primitives.StringValues origin) =>
        origin is [{ } one]
        && Uri.TryCreate(one, UriKind.Absolute, out var uri)
        && uri.Scheme == options.PublicBase.Scheme
        && IsHost(uri.Authority);
}
