using Microsoft.Extensions.DependencyInjection;

namespace PhiGateway.Admin.Accounting;

/// <summary>Registers the accounting of disclosures; called once by the control plane's composition.</summary>
internal static class AccountingRegistration
{
    /// <summary>The register and its commands.</summary>
    public static IServiceCollection AddAccounting(this IServiceCollection services) =>
        services.AddSingleton<PatientViews>().AddSingleton<DisclosureRegister>().AddSingleton<AccountingCommands>();
}
