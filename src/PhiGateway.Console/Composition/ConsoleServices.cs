using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Composition;
using PhiGateway.Admin.OpenApi;
using PhiGateway.Console.Configuration;
using PhiGateway.Console.Http;
using PhiGateway.Console.Pages.Access;
using PhiGateway.Console.Pages.Alerts;
using PhiGateway.Console.Pages.Approvals;
using PhiGateway.Console.Pages.Callers;
using PhiGateway.Console.Pages.Cases;
using PhiGateway.Console.Pages.Clients;
using PhiGateway.Console.Pages.Find;
using PhiGateway.Console.Pages.Lab;
using PhiGateway.Console.Pages.Now;
using PhiGateway.Console.Pages.Patients;
using PhiGateway.Console.Pages.Reference;
using PhiGateway.Console.Pages.Reviews;
using PhiGateway.Console.Pages.Search;
using PhiGateway.Console.Pages.Settings;
using PhiGateway.Console.Pages.Trust;
using PhiGateway.Console.Pages.Vendors;
using PhiGateway.Console.Rendering;
using PhiGateway.Console.Sessions;
using PhiGateway.Console.SignIn;

namespace PhiGateway.Console.Composition;

/// <summary>Registers the console; the control plane's commands, the journal and the clock are there already.</summary>
public static class ConsoleServices
{
    /// <summary>Adds the console's services.</summary>
    public static IServiceCollection AddPhiGatewayConsole(this IServiceCollection services, ConsoleOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<ConsoleSessions>();
        services.AddSingleton<PageRenderer>();
        services.AddSingleton<PageWriter>();
        services.AddSingleton<SignInBook>();
        services.AddSingleton<HeldScreen>();
        services.AddSingleton<NowTrafficReader>();
        services.AddSingleton<NowScreen>();
        services.AddSingleton<SavedSearches>();
        services.AddSingleton<SearchScreen>();
        services.AddSingleton<TailPlaces>();
        services.AddSingleton<TailScreen>();
        services.AddSingleton<AccessScreen>();
        services.AddSingleton<ClientsScreen>();
        services.AddSingleton<FindScreen>();
        services.AddSingleton<StopScreen>();
        services.AddSingleton<NarrowerScreen>();
        services.AddSingleton<ApprovalsScreen>();
        services.AddSingleton<AlertsScreen>();
        services.AddSingleton<CallersScreen>();
        services.AddSingleton<CasesScreen>();
        services.AddSingleton<LabScreen>();
        services.AddSingleton<SettingsScreen>();
        services.AddSingleton<ReviewsScreen>();
        services.AddSingleton<PatientScreen>();
        services.AddSingleton<AccountingScreen>();
        services.AddSingleton<VendorsScreen>();
        services.AddSingleton<TrustScreen>();
        services.AddSingleton(static provider => new ApiDocument(
            provider.GetRequiredKeyedService<IOpenApiDocumentProvider>(AdminServices.Document)
        ));
        services.AddSingleton<ReferenceScreen>();
        OidcSignIn.Add(services, options);
        return services;
    }
}
