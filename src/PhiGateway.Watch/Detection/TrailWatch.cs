using System.Runtime.ExceptionServices;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Findings;
using PhiGateway.Watch.Registered;
using PhiGateway.Watch.Rules;
using PhiGateway.Watch.Usage;

namespace PhiGateway.Watch.Detection;

/// <summary>
/// The watching loop: reads the stored trail behind the traffic, finds, and hands findings on; run by the host. It stands beside the
/// request's path and can stop nobody.
/// </summary>
/// <remarks>
/// Every node may run it over the whole trail: the same records give the same findings. What is older than a day when it is read teaches
/// the baselines and is not told, until more of it is news; of a log that was read to its end before, all that comes is. What was found and
/// could not be told is kept over a restart.
/// </remarks>
public sealed class TrailWatch : IDisposable
{
    private static readonly TimeSpan Newsworthy = TimeSpan.FromDays(1);

    // Clocks of nodes differ by less.
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(10);

    // So long after a start its clock is believed: if it was wrong, there was time to set it.
    private static readonly TimeSpan Doubted = TimeSpan.FromHours(1);

    // Read in one go before it rests, and for how long it rests: a tenth of the time would be enough for 5,000 records a second, but not to
    // come near to their end again once it was behind.
    private const int Slice = 2000;
    private const int RestPerWork = 4;

    private static readonly TimeSpan KeepEvery = TimeSpan.FromMinutes(5);

    private readonly TrailFeed _feed;
    private readonly Detector _detector;
    private readonly IFindingSink _sink;
    private readonly TrailWatchOptions _options;
    private readonly TimeProvider _time;
    private readonly Queue<Finding> _untold = new();
    private readonly WatchMetrics _metrics = new();
    private DateTimeOffset _kept;
    private long? _restored;
    private long _caughtUp;

    /// <summary>Makes it; reads nothing yet.</summary>
    /// <param name="store">The stored trail.</param>
    /// <param name="snapshots">What is approved.</param>
    /// <param name="sink">Where findings go.</param>
    /// <param name="options">How often, and where it keeps what it learned.</param>
    /// <param name="time">Clock.</param>
    public TrailWatch(IAuditStore store, ISnapshotSource snapshots, IFindingSink sink, TrailWatchOptions options, TimeProvider time)
        : this(store, new Detector(new SnapshotClients(snapshots), Detector.AllRules), sink, options, time) { }

    internal TrailWatch(IAuditStore store, Detector detector, IFindingSink sink, TrailWatchOptions options, TimeProvider time)
    {
        (_feed, _detector, _sink, _options, _time) = (new TrailFeed(store), detector, sink, options, time);
        _caughtUp = time.GetTimestamp();
        _metrics.Show(() => _time.GetElapsedTime(Interlocked.Read(ref _caughtUp)).TotalSeconds);
    }

    /// <summary>Names of the rules about clients.</summary>
    public static IReadOnlyList<string> RuleNames { get; } = [.. Detector.AllRules.Select(static rule => rule.Name)];

    /// <summary>Every name under which something is found, also of persons and of the watch itself.</summary>
    public static IReadOnlyList<string> FindingNames { get; } =
    [.. RuleNames, RosterGrowthRule.Name, UnknownOutcomeRule.Name, Detector.FaultRule, UnreadLog.Rule];

    /// <summary>What a rule looks at, such as <c>Amount</c>; null: it is no rule about clients.</summary>
    public static string? FamilyOf(string rule)
    {
        foreach (var known in Detector.AllRules)
        {
            if (known.Name == rule)
            {
                return known.Family.ToString();
            }
        }

        return null;
    }

    /// <summary>Names of the rules that see the same thing as a rule from other sides, with its own.</summary>
    public static IReadOnlyList<string> FamilyNames(string rule) =>
        FamilyOf(rule) is { } family ? [.. RuleNames.Where(name => FamilyOf(name) == family)] : [rule];

    /// <summary>What clients used.</summary>
    public IUsageSource Usage => _detector.Usage;

    /// <summary>What went on of findings after they were told.</summary>
    public IRepeatSource Repeats => _detector.Fold;

    /// <summary>Told when a round failed, with the fault's kind; it is tried again.</summary>
    public event Action<string>? Failed;

    /// <summary>Told after a round in which anything was read: how many records and how many findings.</summary>
    public event Action<int, int>? Read;

    /// <summary>Reads and tells until it is stopped.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Restore();
        while (true)
        {
            try
            {
                await RunOnceAsync(cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                Keep();
                throw;
            }
#pragma warning disable CA1031 // The store or the registry may be away: what was read is told in the next round.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                _metrics.CountFailure();
                Failed?.Invoke(fault.GetType().Name);
            }

            try
            {
                await Task.Delay(_options.Interval, _time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                Keep();
                throw;
            }
        }
    }

