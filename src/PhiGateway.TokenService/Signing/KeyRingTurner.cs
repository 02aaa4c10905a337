using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace PhiGateway.TokenService.Signing;

/// <summary>Has the key ring look after itself once a minute; a folder that cannot be read leaves in force what is.</summary>
internal sealed partial class KeyRingTurner(KeyRing ring, TimeProvider time, ILogger<KeyRingTurner> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(Pause, time, stoppingToken);
            try
            {
                ring.Refresh();
            }
#pragma warning disable CA1031 // A file that is none of ours, or empty, must not keep the ring from ever turning again: others would drop this node's keys.
            catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
            {
                RingNotTurned(logger, fault.GetType().Name);
            }
        }
    }

    [LoggerMessage(EventId = 2100, Level = LogLevel.Error, Message = "The signing keys cannot be looked after: {Fault}")]
    private static partial void RingNotTurned(ILogger logger, string fault);
}
