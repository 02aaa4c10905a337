using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Registry;

/// <summary>Reads and writes the registry for the control plane; implemented per database, with one contract test suite for all.</summary>
public interface IRegistryStore
{
    /// <summary>The registry-wide revision now.</summary>
    Task<long> GetRevisionAsync(CancellationToken cancellationToken);

    /// <summary>The same together with the line of history that it counts on, where the database tells it.</summary>
    async Task<RegistryPlace> GetPlaceAsync(CancellationToken cancellationToken) => new(await GetRevisionAsync(cancellationToken), null);

    /// <summary>One document, or null; a deleted one is null.</summary>
    Task<RegistryItem?> FindAsync(RegistryKind kind, string id, CancellationToken cancellationToken);

    /// <summary>Whether there was such a document, which is deleted now. The id may be any text.</summary>
    Task<bool> IsDeletedAsync(RegistryKind kind, string id, CancellationToken cancellationToken);

    /// <summary>Documents of a kind in order of id, after a given id, deleted ones left out.</summary>
    Task<IReadOnlyList<RegistryItem>> ListAsync(RegistryKind kind, string? afterId, int limit, CancellationToken cancellationToken);

    /// <summary>All writes or none, in one transaction, under one new revision; wakes every node.</summary>
    /// <returns>The revision written, or the first conflict.</returns>
    Task<RegistryWriteResult> WriteAsync(IReadOnlyList<RegistryWrite> writes, string actor, CancellationToken cancellationToken) =>
        WriteAsync(new RegistryBatch(writes), actor, cancellationToken);

    /// <summary>One whole change: documents and revocations together, or nothing; wakes every node.</summary>
    /// <returns>The revision written, the first conflict, or that the documents have moved on since they were seen.</returns>
    Task<RegistryWriteResult> WriteAsync(RegistryBatch batch, string actor, CancellationToken cancellationToken);

    /// <summary>Adds or changes memberships (roster, patient) in bulk, idempotently.</summary>
    /// <returns>The revision written.</returns>
    Task<long> PutMembersAsync(IReadOnlyList<RosterMember> members, string actor, CancellationToken cancellationToken);

    /// <summary>Adds or changes memberships, slice by slice, as long as their roster does not grow too far by it.</summary>
    Task<MemberWriteResult> PutMembersAsync(
        IReadOnlyList<RosterMember> members,
        MemberBound bound,
        string actor,
        CancellationToken cancellationToken
    );

    /// <summary>Removes memberships; unknown ones are ignored.</summary>
    Task<long> RemoveMembersAsync(
        string roster,
        IReadOnlyList<Vocabulary.PatientId> patients,
        string actor,
        CancellationToken cancellationToken
    );

    /// <summary>Memberships of one roster in order of patient id, after a given one.</summary>
    Task<IReadOnlyList<RosterMember>> ListMembersAsync(string roster, string? afterPatient, int limit, CancellationToken cancellationToken);

    /// <summary>How many memberships of one roster were added or changed after a revision, and are there; 0 and below: all of them.</summary>
    /// <param name="roster">The roster.</param>
    /// <param name="after">The revision.</param>
    /// <param name="withRemoved">Those that were removed after it, too.</param>
    /// <param name="cancellationToken">Stops it.</param>
    Task<long> CountMembersAsync(string roster, long after, bool withRemoved, CancellationToken cancellationToken);

    /// <summary>Writes a revocation; in force on every node in under a second.</summary>
    Task<long> RevokeAsync(Revocation revocation, CancellationToken cancellationToken);

    /// <summary>Revocations, newest first.</summary>
    Task<IReadOnlyList<Revocation>> ListRevocationsAsync(int limit, CancellationToken cancellationToken);

    /// <summary>What the nodes last reported.</summary>
    Task<IReadOnlyList<NodeStatus>> ListNodesAsync(CancellationToken cancellationToken);

    /// <summary>Remembers the answer of an idempotent call for 24 hours; returns the earlier one when the key is known.</summary>
    Task<IdempotencyEntry?> PutIdempotentAsync(IdempotencyEntry entry, CancellationToken cancellationToken);
}
