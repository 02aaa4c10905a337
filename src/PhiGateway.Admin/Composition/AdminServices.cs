using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.OpenApi;
using PhiGateway.Admin.Access;
using PhiGateway.Admin.Accounting;
using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.AuditEvents;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Decisions;
using PhiGateway.Admin.Declarative;
using PhiGateway.Admin.Documents;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;
using PhiGateway.Admin.OpenApi;
using PhiGateway.Admin.Organizations;
using PhiGateway.Admin.Replay;
using PhiGateway.Admin.Revocations;
using PhiGateway.Admin.Rosters;
using PhiGateway.Admin.Status;
using PhiGateway.Admin.Trail;
using PhiGateway.Admin.UseCases;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Admin.Composition;

/// <summary>
/// Registers the control plane; the host adds the ports: <see cref="IRegistryStore"/>, the audit store and journal, the clock, the snapshot
/// accessor, node health.
/// </summary>
public static class AdminServices
{
    /// <summary>Name of the OpenAPI document.</summary>
    internal const string Document = "v1";

    /// <summary>Adds the admin API's services.</summary>
    /// <exception cref="AdminStartException">The options cannot be used; every problem is listed.</exception>
    public static IServiceCollection AddPhiGatewayAdmin(this IServiceCollection services, AdminOptions options)
    {
        if (options.Oidc?.Validate() is { Count: > 0 } problems)
        {
            throw new AdminStartException(string.Join(Environment.NewLine, problems));
        }

        services.AddRouting();
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(static provider => new WorkingSetSource(
            provider.GetRequiredService<IRegistryStore>(),
            provider.GetService<IRegistrySource>()
        ));
        services.AddSingleton<RegistryRules>();
        services.AddSingleton<IAdminKeys, WorkingSetKeys>();
        services.AddSingleton<AdminKeyAuthenticator>();
        services.AddSingleton<OidcAuthenticator>();
        services.AddSingleton<FailedAuthentications>();
        services.AddSingleton<AdminJournal>();
        services.AddSingleton<RegistryEditor>();
        services.AddSingleton<DocumentCommands>();
        services.AddSingleton<DocumentQueries>();
        services.AddSingleton<KeyApproval>();
        services.AddSingleton<KeyClaim>();
        services.AddSingleton<ClientVerbs>();
        services.AddSingleton<ClientApproval>();
        services.AddSingleton<CredentialRotation>();
        services.AddSingleton<ClientReports>();
        services.AddSingleton<ApprovalBriefs>();
        services.AddSingleton<UseCaseVerbs>();
        services.AddSingleton<OrganizationVerbs>();
        services.AddSingleton<OwnerVerbs>();
        services.AddSingleton<RevocationCommands>();
        services.AddSingleton<TrailNames>();
        services.AddSingleton<TrailSearch>();
        services.AddSingleton<TrailReports>();
        services.AddSingleton<TrailExport>();
        services.AddSingleton<TrailFeed>();
        services.AddSingleton<TrailProofs>();
        services.AddSingleton<TrailBundles>();
        services.AddSingleton<ReachSearch>();
        services.AddSingleton<EventSearch>();
        services.AddSingleton<DisclosureRegister>();
        services.AddSingleton<AccountingCommands>();
        services.AddSingleton<TrafficReports>();
        services.AddSingleton<ClientDirectory>();
        services.AddSingleton<VendorDirectory>();
        services.AddSingleton<AlertInbox>();
        services.AddSingleton<DecisionExplainer>();
        services.AddSingleton<RequestExplainer>();
        services.AddSingleton<StatusReports>();
        services.AddSingleton<IssuerKeys>();
        services.AddSingleton<ConfigCommands>();
        services.AddSingleton<AlertVerbs>();
        services.AddSingleton<AlertHandling>();
        services.AddSingleton<UsageReports>();
        services.AddSingleton<ReplayCommands>();
        services.AddSingleton(static provider => new DoorWarnings(
            provider.GetRequiredService<IRegistryStore>(),
            provider.GetRequiredService<WorkingSetSource>(),
            provider.GetRequiredService<IAuditJournal>(),
            provider.GetRequiredService<ISnapshotSource>(),
            provider.GetRequiredService<AdminOptions>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<DoorWarnings>>()
        ));
        services.AddSingleton(static provider => new EmergencyUses(
            provider.GetRequiredService<IRegistryStore>(),
            provider.GetRequiredService<WorkingSetSource>(),
            provider.GetRequiredService<IAuditJournal>(),
            provider.GetRequiredService<IAuditStore>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<EmergencyUses>>()
        ));
        services.AddSingleton(static provider => new DormancyLadder(
            provider.GetRequiredService<IRegistryStore>(),
            provider.GetRequiredService<IAuditJournal>(),
            provider.GetRequiredService<IAuditStore>(),
            provider.GetRequiredService<ISnapshotSource>(),
            provider.GetRequiredService<AdminOptions>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<DormancyLadder>>()
        ));
        services.AddSingleton<RosterGrowth>();
        services.AddSingleton<MemberCommands>();
        services.AddSingleton<MemberImport>();
        if (options.Oidc is { } oidc)
        {
            OidcSetup.Add(services, oidc, options.Connect);
        }

        services.ConfigureHttpJsonOptions(static json =>
        {
            // For the OpenAPI schemas: the same names and enums as on the wire.
            json.SerializerOptions.PropertyNamingPolicy = RegistryJson.Options.PropertyNamingPolicy;
            json.SerializerOptions.NumberHandling = RegistryJson.Options.NumberHandling;
            json.SerializerOptions.TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { SchemaDescription.WireNames } };
            foreach (var converter in RegistryJson.Options.Converters)
            {
                json.SerializerOptions.Converters.Add(converter);
            }
        });
        services.AddOpenApi(
            Document,
            static openApi =>
            {
                openApi.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
                openApi
                    .AddDocumentTransformer<ApiDescription>()
                    .AddOperationTransformer<OperationDescription>()
                    .AddSchemaTransformer<SchemaDescription>();
            }
        );
        return services;
    }
}
