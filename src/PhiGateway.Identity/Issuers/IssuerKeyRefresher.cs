using Microsoft.Extensions.Hosting;

namespace PhiGateway.Identity.Issuers;

/// <summary>
/// Keeps every issuer's keys fresh in the background; an issuer that is down at start is asked again, more slowly each time.
/// </summary>
internal sealed class IssuerKeyRefresher(IssuerDirectory directory, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(directory.Issuers.Select(issuer => KeepFreshAsync(issuer.Keys, issuer.Options.KeyRefresh, stoppingToken)));

    private async Task KeepFreshAsync(IssuerKeySource source, TimeSpan period, CancellationToken stoppingToken)
    {
        var retry = FirstRetry;
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                var keys = await source.RefreshAsync(force: true);
                var wait = period;
                if (keys is null)
                {
                    wait = retry;
                    retry = retry * 2 < LongestRetry ? retry * 2 : LongestRetry;
                }
                else
                {
                    retry = FirstRetry;
                }

                await Task.Delay(wait, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }
}
