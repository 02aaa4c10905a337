namespace PhiGateway.Gateway.Lookups;

/// <summary>
/// Registers the lookups that the gateway makes upstream for its own judgement; called once by the data plane's composition.
/// </summary>
internal static class LookupsRegistration
{
    /// <summary>Facts that only the upstream has.</summary>
    public static IServiceCollection AddLookups(this IServiceCollection services) =>
        services
            .AddSingleton<Fetch>()
            .AddSingleton<ExportListings>()
            .AddSingleton<ShownMemory>()
            .AddSingleton<ListingMemory>()
            .AddSingleton<NamesMemory>()
            .AddSingleton<ExportNames>()
            .AddSingleton<ShownFiles>()
            .AddSingleton<StoredVersionLookup>()
            .AddSingleton<ApiVersionLookup>()
            .AddSingleton<JudgedSearch>()
            .AddSingleton<WalkSearch>()
            .AddSingleton<ConditionSearch>()
            .AddSingleton<VersionLookup>()
            .AddSingleton<TargetLookup>()
            .AddSingleton<HopLookup>()
            .AddSingleton<PageLookup>()
            .AddSingleton<VersionConflict>()
            .AddSingleton<ReferrerLookup>();
}
