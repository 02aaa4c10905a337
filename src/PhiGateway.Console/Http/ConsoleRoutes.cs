using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Http;

namespace PhiGateway.Console.Http;

/// <summary>Maps screens: each names who may see it, and each step who may do it.</summary>
internal sealed class ConsoleRoutes(IEndpointRouteBuilder routes)
{
    /// <summary>A page.</summary>
    public ConsoleRoutes Get<TScreen>(string path, IReadOnlyList<string> roles, Func<TScreen, ConsoleRequest, Task<ScreenAnswer>> show)
        where TScreen : class => Map(HttpMethods.Get, path, roles, show);

    /// <summary>A step.</summary>
    public ConsoleRoutes Post<TScreen>(string path, IReadOnlyList<string> roles, Func<TScreen, ConsoleRequest, Task<ScreenAnswer>> act)
        where TScreen : class => Map(HttpMethods.Post, path, roles, act);

    private ConsoleRoutes Map<TScreen>(
        string method,
        string path,
        IReadOnlyList<string> roles,
        Func<TScreen, ConsoleRequest, Task<ScreenAnswer>> run
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
                    var answer = await run(context.RequestServices.GetRequiredService<TScreen>(), request);
                    await context.RequestServices.GetRequiredService<PageWriter>().WriteAsync(context, request.Session, answer);
                }
            )
            .RequireRoles(roles)
            .ExcludeFromDescription();
        return this;
    }
}
