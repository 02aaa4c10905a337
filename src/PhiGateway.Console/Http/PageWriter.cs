using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;
using PhiGateway.Console.Configuration;
using PhiGateway.Console.Rendering;
using PhiGateway.Console.Sessions;

namespace PhiGateway.Console.Http;

/// <summary>Writes pages, redirects and files; whole pages only, so that a fault half way is a page too.</summary>
internal sealed class PageWriter(PageRenderer renderer, ConsoleOptions options)
{
    private const int SeeOther = StatusCodes.Status303SeeOther;

    /// <summary>Writes what a screen answered.</summary>
    public Task WriteAsync(HttpContext context, ConsoleSession session, ScreenAnswer answer)
    {
        switch (answer)
        {
            case ScreenAnswer.Shown(var page):
                return PageAsync(context, session, page);
            case ScreenAnswer.Go(var path, var notice):
                if (notice is not null)
                {
                    session.Say(notice);
                }

                Redirect(context, path);
                return Task.CompletedTask;
            case ScreenAnswer.File file:
                context.Response.ContentType = file.ContentType;
                context.Response.Headers.ContentDisposition = $"attachment; filename=\"{file.Name}\"";
                return file.WriteAsync(context);
            case ScreenAnswer.Data(var body):
                context.Response.ContentType = "application/json; charset=utf-8";
                return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body.ToJsonString()), context.RequestAborted).AsTask();
            case ScreenAnswer.Raw raw:
                return RawAsync(context, raw);
            case ScreenAnswer.Refused(var problem):
                return ProblemAsync(context, problem, session);
            default:
                throw new InvalidOperationException("A screen answers a page, a path, data, a file or a refusal.");
        }
    }

    /// <summary>A refusal as a page.</summary>
    public Task ProblemAsync(HttpContext context, AdminProblem problem, ConsoleSession? session = null, StillWorks? works = null)
    {
        if (problem.RetryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        return PageAsync(context, session, ProblemModel.PageOf(problem, RequestId.Of(context), works, session?.Caller));
    }

    /// <summary>One page.</summary>
    public async Task PageAsync(HttpContext context, ConsoleSession? session, PageContent page)
    {
        var html = await renderer.RenderAsync(
            new ShellModel(
                page.Title,
                page.Section,
                session is null ? null : PersonOf(session),
                // What was done is said on the page that stays.
                page.IsComing
                    ? null
                    : session?.TakeNotice(),
                page.OnRecord,
                page.Missing,
                page.Body,
                page.Model,
                ConsoleAssets.Version
            )
        );
        if (page.Again is { } again)
        {
            context.Response.Headers["Refresh"] = string.Create(CultureInfo.InvariantCulture, $"{again.Seconds}; url={again.Path}");
        }

        context.Response.StatusCode = page.Status;
        context.Response.ContentType = "text/html; charset=utf-8";
        var bytes = Encoding.UTF8.GetBytes(html);
        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        }
    }

    /// <summary>To another page of the console.</summary>
    public static void Redirect(HttpContext context, string path)
    {
        context.Response.StatusCode = SeeOther;
        context.Response.Headers.Location = path;
    }

    private static async Task RawAsync(HttpContext context, ScreenAnswer.Raw raw)
    {
        var headers = context.Response.Headers;
        if (raw.ContentSecurity is { } policy)
        {
            headers.ContentSecurityPolicy = policy;
        }

        if (raw.IsKept)
        {
            headers.CacheControl = "private, max-age=31536000, immutable";
        }

        context.Response.ContentType = raw.ContentType;
        context.Response.ContentLength = raw.Bytes.Length;
        await context.Response.Body.WriteAsync(raw.Bytes, context.RequestAborted);
    }

    private ShellPerson PersonOf(ConsoleSession session) =>
        new(
            session.Name,
            session.Task,
            session.Caller.Roles,
            session.FormToken,
            [.. ConsoleSections.All.Where(section => session.Caller.HasAny(section.Roles)).Select(static section => section.Shown)],
            options.Demo is not null,
            session.HasWork
        );
}
