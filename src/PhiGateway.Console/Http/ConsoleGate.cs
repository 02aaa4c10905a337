using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Console.Configuration;
using PhiGateway.Console.Sessions;

namespace PhiGateway.Console.Http;

/// <summary>
/// Lets a click pass only with a live session, a role that its endpoint names, and, when it sends something, the token of the session's
/// forms; an endpoint that names no role and is not open to visitors is closed.
/// </summary>
internal sealed class ConsoleGate(
    RequestDelegate next,
    SessionFleet sessions,
    ConsoleOptions options,
    PageWriter pages,
    IAuditJournal journal,
    TimeProvider time
)
{
    private static readonly object Key = new();

    /// <summary>The request that passed.</summary>
    public static ConsoleRequest RequestOf(HttpContext context) =>
        context.Items[Key] as ConsoleRequest ?? throw new InvalidOperationException("The console's gate has not run.");

    /// <summary>The session of the request, however far it has come; null: none.</summary>
    public static ConsoleSession? SessionOf(HttpContext context) => (context.Items[Key] as ConsoleRequest)?.Session;

    public async Task InvokeAsync(HttpContext context)
    {
        var endpoint = context.GetEndpoint();
        if (endpoint?.Metadata.GetMetadata<OpenToVisitors>() is not null)
        {
            await next(context);
            return;
        }

        var found = ConsoleCookies.Read(context, ConsoleCookies.Session) is { } cookie
            ? await sessions.FindAsync(cookie, isClick: !NotAClick.Is(context))
            : null;
        var isGrave = endpoint?.Metadata.GetMetadata<GraveStep>() is not null;
        var isClicked = isGrave || endpoint?.Metadata.GetMetadata<ClickedFile>() is not null;
        if (found is not { Session: { } session })
        {
            await SignInAsync(context, isClicked);
            return;
        }

        // What a page of another tab asks for by itself is not what the sign-in led to.
        var isLanding = (isClicked || !NotAClick.Is(context)) && session.TakeLanding();
        var isLed = isLanding || IsLedFromElsewhere(context);
        if (found.Cookie is { } renewed)
        {
            ConsoleCookies.Write(context, ConsoleCookies.Session, renewed);
        }

        var required = endpoint?.Metadata.GetMetadata<RequiredRoles>();
        if (endpoint is not RouteEndpoint { RoutePattern.RawText: { } template })
        {
            // Nothing there, or routing's own for a method that is not known.
            var status = endpoint is null ? StatusCodes.Status404NotFound : StatusCodes.Status405MethodNotAllowed;
            await pages.ProblemAsync(context, AdminProblem.OfStatus(status), session);
            return;
        }

        if (required is null || !session.Caller.HasAny(required.AnyOf))
        {
            await RefuseAsync(context, session, template, required);
            return;
        }

        IFormCollection? form = null;
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            form = await ConsoleForm.ReadAsync(context);
            if (form is null || form[ConsoleForm.Token] is not [{ } sent] || !SessionToken.AreSame(sent, session.FormToken))
            {
                var stale = AdminProblem.Forbidden(
                    "The form is not of this session. Nothing was changed: open the page again and send it anew."
                );
                await pages.ProblemAsync(context, stale, session);
                return;
            }
        }

        // What a link elsewhere, or an address that was given to the sign-in, leads to is looked at: nothing is taken by it, and what waits
        // in the session waits on. Whether the sign-in is fresh is asked of the click.
        if (isClicked && form is null && isLed)
        {
            var led = HeldModel.Of(session, HeldOf(context, null), options, time.GetUtcNow()) with { IsFresh = true, IsLed = true };
            await HoldAsync(context, session, led);
            return;
        }

        if (isGrave)
        {
            if (!session.Proof.IsFresh(options.StepUp, time.GetUtcNow()))
            {
                await AskAgainAsync(context, session, template, form);
                return;
            }

            session.Held = null;
        }

        context.Items[Key] = ConsoleRequest.Of(context, session, form);
        await next(context);
    }

    private static bool IsLedFromElsewhere(HttpContext context) =>
        context.Request.Headers["Sec-Fetch-Site"] is ["cross-site" or "same-site"];

    private async Task SignInAsync(HttpContext context, bool isClicked)
    {
        if (!HttpMethods.IsGet(context.Request.Method))
        {
            var ended = new AdminProblem(401, "session-ended", "Your session has ended", "Nothing was changed. Sign in and do it again.");
            await pages.ProblemAsync(context, ended);
            return;
        }

        // A link from another site comes without the cookie: asked for again from here, it comes with it.
        if (context.Request.Headers["Sec-Fetch-Site"] is ["cross-site"])
        {
            if (isClicked)
            {
                // From here it would be a click on a page of ours.
                var led = AdminProblem.Forbidden(
                    "Another site led to a file. Nothing was taken: open the page that it is of, and take it there."
                );
                await pages.ProblemAsync(context, led);
                return;
            }

            context.Response.Headers["Refresh"] = "0";
            return;
        }

        var wanted = context.Request.Path + context.Request.QueryString.ToString();
        PageWriter.Redirect(context, "/console/sign-in?to=" + Uri.EscapeDataString(wanted));
    }

    // Nothing is lost: what was filled in waits in the session until the person has signed in anew.
    private async Task AskAgainAsync(HttpContext context, ConsoleSession session, string template, IFormCollection? form)
    {
        session.Held = HeldOf(context, form);
        Record(context, session, template, "sign-in-too-old");
        await HoldAsync(context, session, HeldModel.Of(session, session.Held, options, time.GetUtcNow()));
    }

    private Task HoldAsync(HttpContext context, ConsoleSession session, HeldModel model) =>
        pages.PageAsync(context, session, HeldModel.PageOf(model, StatusCodes.Status403Forbidden));

    private static HeldStep HeldOf(HttpContext context, IFormCollection? form) =>
        new(
            context.Request.Path + context.Request.QueryString.ToString(),
            form is not null,
            form is null
                ? []
                :
                [
                    .. form.Where(static field => field.Key != ConsoleForm.Token)
                        .SelectMany(static field => field.Value.Select(value => KeyValuePair.Create(field.Key, value ?? string.Empty))),
                ]
        );

    private async Task RefuseAsync(HttpContext context, ConsoleSession session, string template, RequiredRoles? required)
    {
        Record(context, session, template, "role-missing");
        var needed = required is null ? "nobody" : string.Join(" or ", required.AnyOf);
        await pages.ProblemAsync(context, AdminProblem.Forbidden($"This is open to: {needed}."), session);
    }

    private void Record(HttpContext context, ConsoleSession session, string template, string reason) =>
        journal.TryAppend(
            new AuditRecord
            {
                Id = RequestId.GuidOf(context),
                Kind = AuditKind.Auth,
                Event = "admin.authorize",
                Time = time.GetUtcNow(),
                Decision = "deny",
                Reason = reason,
                Actor = session.Caller.Person,
                Method = context.Request.Method,
                Template = template,
                Status = StatusCodes.Status403Forbidden,
            }
        );
}
