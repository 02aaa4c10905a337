using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Console.Configuration;
using PhiGateway.Console.Http;
using PhiGateway.Console.SignIn;

namespace PhiGateway.Console.Composition;

/// <summary>Puts the console onto the control plane's listener: a branch of its own below <c>/console</c>, with its own headers and gate.</summary>
public static class ConsoleApp
{
    // ASP.NET would put the authentication in front of everything, and so in front of the console's own boundary.
    private const string AuthenticationIsSet = "__AuthenticationMiddlewareSet";

    /// <summary>Adds the branch; before the admin API, whose gate asks for a key.</summary>
    public static WebApplication UsePhiGatewayConsole(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<ConsoleOptions>();
        ((IApplicationBuilder)app).Properties[AuthenticationIsSet] = true;
        app.MapWhen(
            static context => context.Request.Path.StartsWithSegments("/console", StringComparison.Ordinal),
            branch =>
            {
                branch.UseMiddleware<ConsoleBoundary>();
                branch.UseAuthentication();
                branch.UseRouting();
                branch.UseMiddleware<ConsoleGate>();
                branch.UseEndpoints(routes =>
                {
                    SignInEndpoints.Map(routes, options);
                    OidcSignIn.Map(routes, options);
                    ConsoleScreens.Map(new ConsoleRoutes(routes));
                });
            }
        );
        return app;
    }
}
