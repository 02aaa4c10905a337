using PhiGateway.Gateway.Configuration;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Gateway.Following;

/// <summary>
/// Says in the registry's database which revision this node enforces: soon after it changed, once more when it is known to be the newest
/// since, and now and then. Used by <see cref="SnapshotFollower"/>, beside its loop.
/// </summary>
/// <param name="source">Where it is said.</param>
/// <param name="holder">What is in force.</param>
/// <param name="options">The node's name.</param>
/// <param name="clock">The clock.</param>
/// <param name="problem">What is wrong, in words; null: nothing.</param>
/// <param name="unshipped">Records that the audit store does not have yet; null: not known.</param>
internal sealed class NodeReporter(
    IRegistrySource source,
    SnapshotHolder holder,
    GatewayOptions options,
    TimeProvider clock,
    Func<string?> problem,
    Func<long>? unshipped
)
{
    /// <summary>A report is a write to the database, of every node.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan NowAndThen = TimeSpan.FromSeconds(10);

    private Task _report = Task.CompletedTask;
    private long _reported = -1;
    private volatile string? _said;
    private bool _isSettled = true;
    private DateTimeOffset _reportedAt = DateTimeOffset.MinValue;

    /// <summary>Whether a report is due as soon as may be.</summary>
    public bool IsPressing => !_isSettled || IsNew;

    private bool IsNew =>
        holder.Current.Revision != Interlocked.Read(ref _reported) || !string.Equals(problem(), _said, StringComparison.Ordinal);

    /// <summary>
    /// Reports where it is due; one at a time and waited for by nobody, since what waits for a lock on the status table must not keep a
    /// revocation waiting.
    /// </summary>
    public void ReportIfDue(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (!_report.IsCompleted || now - _reportedAt <= (IsPressing ? Soon : NowAndThen))
        {
            return;
        }

        // What is new was asked for before its act was known to have ended: whoever asks whether it is in force everywhere is told once more.
        _isSettled = !IsNew;
        _reportedAt = now;
        _report = ReportAsync(now, cancellationToken);
    }

    private async Task ReportAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (revision, words) = (holder.Current.Revision, problem());
        try
        {
            await source.ReportNodeAsync(
                new NodeStatus(options.Node, revision, now, words, holder.ConfirmedAt, unshipped?.Invoke()),
                cancellationToken
            );
            _said = words;
            Interlocked.Exchange(ref _reported, revision);
        }
#pragma warning disable CA1031 // Best effort by contract.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Said again with the next round.
            Interlocked.Exchange(ref _reported, -1);
        }
    }
}
