using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Access;
using PhiGateway.Admin.Accounting;
using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.AuditEvents;
using PhiGateway.Admin.AuthZen;
using PhiGateway.Admin.Callers;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Campaigns;
using PhiGateway.Admin.Cases;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Controls;
using PhiGateway.Admin.Decisions;
using PhiGateway.Admin.Declarative;
using PhiGateway.Admin.Documents;
using PhiGateway.Admin.Http;
using PhiGateway.Admin.Keeping;
using PhiGateway.Admin.Organizations;
using PhiGateway.Admin.Registrations;
using PhiGateway.Admin.Replay;
using PhiGateway.Admin.Revocations;
using PhiGateway.Admin.Rosters;
using PhiGateway.Admin.Shadows;
using PhiGateway.Admin.Status;
using PhiGateway.Admin.Trail;
using PhiGateway.Admin.UseCases;

namespace PhiGateway.Admin.Composition;

/// <summary>Maps the whole admin API onto an application of its own listener.</summary>
public static class AdminApi
{
    /// <summary>Adds the boundary, the gate and every endpoint; nothing else may be mapped before it.</summary>
    public static WebApplication MapPhiGatewayAdmin(this WebApplication app)
    {
        app.UseMiddleware<AdminBoundary>();
        app.UseRouting();
        app.UseMiddleware<AdminGate>();

        var api = app.MapGroup("/admin/v1");
        DocumentEndpoints.Map(api);
        ClientEndpoints.Map(api);
        UseCaseEndpoints.Map(api);
        OrganizationEndpoints.Map(api);
        OffboardingEndpoints.Map(api);
        RevocationEndpoints.Map(api);
        AlertEndpoints.Map(api);
        RosterEndpoints.Map(api);
        TrailEndpoints.Map(api);
        AccountingEndpoints.Map(api);
        KeepingEndpoints.Map(api);
        DecisionEndpoints.Map(api);
        StatusEndpoints.Map(api);
        ConfigEndpoints.Map(api);
        HistoryEndpoints.Map(api);
        ReplayEndpoints.Map(api);
        ShadowEndpoints.Map(api);
        CampaignEndpoints.Map(api);
        CaseEndpoints.Map(api);
        CallerEndpoints.Map(api);
        RegistrationEndpoints.Map(api);
        ControlEndpoints.Map(api);
        AuditEventEndpoints.Map(app);
        AuthZenEndpoints.Map(app);
        app.MapOpenApi("/openapi/{documentName}.json").RequireRoles(AdminRoles.All);
        return app;
    }
}
