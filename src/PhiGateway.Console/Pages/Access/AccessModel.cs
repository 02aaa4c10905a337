using PhiGateway.Admin.Decisions;
using PhiGateway.Admin.Trail;
using PhiGateway.Console.Pages.Search;

namespace PhiGateway.Console.Pages.Access;

/// <summary>What the page of one record shows.</summary>
/// <param name="Line">The record in short.</param>
/// <param name="Facts">What else it says, by name.</param>
/// <param name="Patients">How many patients it is about.</param>
/// <param name="Explanation">Why it was decided so; null: it is no decision, or it is not explained yet.</param>
/// <param name="Children">Records that belong to it, oldest first.</param>
/// <param name="IsCut">Whether more belong to it.</param>
/// <param name="Twins">Other rows of the record's id.</param>
/// <param name="Log">Log that holds it.</param>
/// <param name="Sequence">Its place there.</param>
/// <param name="ChainHash">Hash chained to the record before.</param>
/// <param name="Verified">What holding it against the log said.</param>
/// <param name="Stages">Its way through the stages; empty: it is no request.</param>
/// <param name="Before">An entity before a change; null: it did not exist, or none was changed.</param>
/// <param name="After">The same after it.</param>
/// <param name="MayTake">Whether the viewer may take the proof and the evidence away.</param>
public sealed record AccessModel(
    TrailLine Line,
    IReadOnlyList<AccessFact> Facts,
    int Patients,
    DecisionExplanation? Explanation,
    IReadOnlyList<TrailLine> Children,
    bool IsCut,
    IReadOnlyList<TrailLine> Twins,
    string Log,
    long Sequence,
    string ChainHash,
    RecordProof Verified,
    IReadOnlyList<AccessStage> Stages,
    string? Before,
    string? After,
    bool MayTake
)
{
    /// <summary>Whether the decision is being held against the registry still: the page asks again by itself.</summary>
    public bool IsExplaining { get; init; }
}

/// <summary>One member of a record.</summary>
/// <param name="Label">Its name in words.</param>
/// <param name="Text">Its value.</param>
/// <param name="Href">Where it leads; null: nowhere.</param>
public sealed record AccessFact(string Label, string Text, string? Href = null);
