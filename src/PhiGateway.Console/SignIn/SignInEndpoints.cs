using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Calls;
using PhiGateway.Console.Configuration;
using PhiGateway.Console.Http;
using PhiGateway.Console.Rendering;
using PhiGateway.Console.Sessions;

namespace PhiGateway.Console.SignIn;

/// <summary>Maps what is reached without a session: the sign-in, the sign-out, and the sheet and script of the pages.</summary>
internal static class SignInEndpoints
{
    private const string Kept = "public, max-age=31536000, immutable";

    /// <summary>Maps them.</summary>
    public static void Map(IEndpointRouteBuilder routes, ConsoleOptions options)
    {
        Open(routes.MapGet("/console", static context => Later(context, ReturnPath.First)));
        Open(routes.MapGet("/console/sign-in", context => ShowAsync(context, options, null)));
        Open(routes.MapGet("/console/signed-in", SignedInAsync));
        Open(routes.MapGet("/console/assets/console.css", static context => SendAsync(context, ConsoleAssets.Sheet, "text/css")));
        Open(routes.MapGet("/console/assets/console.js", static context => SendAsync(context, ConsoleAssets.Script, "text/javascript")));
        Open(routes.MapGet("/console/assets/icon.svg", static context => SendAsync(context, ConsoleAssets.Icon, "image/svg+xml")));
        Open(routes.MapPost("/console/sign-out", SignOutAsync));
        if (options.Demo is not null)
        {
            Open(routes.MapPost("/console/sign-in", context => ChooseAsync(context, options)));
        }
    }

    /// <summary>The sign-in page with the reason why nobody was signed in.</summary>
    public static Task SayAsync(HttpContext context, string words, int status = StatusCodes.Status403Forbidden) =>
        ShowAsync(context, context.RequestServices.GetRequiredService<ConsoleOptions>(), words, status);

    private static void Open(IEndpointConventionBuilder endpoint) => endpoint.WithMetadata(OpenToVisitors.Mark).ExcludeFromDescription();

    private static Task Later(HttpContext context, string path)
    {
        PageWriter.Redirect(context, path);
        return Task.CompletedTask;
    }

    private static async Task SendAsync(HttpContext context, byte[] bytes, string type)
    {
        context.Response.ContentType = type + "; charset=utf-8";
        context.Response.ContentLength = bytes.Length;
        context.Response.Headers.CacheControl = Kept;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    private static Task ShowAsync(HttpContext context, ConsoleOptions options, string? message, int status = StatusCodes.Status200OK)
    {
        // The form is of this browser: a form that another site prepared has no part of it.
        var visitor = ConsoleCookies.Read(context, ConsoleCookies.Visitor);
        if (visitor is null)
        {
            visitor = SessionToken.New();
            ConsoleCookies.Write(context, ConsoleCookies.Visitor, visitor);
        }

        var model = new SignInModel(
            options.Oidc is not null,
            IsHere(context) ? options.Demo ?? [] : [],
            ReturnPath.Of(context.Request.Query["to"]),
            visitor,
            message
        );
        return Pages(context)
            .PageAsync(context, null, new PageContent("Sign in", string.Empty, typeof(SignInPage), model) { Status = status });
    }

    private static async Task ChooseAsync(HttpContext context, ConsoleOptions options)
    {
        var form = await ConsoleForm.ReadAsync(context);
        var visitor = ConsoleCookies.Read(context, ConsoleCookies.Visitor);
        if (form is null || !SessionToken.AreSame(form[ConsoleForm.Token], visitor))
        {
            await SayAsync(context, "The form was not of this browser. Choose again.");
            return;
        }

        if (!IsHere(context) || options.Demo?.FirstOrDefault(known => known.Id == form["person"]) is not { } person)
        {
            await SayAsync(context, "There is no such person.");
            return;
        }

        var caller = new AdminCaller(person.Person, "demo", person.Roles);
        var proof = new SignInProof(context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow(), "demo");
        var to = ReturnPath.Of(form["to"]);
        var signedIn = new SignedInPerson(caller, person.Name, person.Task, null, proof, null) { IsLed = to != ReturnPath.First };
        await Book(context).BeginAsync(context, signedIn);
        PageWriter.Redirect(context, to);
    }

    // After the identity provider a redirect would still be another site's: the browser asks for the page from here, and the strict cookie
    // comes along.
    private static Task SignedInAsync(HttpContext context)
    {
        context.Response.Headers["Refresh"] = "0; url=" + ReturnPath.Of(context.Request.Query["to"]);
        return Task.CompletedTask;
    }

    private static async Task SignOutAsync(HttpContext context)
    {
        var pages = Pages(context);
        var sessions = context.RequestServices.GetRequiredService<SessionFleet>();
        var cookie = ConsoleCookies.Read(context, ConsoleCookies.Session);
        var session = cookie is null ? null : (await sessions.FindAsync(cookie, isClick: true))?.Session;

        // What this node has not, and cannot look up now, ends too: whose it is stands in the cookie.
        var ending = session ?? (cookie is null ? null : sessions.Open(cookie));
        var words = "This session has ended. The identity provider may still know you: sign out there too on a shared machine.";
        if (ending is not null)
        {
            var form = await ConsoleForm.ReadAsync(context);
            if (form is null || !SessionToken.AreSame(form[ConsoleForm.Token], ending.FormToken))
            {
                await pages.ProblemAsync(context, AdminProblem.Forbidden("The form is not of this session."), session);
                return;
            }

            await Book(context).EndAsync(context, ending.Caller);
            if (sessions.IsUntold(cookie!))
            {
                words =
                    "This session has ended here. The other nodes could not be told yet, since the registry's store does not answer: close the "
                    + "browser, and tell an operator where the machine is shared. The identity provider may still know you: sign out there too.";
            }
        }

        ConsoleCookies.Remove(context, ConsoleCookies.Session);
        await pages.PageAsync(context, null, new PageContent("Signed out", string.Empty, typeof(SignedOutPage), words));
    }

    private static bool IsHere(HttpContext context) => context.Connection.RemoteIpAddress is { } peer && IPAddress.IsLoopback(peer);

    private static PageWriter Pages(HttpContext context) => context.RequestServices.GetRequiredService<PageWriter>();

    private static SignInBook Book(HttpContext context) => context.RequestServices.GetRequiredService<SignInBook>();
}
