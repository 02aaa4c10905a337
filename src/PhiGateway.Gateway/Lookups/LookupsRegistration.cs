namespace PhiGateway.Gateway.Lookups;

/// <summary>The services of this room, for the data plane's composition.</summary>
internal static class LookupsRegistration
{
    /// <summary>Facts that only the upstream has.</summary>
    public static IServiceCollection AddLookups(this IServiceCollection services) =>
        services
            .AddSingleton<Fetch>()
            .AddSingleton<StoredVersionLookup>()
            .AddSingleton<ApiVersionLookup>()
            .AddSingleton<JudgedSearch>()
            .AddSingleton<WalkSearch>()
            .AddSingleton<ConditionSearch>()
            .AddSingleton<VersionLookup>()
            .AddSingleton<TargetLookup>()
            .AddSingleton<ReferrerLookup>();
}
