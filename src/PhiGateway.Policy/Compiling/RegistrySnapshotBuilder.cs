using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Policy.Compiling;

/// <summary>Turns what a load brought into the next snapshot; one per node, not thread-safe, cheap when little changed.</summary>
/// <remarks>
/// Only what depends on a changed document is compiled anew; snapshots share everything else. Nothing in a load makes it throw: what cannot
/// be used is a problem and closes what depends on it.
/// </remarks>
/// <param name="time">The clock, by which revocations of single tokens are dropped after their end; null: none is dropped.</param>
public sealed class RegistrySnapshotBuilder(TimeProvider? time = null)
{
    private RegistryState _state = new(time);
    private RegistrySnapshot _current = RegistrySnapshot.Empty;

    /// <summary>Starts over from a whole load; a load older than the current snapshot changes nothing.</summary>
    public RegistrySnapshot Rebuild(RegistryChanges everything)
    {
        if (everything.Revision < _current.Revision)
        {
            return _current;
        }

        var state = new RegistryState(time);
        _current = state.Apply(everything);
        _state = state;
        return _current;
    }

    /// <summary>What is held now, for keeping: quick, and written out by others while building goes on.</summary>
    public RegistryCopy Copy() => _state.Copy(_current);

    /// <summary>Applies changes in order of revision; a revision older than the current one changes nothing.</summary>
    public RegistrySnapshot Apply(RegistryChanges changes)
    {
        var nothing = changes.Items.Count == 0 && changes.Members.Count == 0 && changes.Revocations.Count == 0;
        if (changes.Revision < _current.Revision || (nothing && changes.Revision == _current.Revision))
        {
            return _current;
        }

        _current = _state.Apply(changes);
        return _current;
    }
}
