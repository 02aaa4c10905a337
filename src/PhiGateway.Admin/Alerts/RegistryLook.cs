using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// Looks at the registry again and again, for whatever the host lets watch over dates and silence (<see cref="DoorWarnings"/> and kin): the
/// first look waits until the node has its registry, and one that failed is tried again soon.
/// </summary>
internal static class RegistryLook
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(30);

    /// <param name="snapshots">Tells whether there is a registry yet.</param>
    /// <param name="period">From one look to the next.</param>
    /// <param name="look">One look.</param>
    /// <param name="failed">Told of each fault: store and journal may be away, and the next look sees what this one did not.</param>
    /// <param name="time">Clock.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task RunAsync(
        ISnapshotSource snapshots,
        TimeSpan period,
        Func<CancellationToken, Task<int>> look,
        Action<Exception> failed,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            var good = false;
            try
            {
                good = snapshots.Current.Revision > 0;
                if (good)
                {
                    await look(cancellationToken);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                throw;
            }
#pragma warning disable CA1031 // Whatever is away: nobody waits for a look, and it is taken again.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                good = false;
                failed(fault);
            }

            await Task.Delay(good ? period : Retry, time, cancellationToken);
        }
    }
}
