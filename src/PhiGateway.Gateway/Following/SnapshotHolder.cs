using PhiGateway.Gateway.Configuration;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Gateway.Following;

/// <summary>
/// Holds the one reference to the registry snapshot in force: replaced by the follower once per change, read by each request once.
/// </summary>
internal sealed class SnapshotHolder(TimeProvider clock) : ISnapshotSource
{
    // Revocations of the pages so far; touched by the follower alone.
    private readonly HashSet<string> _revoked = new(StringComparer.Ordinal);

    private volatile RegistrySnapshot _current = RegistrySnapshot.Empty;
    private long _announced;
    private long _confirmedAt = long.MinValue;
    private long _lookedAt = long.MinValue;
    private long _lookedAtWall = long.MinValue;
    private long _failedLooks;
    private volatile bool _isLoading;
    private volatile TaskCompletionSource _wanted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile TaskCompletionSource _look = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How long ago the registry may have been looked at; without end by default.</summary>
    public TimeSpan MaxUnconfirmed { get; init; } = TimeSpan.MaxValue;

    /// <summary>How long the registry may be out of sight while access is given; without end by default.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.MaxValue;

    /// <summary>As the registry's section says how long it may be out of sight.</summary>
    public static SnapshotHolder Of(RegistryOptions registry, TimeProvider clock) =>
        new(clock) { MaxUnconfirmed = registry.MaxUnconfirmed, MaxAge = registry.MaxSnapshotAge };

    /// <summary>The snapshot in force.</summary>
    public RegistrySnapshot Current => _current;

    /// <inheritdoc/>
    public async ValueTask<RegistrySnapshot?> FindFreshAsync(CancellationToken cancellationToken)
    {
        if (WasAway(MaxUnconfirmed))
        {
            await LookAsync(MaxUnconfirmed, cancellationToken);
        }

        return IsTooOld(MaxAge) ? null : _current;
    }

    /// <summary>The revision of which everybody has been told: what it closes has been ended.</summary>
    public long Announced => Interlocked.Read(ref _announced);

    /// <summary>Told after every swap; handlers must be quick.</summary>
    public event Action<RegistrySnapshot>? Published;

    /// <summary>Told how long a load took that changed what is in force; handlers must be quick.</summary>
    public event Action<TimeSpan>? Reloaded;

    /// <summary>
    /// Told how long after it was written something came into force here, by both machines' clocks: a revocation, or the newest change.
    /// </summary>
    public event Action<bool, TimeSpan>? InForce;

    /// <summary>How often the registry was looked at in vain since this process started.</summary>
    public long FailedLooks => Interlocked.Read(ref _failedLooks);

    /// <summary>When the registry was last seen to agree with <see cref="Current"/>, UTC; null: never.</summary>
    public DateTimeOffset? ConfirmedAt
    {
        get
        {
            var ticks = Interlocked.Read(ref _confirmedAt);
            return ticks == long.MinValue ? null : new DateTimeOffset(ticks, TimeSpan.Zero);
        }
    }

    /// <summary>How long ago that was; null: never.</summary>
    public TimeSpan? Age => ConfirmedAt is { } at ? clock.GetUtcNow() - at : null;

    /// <summary>Takes a newer snapshot; false for an older revision than the one in force.</summary>
    public bool Publish(RegistrySnapshot next, DateTimeOffset confirmedAt)
    {
        if (next.Revision < _current.Revision)
        {
            return false;
        }

        _current = next;
        Confirm(confirmedAt);
        Announce(next);
        Interlocked.Exchange(ref _announced, next.Revision);
        return true;
    }

    // Each by itself: one that fails keeps nobody else from hearing of what closed.
    private void Announce(RegistrySnapshot next)
    {
        foreach (var handler in Delegate.EnumerateInvocationList(Published))
        {
            try
            {
                handler(next);
            }
#pragma warning disable CA1031 // A handler's fault is its own: those that end an answer end it where they cannot say (RevocationWatch).
            catch (Exception)
#pragma warning restore CA1031
            {
                // Told by nobody: it may be thousands of answers, and each has a record of its end.
            }
        }
    }

