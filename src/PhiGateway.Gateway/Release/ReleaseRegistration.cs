using PhiGateway.Gateway.Release.Apis;
using PhiGateway.Gateway.Release.Batches;
using PhiGateway.Gateway.Release.Documents;
using PhiGateway.Gateway.Release.Exports;
using PhiGateway.Gateway.Release.Leaving;
using PhiGateway.Gateway.Release.Pages;
using PhiGateway.Gateway.Release.Streaming;
using PhiGateway.Gateway.Release.Whole;

namespace PhiGateway.Gateway.Release;

/// <summary>
/// Registers the Release stage and everything that judges and writes answers; called once by the data plane's composition.
/// </summary>
internal static class ReleaseRegistration
{
    /// <summary>What may leave, and the one door that it leaves by.</summary>
    public static IServiceCollection AddRelease(this IServiceCollection services) =>
        services
            .AddSingleton<ReaderPace>()
            .AddSingleton<CreatedPlace>()
            .AddSingleton<Exit>()
            .AddSingleton<AnswerJudge>()
            .AddSingleton<CountWalk>()
            .AddSingleton<AroundNames>()
            .AddSingleton<PageWalk>()
            .AddSingleton<StreamedRelease>()
            .AddSingleton<DiscoveryDocuments>()
            .AddSingleton<WholeAnswers>()
            .AddSingleton<BatchRelease>()
            .AddSingleton<ExportAnswers>()
            .AddSingleton<ApiPageWalk>()
            .AddSingleton<ApiAnswers>()
            .AddSingleton<ReleaseStage>();
}
