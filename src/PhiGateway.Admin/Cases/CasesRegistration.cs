using Microsoft.Extensions.DependencyInjection;

namespace PhiGateway.Admin.Cases;

/// <summary>Registers cases of alerts; called once by the control plane's composition.</summary>
internal static class CasesRegistration
{
    /// <summary>Verbs of cases, and what they show.</summary>
    public static IServiceCollection AddCases(this IServiceCollection services) =>
        services.AddSingleton<CaseVerbs>().AddSingleton<CaseReports>().AddSingleton<CasePatients>();
}
