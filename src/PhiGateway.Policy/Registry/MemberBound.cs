namespace PhiGateway.Policy.Registry;

/// <summary>
/// How far one roster may grow by a write of memberships; asked by the store within the write's own transaction, so that two writes at once
/// never pass together what neither may alone.
/// </summary>
/// <param name="Roster">The roster.</param>
/// <param name="Most">How many memberships may have been added or changed after each revision, those that went again included.</param>
/// <param name="Since">The revisions from which it is counted.</param>
/// <param name="SeenRevision">The registry's revision on which these were worked out: documents must not have changed since.</param>
public sealed record MemberBound(string Roster, long Most, IReadOnlyList<long> Since, long SeenRevision)
{
    /// <summary>The line of history that the revision seen counts on; null: not asked.</summary>
    public string? SeenTimeline { get; init; }
}

/// <summary>The result of a bounded write of memberships.</summary>
public abstract record MemberWriteResult
{
    private MemberWriteResult() { }

    /// <summary>Everything was written.</summary>
    /// <param name="Revision">The revision written.</param>
    public sealed record Written(long Revision) : MemberWriteResult;

    /// <summary>Not all was written: the roster would have grown too far.</summary>
    /// <param name="Since">Counted from which revisions.</param>
    public sealed record Outgrown(IReadOnlyList<long> Since) : MemberWriteResult;

    /// <summary>Not all was written: documents have changed since the bound was worked out.</summary>
    /// <param name="Revision">The newest document's revision.</param>
    public sealed record Moved(long Revision) : MemberWriteResult;
}