    /// <summary>The registry was read and had nothing newer.</summary>
    public void Confirm(DateTimeOffset at) => Interlocked.Exchange(ref _confirmedAt, at.UtcTicks);

    /// <summary>
    /// The registry was looked at, with or without success, from this moment on; who waits in <see cref="LookAsync"/> looks again.
    /// </summary>
    /// <param name="timestamp">When that look began, on the clock that only goes forward.</param>
    /// <param name="at">The same, UTC.</param>
    public void Looked(long timestamp, DateTimeOffset at)
    {
        Interlocked.Exchange(ref _lookedAt, timestamp);
        Interlocked.Exchange(ref _lookedAtWall, at.UtcTicks);
        Interlocked.Exchange(ref _look, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    /// <summary>A load has ended.</summary>
    /// <param name="reached">Whether the registry was read.</param>
    /// <param name="before">The revision in force before it.</param>
    /// <param name="took">How long it took.</param>
    public void Loaded(bool reached, long before, TimeSpan took)
    {
        if (!reached)
        {
            Interlocked.Increment(ref _failedLooks);
        }
        else if (_current.Revision != before)
        {
            Reloaded?.Invoke(took);
        }
    }

    /// <summary>Changes are in force; told by the follower alone.</summary>
    public void Applied(RegistryChanges changes)
    {
        if (changes.CommittedAt is { } committed)
        {
            InForce?.Invoke(false, clock.GetUtcNow() - committed);
        }

        Revoked(changes.Revocations);
        if (!changes.HasMore)
        {
            _revoked.Clear();
        }
    }

    /// <summary>Revocations are in force, with the changes that came with them or before these; told by the follower alone.</summary>
    public void Revoked(IReadOnlyList<Revocation> revocations)
    {
        if (InForce is not { } told)
        {
            return;
        }

        // Of several the oldest: how long somebody waited at most. Each page of an import brings those of the pages before once more.
        var written = revocations.Where(one => _revoked.Add(one.Id)).Select(static one => one.At).ToList();
        if (written.Count > 0)
        {
            told(true, clock.GetUtcNow() - written.Min());
        }
    }

    /// <summary>Somebody needs a look that has not begun yet: the follower, where it waits for a change, looks at once.</summary>
    public void WantLook() => _wanted.TrySetResult();

    /// <summary>Returns when somebody wants a look that has not begun; the follower's.</summary>
    public Task WantedAsync(CancellationToken cancellationToken) => _wanted.Task.WaitAsync(cancellationToken);

    /// <summary>A look begins: it serves everybody who wanted one before.</summary>
    public void BeginLook() => Interlocked.Exchange(ref _wanted, new(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>A whole load is under way, which may take long: until it ends, the last look counts however old it is.</summary>
    public void Loading(bool isLoading) => _isLoading = isLoading;

    /// <summary>
    /// Whether this node has not looked at the registry for longer than allowed, on either clock: it was paused, or resumed from a snapshot
    /// of its machine. A registry that is away is looked at, without success.
    /// </summary>
    public bool WasAway(TimeSpan most) =>
        !_isLoading
        && Interlocked.Read(ref _lookedAt) is var looked
        && looked != long.MinValue
        && (clock.GetElapsedTime(looked) > most || clock.GetUtcNow().UtcTicks - Interlocked.Read(ref _lookedAtWall) > most.Ticks);

    /// <summary>
    /// Has the registry looked at where that was too long ago, and returns when it was; or after that time again, whatever became of it.
    /// </summary>
    public async Task LookAsync(TimeSpan most, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        while (WasAway(most))
        {
            var look = _look.Task;
            var left = most - clock.GetElapsedTime(started);
            if (!WasAway(most) || left <= TimeSpan.Zero)
            {
                return;
            }

            WantLook();
            try
            {
                await look.WaitAsync(left, clock, cancellationToken);
            }
            catch (TimeoutException)
            {
                return;
            }
        }
    }

    /// <summary>Whether the registry has been out of sight for longer than allowed; true before the first load.</summary>
    public bool IsTooOld(TimeSpan most) => ConfirmedAt is not { } at || clock.GetUtcNow() - at > most;
}
