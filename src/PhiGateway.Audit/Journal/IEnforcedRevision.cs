namespace PhiGateway.Audit.Journal;

/// <summary>
/// Remembers durably the newest registry revision that a node has enforced, for the follower of the registry: what is older must not come
/// into force again.
/// </summary>
public interface IEnforcedRevision
{
    /// <summary>0: none.</summary>
    long EnforcedRevision { get; }

    /// <summary>
    /// Takes note, durably, that a revision is about to be in force. A disk that fails costs the note, which is tried again with the next
    /// one, never the revision.
    /// </summary>
    void NoteEnforced(long revision);

    /// <summary>Begins anew with an older registry, by an operator's word, which is recorded.</summary>
    /// <exception cref="JournalUnavailableException">The word could not be recorded: the older registry must not come into force.</exception>
    Task AcceptOlderAsync(long revision);
}
