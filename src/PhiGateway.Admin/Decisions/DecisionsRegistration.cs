using Microsoft.Extensions.DependencyInjection;

namespace PhiGateway.Admin.Decisions;

/// <summary>Registers explanations of decisions; called once by the control plane's composition.</summary>
internal static class DecisionsRegistration
{
    /// <summary>Of decisions that were made, and of imagined ones.</summary>
    public static IServiceCollection AddDecisions(this IServiceCollection services) =>
        services.AddSingleton<DecisionExplainer>().AddSingleton<RequestExplainer>();
}
