namespace PhiGateway.Policy.Registry;

/// <summary>
/// What one load from the registry's database returned: changed documents, memberships and revocations, and the revision reached.
/// </summary>
/// <param name="Revision">The revision that a node has after applying it: everything up to it is in force, documents and revocations
/// possibly beyond.</param>
/// <param name="Items">Documents, the latest version of each, tombstones included.</param>
/// <param name="Members">Roster membership changes in order.</param>
/// <param name="Revocations">Revocations in order.</param>
public sealed record RegistryChanges(
    long Revision,
    IReadOnlyList<RegistryItem> Items,
    IReadOnlyList<RosterMemberChange> Members,
    IReadOnlyList<Revocation> Revocations
)
{
    /// <summary>When the newest of these changes was committed, UTC; null when unknown. Feeds the propagation histogram.</summary>
    public DateTimeOffset? CommittedAt { get; init; }

    /// <summary>
    /// The line of history that the database writes; another one than before: a standby took over, and what was read before it may not be
    /// there. Null: cannot be told.
    /// </summary>
    public string? Timeline { get; init; }

    /// <summary>Whether memberships beyond <see cref="Revision"/> wait to be loaded: ask again at once.</summary>
    public bool HasMore { get; init; }
}

/// <summary>A membership as it now stands, or its removal.</summary>
/// <param name="Member">The membership.</param>
/// <param name="Removed">True when it no longer exists at all.</param>
public sealed record RosterMemberChange(RosterMember Member, bool Removed);
