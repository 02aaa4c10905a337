using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;

namespace PhiGateway.Console.Http;

/// <summary>Maps screens: each names who may see it, and each step who may do it.</summary>
internal sealed class ConsoleRoutes(IEndpointRouteBuilder routes)
{
    private static readonly AdminProblem Unreadable = AdminProblem.BadParameter(
        SealedWords.Parameter,
        "the words of this search can no longer be read; open the page again and type them anew."
    );

    /// <summary>A page.</summary>
    public ConsoleRoutes Get<TScreen>(string path, IReadOnlyList<string> roles, Func<TScreen, ConsoleRequest, Task<ScreenAnswer>> show)
        where TScreen : class => Map(HttpMethods.Get, path, roles, show);

    /// <summary>A page or file that takes a patient's data away: after a fresh sign-in, where that is asked for.</summary>
    public ConsoleRoutes GraveGet<TScreen>(string path, IReadOnlyList<string> roles, Func<TScreen, ConsoleRequest, Task<ScreenAnswer>> show)
        where TScreen : class => Map(HttpMethods.Get, path, roles, show, GraveStep.Mark);

    /// <summary>A step that opens a patient, approves or stops: likewise.</summary>
    public ConsoleRoutes GravePost<TScreen>(string path, IReadOnlyList<string> roles, Func<TScreen, ConsoleRequest, Task<ScreenAnswer>> act)
        where TScreen : class => Map(HttpMethods.Post, path, roles, act, GraveStep.Mark);

    /// <summary>A file that holds nothing of a patient: taken by a click.</summary>
    public ConsoleRoutes FileGet<TScreen>(string path, IReadOnlyList<string> roles, Func<TScreen, ConsoleRequest, Task<ScreenAnswer>> show)
        where TScreen : class => Map(HttpMethods.Get, path, roles, show, ClickedFile.Mark);

    /// <summary>What a script asks by itself: it keeps no session alive.</summary>
    public ConsoleRoutes Watch<TScreen>(string path, IReadOnlyList<string> roles, Func<TScreen, ConsoleRequest, Task<ScreenAnswer>> show)
        where TScreen : class => Map(HttpMethods.Get, path, roles, show, NotAClick.Mark);

    /// <summary>A step.</summary>
    public ConsoleRoutes Post<TScreen>(string path, IReadOnlyList<string> roles, Func<TScreen, ConsoleRequest, Task<ScreenAnswer>> act)
        where TScreen : class => Map(HttpMethods.Post, path, roles, act);

    // Whoever did something is led on; a page in its place says what was refused.
    private static bool IsTaken(ScreenAnswer answer) => answer is ScreenAnswer.Go;

    private static async Task<ScreenAnswer> AnswerAsync<TScreen>(
        ConsoleRequest request,
        TScreen screen,
        Func<TScreen, ConsoleRequest, Task<ScreenAnswer>> run
    ) =>
        request switch
        {
            { IsUnreadable: true } => Unreadable,
            { Once: { } once } => await request.Session.Forms.TakeAsync(once, () => run(screen, request), IsTaken),
            _ => await run(screen, request),
        };

    private ConsoleRoutes Map<TScreen>(
        string method,
        string path,
        IReadOnlyList<string> roles,
        Func<TScreen, ConsoleRequest, Task<ScreenAnswer>> run,
        params object[] marks
    )
        where TScreen : class
    {
        routes
            .MapMethods(
                path,
                [method],
                async context =>
                {
                    var request = ConsoleGate.RequestOf(context);
                    var answer = await AnswerAsync(request, context.RequestServices.GetRequiredService<TScreen>(), run);
                    if (request.Missing is { } missing && answer is ScreenAnswer.Shown(var page))
                    {
                        answer = page with { Missing = missing };
                    }

                    await context.RequestServices.GetRequiredService<PageWriter>().WriteAsync(context, request.Session, answer);
                }
            )
            .RequireRoles(roles)
            .WithMetadata(marks)
            .ExcludeFromDescription();
        return this;
    }
}
