namespace PhiGateway.Gateway.Settle;

/// <summary>Registers the Settle stage with its guards and settlements; called once by the data plane's composition.</summary>
internal static class SettleRegistration
{
    /// <summary>Whether it is approved over the facts of the upstream.</summary>
    public static IServiceCollection AddSettle(this IServiceCollection services) =>
        services
            .AddSingleton<StoredVersionGuard>()
            .AddSingleton<StartingRecordGuard>()
            .AddSingleton<NamedBinaryGuard>()
            .AddSingleton<NamedRecordGuard>()
            .AddSingleton<TargetAttribution>()
            .AddSingleton<SingleSettlement>()
            .AddSingleton<ApiSettlement>()
            .AddSingleton<TransactionSettlement>()
            .AddSingleton<SettleStage>();
}
