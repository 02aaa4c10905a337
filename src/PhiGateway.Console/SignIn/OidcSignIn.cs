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

    /// <summary>Adds the handler.</summary>
    public static void Add(IServiceCollection services, ConsoleOptions options)
    {
        // What protects the state between two redirects is of this process: a sign-in that outlives it begins anew.
        services.AddDataProtection();
        var builder = services.AddAuthentication();
        if (options.Oidc is not { } provider)
        {
            return;
        }

        builder.AddOpenIdConnect(
            Scheme,
            oidc =>
            {
                oidc.Authority = provider.Issuer;
                oidc.RequireHttpsMetadata = provider.Issuer.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
                oidc.ClientId = options.ClientId;
                oidc.ClientSecret = options.ClientSecret;
                oidc.ResponseType = OpenIdConnectResponseType.Code;
                oidc.ResponseMode = OpenIdConnectResponseMode.Query;
                oidc.UsePkce = true;
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
                        var properties = new AuthenticationProperties();
                        properties.Items[To] = ReturnPath.Of(context.Request.Query[To]);
                        return context.ChallengeAsync(Scheme, properties);
                    }
                )
                .WithMetadata(OpenToVisitors.Mark)
                .ExcludeFromDescription();
        }
    }

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
        var session = context.Principal.FindFirst("sid")?.Value;
        await services.GetRequiredService<SignInBook>().BeginAsync(context.HttpContext, caller, name, string.Empty, session);
        var to = ReturnPath.Of(context.Properties?.Items.TryGetValue(To, out var wanted) == true ? wanted : null);
        PageWriter.Redirect(context.HttpContext, "/console/signed-in?to=" + Uri.EscapeDataString(to));
    }

    private static Task RefuseAsync(RemoteFailureContext context)
    {
        context.HandleResponse();
        var log = context.HttpContext.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(OidcSignIn));
        ConsoleLog.SignInFailed(log, context.Failure?.GetType().Name ?? "unknown");
        return SayAsync(context.HttpContext, "The identity provider did not sign you in, or the sign-in was begun elsewhere. Try again.");
    }

    private static Task SayAsync(HttpContext context, string words) => SignInEndpoints.SayAsync(context, words);
}
