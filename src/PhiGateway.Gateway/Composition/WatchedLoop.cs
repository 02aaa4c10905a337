using PhiGateway.Gateway.Health;

namespace PhiGateway.Gateway.Composition;

/// <summary>One loop beside the requests: whether it runs, and how often in a row it ended by a fault. Thread-safe.</summary>
/// <param name="part">Which, as operators are told.</param>
/// <param name="isNeeded">Whether a node on which it does not go on has to close before long.</param>
/// <param name="clock">Clock.</param>
internal sealed class WatchedLoop(string part, bool isNeeded, TimeProvider clock)
{
    /// <summary>The first pause before it is started again; each further one in a row is twice as long, up to the longest.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    /// <summary>After so long without a fault the next one is the first again.</summary>
    public static readonly TimeSpan WellAfter = TimeSpan.FromMinutes(5);

    private readonly Lock _gate = new();
    private DateTimeOffset _began = clock.GetUtcNow();
    private DateTimeOffset? _faultedAt;
    private string? _fault;
    private int _faults;
    private bool _isRunning = true;

    /// <summary>How it is now.</summary>
    public LoopStatus Status
    {
        get
        {
            lock (_gate)
            {
                return IsWell()
                    ? new LoopStatus(part, isNeeded, IsRunning: true, 0, null, null)
                    : new LoopStatus(part, isNeeded, _isRunning, _faults, _fault, _faultedAt);
            }
        }
    }

    /// <summary>It was started again.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            (_began, _isRunning) = (clock.GetUtcNow(), true);
        }
    }

    /// <summary>It ended by a fault; how long to wait before it is started again.</summary>
    public TimeSpan Fail(string fault)
    {
        lock (_gate)
        {
            _faults = IsWell() ? 1 : _faults + 1;
            (_fault, _faultedAt, _isRunning) = (fault, clock.GetUtcNow(), false);
            var pause = FirstPause * Math.Pow(2, Math.Min(_faults - 1, 10));
            return pause < LongestPause ? pause : LongestPause;
        }
    }

    private bool IsWell() => _isRunning && (_faults == 0 || clock.GetUtcNow() - _began >= WellAfter);
}