    /// <summary>One round: whatever the store holds by now.</summary>
    /// <returns>How many findings were told.</returns>
    public async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        ForgetWhatIsToCome();
        var (count, told) = (0, 0);
        while (true)
        {
            var began = _time.GetTimestamp();
            var read = await _feed.ReadAsync(Take, Slice, cancellationToken);
            _metrics.Count(read);
            foreach (var unread in _feed.FindUnread(_time.GetUtcNow()))
            {
                _untold.Enqueue(unread);
            }

            (count, told) = (count + read, told + await TellAsync(cancellationToken));
            if (_time.GetUtcNow() - _kept >= KeepEvery)
            {
                Keep();
            }

            if (read < Slice)
            {
                break;
            }

            // Requests come first: while it is behind, it works for a fifth of the time, on one core.
            await Task.Delay(_time.GetElapsedTime(began) * RestPerWork, _time, cancellationToken);
        }

        Interlocked.Exchange(ref _caughtUp, _time.GetTimestamp());
        if (count > 0)
        {
            Read?.Invoke(count, told);
        }

        return told;
    }

    // One that cannot be told goes behind the others, which it must not keep back.
    private async Task<int> TellAsync(CancellationToken cancellationToken)
    {
        var told = 0;
        ExceptionDispatchInfo? failed = null;
        for (var waiting = _untold.Count; waiting > 0; waiting--)
        {
            var finding = _untold.Peek();
            try
            {
                await _sink.RaiseAsync(finding, cancellationToken);
            }
#pragma warning disable CA1031 // Told when all were tried.
            catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
            {
                failed ??= ExceptionDispatchInfo.Capture(fault);
                _untold.Enqueue(_untold.Dequeue());
                continue;
            }

            _untold.Dequeue();
            if (!finding.IsFurther)
            {
                _metrics.Count(finding);
                told++;
            }
        }

        failed?.Throw();
        return told;
    }

    /// <inheritdoc />
    public void Dispose() => _metrics.Dispose();

    /// <summary>Takes up what an earlier process kept; whether it could.</summary>
    internal bool Restore()
    {
        if (_options.StateFile is not { } path || !File.Exists(path))
        {
            return false;
        }

        try
        {
            using var file = File.OpenRead(path);
            foreach (var finding in WatchState.Read(file, _feed, _detector))
            {
                _untold.Enqueue(finding);
            }

            _restored = _time.GetTimestamp();
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // Half of a file teaches nothing: the trail is read from its beginning.
            _feed.Clear();
            _detector.Clients.Clear();
            _detector.Actors.Clear();
            _detector.Usage.Clear();
            _detector.Fold.Clear();
            Failed?.Invoke(fault.GetType().Name);
            return false;
        }
    }

    // What was learned of a time to come hides what is done until then. A machine that has not set its clock yet would take all that it
    // knows for that: it is asked once there was time to set it.
    private void ForgetWhatIsToCome()
    {
        if (_restored is { } since && _time.GetElapsedTime(since) >= Doubted)
        {
            _restored = null;
            _detector.Forget(_time.GetUtcNow() + Ahead);
        }
    }

    /// <summary>Keeps what was learned.</summary>
    internal void Keep()
    {
        _kept = _time.GetUtcNow();
        if (_options.StateFile is not { } path)
        {
            return;
        }

        try
        {
            var fresh = path + ".new";
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (var file = new FileStream(fresh, options))
            {
                WatchState.Write(file, _feed, _detector, _untold);
                file.Flush(flushToDisk: true);
            }

            File.Move(fresh, path, overwrite: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Failed?.Invoke(fault.GetType().Name);
        }
    }

    private void Take(AuditEntry entry)
    {
        if (WatchEventReader.Read(entry) is not { } seen)
        {
            return;
        }

        // Security: a record of a time to come, of a node whose clock was ahead or of whoever can write rows, would end every day and hour of its
        // client until then, and hold back what is found about it for as long. It is one of now.
        var now = _time.GetUtcNow();
        if (seen.Time - now > Ahead)
        {
            seen = seen with { Time = now };
        }
        else if (seen.Time < DateTimeOffset.UnixEpoch)
        {
            // Nor is one of a time before there were clocks: days are counted back from it.
            seen = seen with
            {
                Time = DateTimeOffset.UnixEpoch,
            };
        }

        // Security: what a store or a node that was cut off for days has to tell is news when it comes, and so is a row with an old time.
        var isNews = now - seen.Time < Newsworthy || _feed.IsFollowing;
        foreach (var finding in _detector.Take(seen, isNews))
        {
            _untold.Enqueue(finding);
        }
    }
}
