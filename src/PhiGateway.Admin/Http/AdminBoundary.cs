using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PhiGateway.Admin.Calls;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Http;

/// <summary>
/// The outermost middleware: gives every call an id, forbids caching, and turns faults and bare statuses into problem+json.
/// </summary>
internal sealed class AdminBoundary(RequestDelegate next, TimeProvider time, ILogger<AdminBoundary> log)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var id = RequestId.Assign(context, time);
        var headers = context.Response.Headers;
        headers[RequestId.Header] = RequestId.Of(context);
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        AdminProblem? problem = null;
        try
        {
            await next(context);
            if (
                context.Response.StatusCode >= 400
                && !context.Response.HasStarted
                && context.Response.ContentLength is null
                && context.Response.ContentType is null
            )
            {
                problem = AdminProblem.OfStatus(context.Response.StatusCode);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception) when (ProblemOf(exception) is { } known)
        {
            Tell(exception, known, id);
            problem = known;
        }
#pragma warning disable CA1031 // The one place where an unexpected fault becomes an answer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            // The message may quote a body, so only the type is logged.
            AdminLog.Faulted(log, id, exception.GetType().Name, exception.TargetSite?.DeclaringType?.Name ?? "unknown");
            problem = AdminProblem.Fault;
        }

        if (problem is null)
        {
            return;
        }

        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        await new ProblemResult(problem).ExecuteAsync(context);
    }

    private void Tell(Exception fault, AdminProblem told, Guid id)
    {
        switch (fault)
        {
            case BodyKeyException:
                AdminLog.BodiesUnreadable(log, id, fault.Message);
                break;
            case RegistryHeldException:
                AdminLog.RegistryHeld(log, id, fault.Message);
                break;
            case Exception when told == AdminProblem.StoreDown:
                AdminLog.RegistryUnavailable(log, id, fault.GetType().Name);
                break;
            default:
                break;
        }
    }

    /// <summary>What a fault that has words of its own is told as, by REST and by pages; null: it is not expected.</summary>
    public static AdminProblem? ProblemOf(Exception fault) =>
        fault switch
        {
            JournalUnavailableException => AdminProblem.JournalDown,
            BadHttpRequestException bad => AdminProblem.OfStatus(bad.StatusCode),
            ContentDestroyedException => AdminProblem.ContentDestroyed,
            BodyKeyException => AdminProblem.BodiesUnreadable,
            RegistryHeldException => AdminProblem.Held(fault.Message),
            Exception when IsDatabase(fault) => AdminProblem.StoreDown,
            _ => null,
        };

    /// <summary>Whether a store could not be reached; stores wrap what their driver throws.</summary>
    public static bool IsDatabase(Exception exception)
    {
        for (Exception? step = exception; step is not null; step = step.InnerException)
        {
            if (step is System.Data.Common.DbException or System.Net.Sockets.SocketException)
            {
                return true;
            }
        }

        return false;
    }
}
