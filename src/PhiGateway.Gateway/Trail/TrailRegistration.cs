namespace PhiGateway.Gateway.Trail;

/// <summary>Registers what writes the audit records of requests; called once by the data plane's composition.</summary>
internal static class TrailRegistration
{
    /// <summary>What is on record.</summary>
    public static IServiceCollection AddTrail(this IServiceCollection services) =>
        services.AddSingleton<AuditTrail>().AddSingleton<RefusalFold>().AddSingleton<LateOutcomes>().AddSingleton<DeliveryFold>();
}
