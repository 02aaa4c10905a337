using Microsoft.Extensions.DependencyInjection;

namespace PhiGateway.Console.Rendering;

/// <summary>Registers the renderer of pages; called once by the console's composition.</summary>
internal static class RenderingRegistration
{
    /// <summary>One renderer for all pages.</summary>
    public static IServiceCollection AddRendering(this IServiceCollection services) => services.AddSingleton<PageRenderer>();
}
