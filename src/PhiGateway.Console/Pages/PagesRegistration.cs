using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Console.Pages.Access;
using PhiGateway.Console.Pages.Alerts;
using PhiGateway.Console.Pages.Approvals;
using PhiGateway.Console.Pages.Asked;
using PhiGateway.Console.Pages.Callers;
using PhiGateway.Console.Pages.Cases;
using PhiGateway.Console.Pages.Clients;
using PhiGateway.Console.Pages.Find;
using PhiGateway.Console.Pages.History;
using PhiGateway.Console.Pages.Lab;
using PhiGateway.Console.Pages.Now;
using PhiGateway.Console.Pages.Offboardings;
using PhiGateway.Console.Pages.Patients;
using PhiGateway.Console.Pages.Reference;
using PhiGateway.Console.Pages.Reviews;
using PhiGateway.Console.Pages.Revocations;
using PhiGateway.Console.Pages.Search;
using PhiGateway.Console.Pages.Settings;
using PhiGateway.Console.Pages.Strangers;
using PhiGateway.Console.Pages.Trust;
using PhiGateway.Console.Pages.UseCases;
using PhiGateway.Console.Pages.Vendors;
using PhiGateway.Console.Pages.Work;

namespace PhiGateway.Console.Pages;

/// <summary>Registers the screens, and what they remember between requests; called once by the console's composition.</summary>
internal static class PagesRegistration
{
    /// <summary>One screen a room.</summary>
    public static IServiceCollection AddPages(this IServiceCollection services) =>
        services
            .AddSingleton<NowTrafficReader>()
            .AddSingleton<NowScreen>()
            .AddSingleton<SavedSearches>()
            .AddSingleton<SearchScreen>()
            .AddSingleton<TailPlaces>()
            .AddSingleton<TailScreen>()
            .AddSingleton<AccessScreen>()
            .AddSingleton<ClientsScreen>()
            .AddSingleton<FindScreen>()
            .AddSingleton<AskedScreen>()
            .AddSingleton<NarrowerScreen>()
            .AddSingleton<StopScreen>()
            .AddSingleton<ClientTokensScreen>()
            .AddSingleton<ThrottleScreen>()
            .AddSingleton<ApprovalsScreen>()
            .AddSingleton<UseCasesScreen>()
            .AddSingleton<StrangersScreen>()
            .AddSingleton<AlertScreen>()
            .AddSingleton<AlertsScreen>()
            .AddSingleton<CallersScreen>()
            .AddSingleton<CasesScreen>()
            .AddSingleton<LabScreen>()
            .AddSingleton<ShadowScreen>()
            .AddSingleton<HistoryScreen>()
            .AddSingleton<SettingsScreen>()
            .AddSingleton<ReviewsScreen>()
            .AddSingleton<PatientScreen>()
            .AddSingleton<AccountingScreen>()
            .AddSingleton<RequestsScreen>()
            .AddSingleton<VendorsScreen>()
            .AddSingleton<MassStopScreen>()
            .AddSingleton<OffboardingScreen>()
            .AddSingleton<WorkScreen>()
            .AddSingleton<TrustScreen>()
            .AddSingleton<ReferenceScreen>();
}
