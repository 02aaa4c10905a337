using PhiGateway.Audit.Journal.Files;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Gateway.Following;

/// <summary>Keeps the registry as last seen on this node's disk, and gives it back at a start while the database is away.</summary>
/// <remarks>
/// A change is in the file before it is in force, so that a node never comes back with less than it has enforced. Its age counts from when
/// it was seen: a restart does not
/// make it younger. A disk that fails costs the file, never the change. The whole is written anew from memory, beside whoever follows the
/// registry: no revocation waits for it.
/// </remarks>
internal sealed class LastGoodSnapshot
{
    private const long LargestChanges = 32 * 1024 * 1024;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly TimeProvider _clock;
    private readonly ILogger<LastGoodSnapshot> _log;
    private readonly string? _path;
    private readonly TimeSpan _confirmEvery;
    private KeptRegistryFile? _file;
    private DateTimeOffset _writtenAt = DateTimeOffset.MinValue;
    private DateTimeOffset _confirmedAt = DateTimeOffset.MinValue;
    private readonly Lock _gate = new();
    private bool _isWhole;
    private int _history;

    // What came while the whole is written anew; null: it is not.
    private List<KeptSnapshot>? _since;

    public LastGoodSnapshot(GatewayOptions options, TimeProvider clock, ILogger<LastGoodSnapshot> log)
    {
        (_clock, _log, _path) = (clock, log, options.Registry.LastGoodFile);
        _confirmEvery = options.Registry.MaxSnapshotAge / 3;
    }

    /// <summary>What writes the whole anew, if anything does.</summary>
    internal Task Writing { get; private set; } = Task.CompletedTask;

    /// <summary>Reads the file: the whole and the changes after it; empty, and why, when there is none or it may not be used.</summary>
    /// <param name="atLeast">The newest revision that this node is known to have enforced.</param>
    public (IReadOnlyList<KeptSnapshot> Steps, string? Problem) Read(long atLeast) =>
        Read(atLeast, static file => file.TryRead(), static step => step.Everything.Revision);

    /// <summary>
    /// Reads of the file what tells whether the registry has gone back behind what this node had enforced when it last ran; empty where there
    /// is none, or it may not be used.
    /// </summary>
    /// <param name="atLeast">The newest revision that this node is known to have enforced.</param>
    public IReadOnlyList<KeptMarks> ReadMarks(long atLeast) =>
        Read(atLeast, static file => file.TryReadMarks(), static step => step.Everything.Revision).Steps;

    private (IReadOnlyList<T> Steps, string? Problem) Read<T>(
        long atLeast,
        Func<KeptRegistryFile, IReadOnlyList<T>?> read,
        Func<T, long> revisionOf
    )
    {
        if (_path is null || !File.Exists(_path))
        {
            return ([], null);
        }

        try
        {
            if (read(Open()) is not { } steps)
            {
                GatewayLog.LastGoodFailed(_log, "read", "not what this node wrote");
                return ([], "the last good snapshot was refused: it is not what this node wrote");
            }

            if (revisionOf(steps[^1]) is var kept && kept < atLeast)
            {
                GatewayLog.OlderRevisionRefused(_log, kept, atLeast);
                return ([], $"the last good snapshot was refused: it is older than revision {atLeast}, which this node has enforced");
            }

            return (steps, null);
        }
        catch (Exception fault) when (IsDiskFault(fault))
        {
            GatewayLog.LastGoodFailed(_log, "read", fault.GetType().Name);
            return ([], "the last good snapshot could not be read");
        }
    }

    /// <summary>Writes a whole load, before anything is in force here.</summary>
    public void Offer(RegistryChanges everything, DateTimeOffset confirmedAt)
    {
        if (_path is null)
        {
            return;
        }

        _writtenAt = _clock.GetUtcNow();
        lock (_gate)
        {
            _isWhole = Try("written", file => file.Install(file.Prepare(new KeptSnapshot(everything, confirmedAt)), []));
            _confirmedAt = confirmedAt;
        }
    }

    /// <summary>
    /// A whole load is about to be in force behind which the file does not stand: it is written anew at once, and not read before where the
    /// load is of another history.
    /// </summary>
    public void Outdate(bool isAnotherHistory)
    {
        lock (_gate)
        {
            (_isWhole, _since, _writtenAt) = (false, null, DateTimeOffset.MinValue);
            _history++;
            if (_path is not null && isAnotherHistory)
            {
                Try("removed", static file => file.Delete());
            }
        }
    }

    /// <summary>Keeps what is about to be in force.</summary>
    public void Keep(RegistryChanges changes, DateTimeOffset confirmedAt)
    {
        lock (_gate)
        {
            var kept = new KeptSnapshot(changes, confirmedAt);
            _since?.Add(kept);
            if (_isWhole)
            {
                _isWhole = Try("written", file => file.Append(kept));
                _confirmedAt = confirmedAt;
            }
        }
    }

    /// <summary>Keeps, now and then, that nothing had changed.</summary>
    public void Confirm(long revision, DateTimeOffset at)
    {
        if (at - _confirmedAt >= _confirmEvery)
        {
            Keep(new RegistryChanges(revision, [], [], []), at);
        }
    }

    /// <summary>
    /// Begins to write the whole again where changes have grown large or could not be kept; at most once a minute, one at a time.
    /// </summary>
    /// <param name="take">Takes a copy of what is in force, quickly.</param>
    /// <param name="confirmedAt">When that was last seen to be current.</param>
    public void WriteIfDue(
        Func<(RegistryCopy Copy, IReadOnlyList<Revocation> Revocations, string? Timeline)> take,
        DateTimeOffset confirmedAt
    )
    {
        var now = _clock.GetUtcNow();
        lock (_gate)
        {
            if (_path is null || !Writing.IsCompleted || now - _writtenAt < Interval || (_isWhole && Open().ChangesBytes < LargestChanges))
            {
                return;
            }

            _writtenAt = now;
            _since = [];
            var history = _history;
            var (copy, revocations, timeline) = take();
            Writing = Task.Run(() => Write(() => copy.ToChanges(revocations) with { Timeline = timeline }, confirmedAt, history));
        }
    }

    private void Write(Func<RegistryChanges> everything, DateTimeOffset confirmedAt, int history)
    {
        try
        {
            var file = Open();
            var mac = file.Prepare(new KeptSnapshot(everything(), confirmedAt));
            lock (_gate)
            {
                if (history == _history)
                {
                    // Until both files stand: where one of them does not, nothing is appended behind the other.
                    _isWhole = false;
                    file.Install(mac, _since ?? []);
                    (_isWhole, _confirmedAt) = (true, confirmedAt);
                }
            }
        }
#pragma warning disable CA1031 // The file is a courtesy to the next start.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            GatewayLog.LastGoodFailed(_log, "written", fault.GetType().Name);
        }
        finally
        {
            lock (_gate)
            {
                _since = history == _history ? null : _since;
            }
        }
    }

    private KeptRegistryFile Open()
    {
        lock (_gate)
        {
            return _file ??= new KeptRegistryFile(_path!, KeyFile.OpenOrCreate(_path + ".key", "key of the last good snapshot"));
        }
    }

    // A file size limit is told as an argument out of range.
    private static bool IsDiskFault(Exception fault) =>
        fault is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentOutOfRangeException;

    private bool Try(string action, Action<KeptRegistryFile> write)
    {
        try
        {
            write(Open());
            return true;
        }
        catch (Exception fault) when (IsDiskFault(fault))
        {
            GatewayLog.LastGoodFailed(_log, action, fault.GetType().Name);
            return false;
        }
    }
}
