using PhiGateway.Admin.Declarative;
using PhiGateway.Admin.Editing;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.History;

/// <summary>What the history of the registry shows.</summary>
/// <param name="Page">One page of changes, the newest first.</param>
/// <param name="Document">Only of this document; null: of all.</param>
/// <param name="From">From when, as it was filled in.</param>
/// <param name="To">Until when, as it was filled in.</param>
/// <param name="Next">Address of the next page; null: this is the last.</param>
/// <param name="MayProve">Whether the viewer reads the records behind.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record HistoryModel(
    HistoryPage Page,
    string? Document,
    string? From,
    string? To,
    string? Next,
    bool MayProve,
    string FormToken
);

/// <summary>What taking the registry back would do.</summary>
/// <param name="At">To which moment.</param>
/// <param name="Document">Only this document; null: all.</param>
/// <param name="IsPruned">Whether what was made since is deleted.</param>
/// <param name="Plan">What would change; null: it could not be planned.</param>
/// <param name="Tag">Tag of exactly this plan.</param>
/// <param name="Problem">Why there is no plan; null: there is one.</param>
/// <param name="MayWrite">Whether the viewer may write it.</param>
/// <param name="Tried">The form that was refused; null: it was not tried.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record RevertModel(
    string At,
    string? Document,
    bool IsPruned,
    DryRunReport? Plan,
    string? Tag,
    string? Problem,
    bool MayWrite,
    TriedForm? Tried,
    string FormToken
);
