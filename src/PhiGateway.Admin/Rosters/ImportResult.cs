namespace PhiGateway.Admin.Rosters;

/// <summary>The last line of the answer of an import.</summary>
/// <param name="State">done or failed.</param>
/// <param name="Lines">Lines read.</param>
/// <param name="Accepted">Memberships written.</param>
/// <param name="Removed">Memberships removed.</param>
/// <param name="Rejected">Lines passed over.</param>
/// <param name="NextLine">Send the same file again with <c>?from_line=</c> this to resume.</param>
/// <param name="Failure">Code of what broke it off; absent: nothing did.</param>
/// <param name="DryRun">Nothing was written.</param>
/// <param name="Errors">Bad lines by number; the first thousand.</param>
/// <param name="Closed">Clients whose approval ended with the import, since one person added more than they may alone; absent: none.</param>
public sealed record ImportResult(
    string State,
    long Lines,
    long Accepted,
    long Removed,
    long Rejected,
    long NextLine,
    string? Failure,
    bool? DryRun,
    IReadOnlyList<ImportError> Errors,
    IReadOnlyList<string>? Closed = null
);
