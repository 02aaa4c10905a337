using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Gateway.Following;

/// <summary>The one reference to the registry in force: swapped once per change, pinned once per request.</summary>
internal sealed class SnapshotHolder(TimeProvider clock)
{
    private volatile RegistrySnapshot _current = RegistrySnapshot.Empty;
    private long _confirmedAt = long.MinValue;

    /// <summary>The snapshot in force.</summary>
    public RegistrySnapshot Current => _current;

    /// <summary>Told after every swap; handlers must be quick.</summary>
    public event Action<RegistrySnapshot>? Published;

    /// <summary>When the registry was last seen to agree with <see cref="Current"/>, UTC; null: never.</summary>
    public DateTimeOffset? ConfirmedAt
    {
        get
        {
            var ticks = Interlocked.Read(ref _confirmedAt);
            return ticks == long.MinValue ? null : new DateTimeOffset(ticks, TimeSpan.Zero);
        }
    }

    /// <summary>Takes a newer snapshot; false for an older revision than the one in force.</summary>
    public bool Publish(RegistrySnapshot next, DateTimeOffset confirmedAt)
    {
        if (next.Revision < _current.Revision)
        {
            return false;
        }

        _current = next;
        Confirm(confirmedAt);
        Published?.Invoke(next);
        return true;
    }

    /// <summary>The registry was read and had nothing newer.</summary>
    public void Confirm(DateTimeOffset at) => Interlocked.Exchange(ref _confirmedAt, at.UtcTicks);

    /// <summary>Whether the registry has been out of sight for longer than allowed; true before the first load.</summary>
    public bool IsTooOld(TimeSpan most) => ConfirmedAt is not { } at || clock.GetUtcNow() - at > most;
}
