using System.Diagnostics;
using PhiGateway.Audit.Journal.Files;

namespace PhiGateway.Audit.Journal;

/// <summary>
/// Decides how long the writer lets records gather before it flushes: not at all when idle, up to a bound when flushes carry many records.
/// </summary>
/// <remarks>
/// Flushes are the cost, so under load they are spaced; a flush that would already carry as many records as the fullest of late does not
/// wait.
/// </remarks>
internal sealed class BatchWindow(TimeSpan longest)
{
    private const double RecordsForFullWindow = 8;

    // The kernel adds its timer slack of 50 µs to every sleep: shorter ones are not worth it.
    private static readonly TimeSpan Slack = TimeSpan.FromMicroseconds(60);

    private double _load;
    private double _peak;
    private long _lastStart;

    /// <summary>Sleeps when that is worth it.</summary>
    public void Gather(PendingQueue queue)
    {
        if (_load < 2 || longest == TimeSpan.Zero || !OperatingSystem.IsLinux())
        {
            return;
        }

        var window = longest * Math.Min(1, _load / RecordsForFullWindow);
        while (queue.Count < _peak * 0.9)
        {
            var left = window - Stopwatch.GetElapsedTime(_lastStart) - Slack;
            if (left <= TimeSpan.Zero)
            {
                return;
            }

            NativeFile.Sleep(left < longest / 2 ? left : longest / 2);
        }
    }

    public void Flushing(int records)
    {
        _lastStart = Stopwatch.GetTimestamp();
        _load = (_load * 0.875) + (records * 0.125);
        _peak = Math.Max(records, _peak * 0.97);
    }
}
