using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Composition;
using PhiGateway.Admin.OpenApi;
using PhiGateway.Console.Configuration;
using PhiGateway.Console.Http;
using PhiGateway.Console.Pages;
using PhiGateway.Console.Rendering;
using PhiGateway.Console.Sessions;
using PhiGateway.Console.SignIn;
using PhiGateway.Console.Work;

namespace PhiGateway.Console.Composition;

/// <summary>Registers the console; the control plane's commands, the journal and the clock are there already.</summary>
public static class ConsoleServices
{
    /// <summary>Adds the console's services.</summary>
    public static IServiceCollection AddPhiGatewayConsole(this IServiceCollection services, ConsoleOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(static provider => new ApiDocument(
            provider.GetRequiredKeyedService<IOpenApiDocumentProvider>(AdminServices.Document)
        ));
        return services.AddHttp().AddRendering().AddSessions().AddSignIn(options).AddWork().AddPages();
    }
}
