using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace PhiGateway.TokenService.Signing;

/// <summary>Has the key ring look after itself once a minute; a folder that cannot be read leaves in force what is.</summary>
internal sealed partial class KeyRingTurner(KeyRing ring, TimeProvider time, ILogger<KeyRingTurner> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    // While there is no key nothing is issued.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(ring.Keys.Count == 0 ? Soon : Pause, time, stoppingToken);
            try
            {
                await ring.RefreshAsync(stoppingToken);
                if (ring.HasKeyToCome)
                {
                    KeyToCome(logger);
                }
            }
#pragma warning disable CA1031 // A file that is none of ours, or empty, must not keep the ring from ever turning again: others would drop this node's keys.
            catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
            {
                RingNotTurned(logger, (fault as SigningException)?.Flaw ?? fault.GetType().Name);
            }
        }
    }

    [LoggerMessage(EventId = 2100, Level = LogLevel.Error, Message = "The signing keys cannot be looked after: {Fault}")]
    private static partial void RingNotTurned(ILogger logger, string fault);

    [LoggerMessage(
        EventId = 7210,
        Level = LogLevel.Warning,
        Message = "A signing key says that it was made at a time that is to come; a node's clock was wrong. Delete its file"
    )]
    private static partial void KeyToCome(ILogger logger);
}
