using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using PhiGateway.Admin.Access;
using PhiGateway.Console.Configuration;
using PhiGateway.Console.Http;
using PhiGateway.Console.Sessions;

namespace PhiGateway.Console.SignIn;

/// <summary>
/// Signs people in by the hospital's identity provider: authorization code with PKCE, state and nonce bound to the browser, pushed where the
/// provider offers that; name and roles are read as the admin API reads them.
/// </summary>
internal static class OidcSignIn
{
    private const string Scheme = "console-oidc";
    private const string Callback = "/console/sign-in/callback";
    private const string To = "to";
    private const string Fresh = "fresh";
    private const string TooMany = "Too many sign-ins were begun from here within a minute. Try again in a minute.";

    // The last second of the year 9999.
    private const long MostSeconds = 253_402_300_799;

    /// <summary>Adds the handler.</summary>
    public static void Add(IServiceCollection services, ConsoleOptions options)
    {
        // What protects the state between two redirects is of all nodes where they have a key for it; else of this process, and a sign-in that
        // outlives it, or comes back to another node, begins anew.
        services.AddDataProtection();
        var builder = services.AddAuthentication();
        if (options.Oidc is not { } provider)
        {
            return;
        }

        services
            .AddOptions<OpenIdConnectOptions>(Scheme)
            .Configure<ConsoleProvider>(static (oidc, from) => oidc.ConfigurationManager = from.Provider);
        builder.AddOpenIdConnect(
            Scheme,
            oidc =>
            {
                oidc.DataProtectionProvider = options.SignInKey is { } key ? new SharedProtection(key) : null;
                oidc.Authority = provider.Issuer;
                oidc.RequireHttpsMetadata = provider.Issuer.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
                oidc.ClientId = options.ClientId;
                oidc.ClientSecret = options.ClientSecret;
                oidc.ResponseType = OpenIdConnectResponseType.Code;
                oidc.ResponseMode = OpenIdConnectResponseMode.Query;
                oidc.UsePkce = true;
                // Who is asked for a largest age says when somebody signed in (OpenID Connect Core, section 2).
                oidc.MaxAge = options.StepUp is null ? null : options.Longest;
                oidc.PushedAuthorizationBehavior = PushedAuthorizationBehavior.UseIfAvailable;
                oidc.CallbackPath = Callback;
                oidc.MapInboundClaims = false;
                oidc.SaveTokens = false;
                oidc.GetClaimsFromUserInfoEndpoint = false;
                oidc.DisableTelemetry = true;
                oidc.Scope.Clear();
                oidc.Scope.Add("openid");
                oidc.Scope.Add("profile");
                oidc.SignInScheme = "none";
                oidc.BackchannelHttpHandler = new SocketsHttpHandler
                {
                    AllowAutoRedirect = false,
                    UseProxy = false,
                    ConnectCallback = options.Connect,
                    PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                };
                oidc.TokenValidationParameters = new TokenValidationParameters
                {
                    ValidIssuer = provider.Issuer,
                    ValidAudience = options.ClientId,
                    ValidAlgorithms = provider.Algorithms,
                    NameClaimType = provider.NameClaim,
                    RoleClaimType = provider.RoleClaim,
                    RequireExpirationTime = true,
                    RequireSignedTokens = true,
                    ClockSkew = TimeSpan.FromSeconds(30),
                };
                Harden(oidc.CorrelationCookie, "__Host-phigw-oidc-");
                Harden(oidc.NonceCookie, "__Host-phigw-nonce-");
                // Whose sign-in was of which kind is looked at here.
                oidc.ClaimActions.Remove("acr");
                // And when the provider said so, by the clock by which it also says that it is over.
                oidc.ClaimActions.Remove("iat");
                oidc.Events.OnRedirectToIdentityProvider = context => AskForKind(context, options);
                oidc.Events.OnAuthorizationCodeReceived = BoundRedemption;
                oidc.Events.OnTicketReceived = BeginAsync;
                oidc.Events.OnRemoteFailure = RefuseAsync;
            }
        );
    }

    /// <summary>Maps the way to the provider.</summary>
    public static void Map(IEndpointRouteBuilder routes, ConsoleOptions options)
    {
        if (options.Oidc is not null)
        {
            routes
                .MapGet(
                    "/console/sign-in/provider",
                    static context =>
                    {
                        // Each start may cost the provider a call of ours, with our secret.
                        if (!Starts(context).TryTake(context.Connection.RemoteIpAddress))
                        {
                            return SayTooManyAsync(context);
                        }

                        var properties = new AuthenticationProperties();
                        properties.Items[To] = ReturnPath.Of(context.Request.Query[To]);
                        if (context.Request.Query[Fresh] is ["1"])
                        {
                            AskAnew(context, properties);
                        }

                        return context.ChallengeAsync(Scheme, properties);
                    }
                )
                .WithMetadata(OpenToVisitors.Mark)
                .ExcludeFromDescription();
            routes
                .MapPost("/console/sign-in/ended", static context => BackChannelLogout.RunAsync(context, Scheme))
                .WithMetadata(OpenToVisitors.Mark)
                .ExcludeFromDescription();
        }
    }

