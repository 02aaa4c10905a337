using Microsoft.Extensions.DependencyInjection;

namespace PhiGateway.Admin.Clients;

/// <summary>Registers what is done to clients and told of them; called once by the control plane's composition.</summary>
internal static class ClientsRegistration
{
    /// <summary>Verbs, approvals and reports of clients.</summary>
    public static IServiceCollection AddClients(this IServiceCollection services) =>
        services
            .AddSingleton<ClientVerbs>()
            .AddSingleton<ClientThrottling>()
            .AddSingleton<ClientApproval>()
            .AddSingleton<CredentialRotation>()
            .AddSingleton<ApiKeyIssue>()
            .AddSingleton<CredentialUses>()
            .AddSingleton<ClientTokens>()
            .AddSingleton<ClientReports>()
            .AddSingleton<ApprovalBriefs>()
            .AddSingleton<ClientDirectory>()
            .AddSingleton<UsageReports>();
}
