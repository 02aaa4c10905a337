using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.OpenApi;
using PhiGateway.Admin.Access;
using PhiGateway.Admin.Accounting;
using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.AuditEvents;
using PhiGateway.Admin.AuthZen;
using PhiGateway.Admin.Callers;
using PhiGateway.Admin.Campaigns;
using PhiGateway.Admin.Cases;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Controls;
using PhiGateway.Admin.Decisions;
using PhiGateway.Admin.Declarative;
using PhiGateway.Admin.Documents;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;
using PhiGateway.Admin.Keeping;
using PhiGateway.Admin.OpenApi;
using PhiGateway.Admin.Organizations;
using PhiGateway.Admin.Registrations;
using PhiGateway.Admin.Replay;
using PhiGateway.Admin.Revocations;
using PhiGateway.Admin.Rosters;
using PhiGateway.Admin.Shadows;
using PhiGateway.Admin.Signals;
using PhiGateway.Admin.Status;
using PhiGateway.Admin.Trail;
using PhiGateway.Admin.UseCases;
using PhiGateway.Policy.Registry;

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
        services.AddSingleton<IAdminKeys, WorkingSetKeys>();
        services
            .AddHttp()
            .AddEditing()
            .AddAccess(options)
            .AddDocuments()
            .AddClients()
            .AddUseCases()
            .AddOrganizations()
            .AddRevocations()
            .AddAlerts()
            .AddCases()
            .AddCampaigns()
            .AddCallers()
            .AddRegistrations()
            .AddControls()
            .AddRosters()
            .AddTrail()
            .AddAuditEvents()
            .AddAuthZen()
            .AddAccounting()
            .AddKeeping()
            .AddDecisions()
            .AddStatus()
            .AddDeclarative()
            .AddReplay()
            .AddShadows()
            .AddSignals(options);

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