    // The provider is to ask the person whatever session there is with it; the strict cookie does not come back with its redirect, so the
    // session that asked goes along in the protected state, by the key under which it is kept.
    private static void AskAnew(HttpContext context, AuthenticationProperties properties)
    {
        properties.SetParameter<TimeSpan?>(OpenIdConnectParameterNames.MaxAge, TimeSpan.Zero);
        var sessions = context.RequestServices.GetRequiredService<SessionFleet>();
        var cookie = ConsoleCookies.Read(context, ConsoleCookies.Session);
        properties.Items[Fresh] = (cookie is null ? null : sessions.KeyOf(cookie)) ?? string.Empty;
    }

    private static Task AskForKind(RedirectContext context, ConsoleOptions options)
    {
        if (context.Properties.Items.ContainsKey(Fresh) && options.StepUp is { Acr.Count: > 0 } asked)
        {
            context.ProtocolMessage.AcrValues = string.Join(' ', asked.Acr);
        }

        return Task.CompletedTask;
    }

    // The state of one sign-in can be shown again and again, each time with another code for the provider to refuse.
    private static Task BoundRedemption(AuthorizationCodeReceivedContext context)
    {
        if (!Starts(context.HttpContext).TryTake(context.HttpContext.Connection.RemoteIpAddress))
        {
            context.Fail(TooMany);
        }

        return Task.CompletedTask;
    }

    private static SignInStarts Starts(HttpContext context) => context.RequestServices.GetRequiredService<SignInStarts>();

    // The provider's redirect is another site's: these two have to come along with it, and hold nothing but random bits.
    private static void Harden(CookieBuilder cookie, string name)
    {
        cookie.Name = name;
        cookie.Path = "/";
        cookie.SameSite = SameSiteMode.Lax;
        cookie.SecurePolicy = CookieSecurePolicy.Always;
        cookie.HttpOnly = true;
    }

    private static async Task BeginAsync(TicketReceivedContext context)
    {
        context.HandleResponse();
        var services = context.HttpContext.RequestServices;
        var caller = context.Principal is { } principal ? services.GetRequiredService<OidcAuthenticator>().CallerOf(principal) : null;
        if (caller is null || caller.Roles.Count == 0)
        {
            await SayAsync(context.HttpContext, "Your account has no role here. Ask whoever gives roles for the PHI gateway.");
            return;
        }

        var name = context.Principal!.FindFirst("name")?.Value is { Length: > 0 and <= 128 } shown ? shown : caller.Person;
        var session = new ProviderSession(
            context.Principal.FindFirst("sub")?.Value,
            context.Principal.FindFirst("sid")?.Value,
            SaidAt(context.Principal.FindFirst("iat")?.Value)
        );
        var proof = ProofOf(context.Principal);
        if (proof.At is null && services.GetRequiredService<ConsoleOptions>().StepUp is { IsByDefault: true })
        {
            ConsoleSessionLog.SignInsWithoutTime(services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(OidcSignIn)));
        }

        var former = context.Properties?.Items.TryGetValue(Fresh, out var key) == true && key is { Length: > 0 } ? key : null;
        var to = ReturnPath.Of(context.Properties?.Items.TryGetValue(To, out var wanted) == true ? wanted : null);
        var person = new SignedInPerson(caller, name, string.Empty, session, proof, former) { IsLed = to != ReturnPath.First };
        await services.GetRequiredService<SignInBook>().BeginAsync(context.HttpContext, person);
        PageWriter.Redirect(context.HttpContext, "/console/signed-in?to=" + Uri.EscapeDataString(to));
    }

    private static SignInProof ProofOf(ClaimsPrincipal principal) =>
        new(SignedInAt(principal.FindFirst("auth_time")?.Value), principal.FindFirst("acr")?.Value);

    private static DateTimeOffset? SaidAt(string? issued) => SignedInAt(issued) is { } at && at > DateTimeOffset.UnixEpoch ? at : null;

    // What is said and cannot be read was never fresh; null: nothing is said.
    internal static DateTimeOffset? SignedInAt(string? said)
    {
        if (said is null)
        {
            return null;
        }

        return long.TryParse(said, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= MostSeconds
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : DateTimeOffset.UnixEpoch;
    }

    private static Task RefuseAsync(RemoteFailureContext context)
    {
        context.HandleResponse();
        if (context.Failure is { Message: TooMany })
        {
            return SayTooManyAsync(context.HttpContext);
        }

        var log = context.HttpContext.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(OidcSignIn));
        ConsoleLog.SignInFailed(log, context.Failure?.GetType().Name ?? "unknown");
        return SayAsync(context.HttpContext, "The identity provider did not sign you in, or the sign-in was begun elsewhere. Try again.");
    }

    // What ran out is this node's, before the code was redeemed: the provider did nothing wrong.
    private static Task SayTooManyAsync(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "60";
        return SignInEndpoints.SayAsync(context, TooMany, StatusCodes.Status429TooManyRequests);
    }

    private static Task SayAsync(HttpContext context, string words) => SignInEndpoints.SayAsync(context, words);
}
