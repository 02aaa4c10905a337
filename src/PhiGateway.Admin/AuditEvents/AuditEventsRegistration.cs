using Microsoft.Extensions.DependencyInjection;

namespace PhiGateway.Admin.AuditEvents;

/// <summary>Registers the trail as FHIR AuditEvents; called once by the control plane's composition.</summary>
internal static class AuditEventsRegistration
{
    /// <summary>The search behind the FHIR endpoint.</summary>
    public static IServiceCollection AddAuditEvents(this IServiceCollection services) => services.AddSingleton<EventSearch>();
}
