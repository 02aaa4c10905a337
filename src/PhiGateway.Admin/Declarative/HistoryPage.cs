using PhiGateway.Admin.Editing;

namespace PhiGateway.Admin.Declarative;

/// <summary>One page of what was changed in the registry, the newest first.</summary>
/// <param name="Items">The changes.</param>
/// <param name="NextCursor">Place of the next page; absent: this is the last.</param>
public sealed record HistoryPage(IReadOnlyList<HistoryEntry> Items, string? NextCursor);

/// <summary>One document that was written.</summary>
/// <param name="Record">Id of the record in the trail.</param>
/// <param name="At">When, UTC.</param>
/// <param name="By">Who.</param>
/// <param name="Event">By which act, such as <c>client.update</c>.</param>
/// <param name="Document">Such as <c>client/acme</c>.</param>
/// <param name="Action">create, update or delete.</param>
/// <param name="Revision">Registry revision that it was written as.</param>
/// <param name="Why">Why, in words; absent: nobody said.</param>
/// <param name="Diff">Place by place.</param>
/// <param name="ApprovedBy">Who approved the client afterwards, before it was changed again; absent: nobody, or it is no client.</param>
public sealed record HistoryEntry(
    Guid Record,
    DateTimeOffset At,
    string? By,
    string Event,
    string Document,
    string Action,
    long Revision,
    string? Why,
    IReadOnlyList<DiffLine> Diff,
    string? ApprovedBy
);
