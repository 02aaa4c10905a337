using Microsoft.Extensions.Hosting;

namespace PhiGateway.Identity.Issuers;

/// <summary>
/// Keeps every issuer's keys fresh in the background; an issuer that is down at start is asked again, more slowly each time.
/// </summary>
/// <param name="directory">The issuers.</param>
/// <param name="time">Clock.</param>
/// <param name="rehearse">Shown each issuer's first keys; null: nobody is.</param>
internal sealed class IssuerKeyRefresher(
    IssuerDirectory directory,
    TimeProvider time,
    Func<TrustedIssuer, IssuerKeySet, Task>? rehearse = null
) : BackgroundService
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromSeconds(30);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(directory.Issuers.Select(issuer => KeepFreshAsync(issuer, stoppingToken)));

    private async Task KeepFreshAsync(TrustedIssuer issuer, CancellationToken stoppingToken)
    {
        var retry = FirstRetry;
        var isRehearsed = false;
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                var keys = await issuer.Keys.RefreshAsync(force: true);
                var wait = issuer.Options.KeyRefresh;
                if (keys is null)
                {
                    wait = retry;
                    retry = retry * 2 < LongestRetry ? retry * 2 : LongestRetry;
                }
                else
                {
                    retry = FirstRetry;
                    if (!isRehearsed)
                    {
                        isRehearsed = true;
                        await RehearseAsync(issuer, keys);
                    }
                }

                await Task.Delay(wait, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private async Task RehearseAsync(TrustedIssuer issuer, IssuerKeySet keys)
    {
        if (rehearse is null)
        {
            return;
        }

        try
        {
            await rehearse(issuer, keys);
        }
#pragma warning disable CA1031 // Whatever it is: the keys are kept fresh all the same, and the first token is told what is wrong.
        catch (Exception)
#pragma warning restore CA1031
        {
            // The first token takes longer, that is all.
        }
    }
}
