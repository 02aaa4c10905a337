namespace PhiGateway.Admin.Shadows;

/// <summary>A candidate of a use case that is judged beside the one in force, as its records say; changes no answer.</summary>
/// <param name="Id">Id of its record.</param>
/// <param name="UseCase">The use case.</param>
/// <param name="Candidate">The use case as it would be: its document.</param>
/// <param name="Version">Version of the use case over which the candidate was made.</param>
/// <param name="By">Who started it.</param>
/// <param name="Reason">Why.</param>
/// <param name="From">Since when traffic is judged, UTC.</param>
/// <param name="Until">The first moment that is not, UTC.</param>
/// <param name="OneIn">One of how many records is judged.</param>
/// <param name="EndedAt">When somebody ended it before its time; absent: nobody did.</param>
/// <param name="EndedBy">Who ended it; absent: nobody did.</param>
public sealed record Shadow(
    Guid Id,
    string UseCase,
    string Candidate,
    long Version,
    string By,
    string? Reason,
    DateTimeOffset From,
    DateTimeOffset Until,
    int OneIn,
    DateTimeOffset? EndedAt = null,
    string? EndedBy = null
)
{
    /// <summary>The moment at which it ends, or ended.</summary>
    internal DateTimeOffset End => EndedAt is { } ended && ended < Until ? ended : Until;
}

/// <summary>Where a shadow is.</summary>
public enum ShadowState : byte
{
    /// <summary>Traffic is judged.</summary>
    Running,

    /// <summary>Its time is not over, and nothing can be judged: the report says why.</summary>
    Halted,

    /// <summary>Its time is over, or somebody ended it.</summary>
    Ended,
}

/// <summary>One sort of answer that would be another, of one client.</summary>
/// <param name="Client">The client.</param>
/// <param name="Was">permit, or the reason of the refusal that was given.</param>
/// <param name="Becomes">permit, or the reason of the refusal under the candidate.</param>
/// <param name="Rule">The rule that would decide; absent: none.</param>
/// <param name="Count">How many of those that were judged.</param>
/// <param name="First">The first of them.</param>
/// <param name="Last">The last of them.</param>
/// <param name="Examples">Decision ids of some of them.</param>
public sealed record ShadowChange(
    string Client,
    string Was,
    string Becomes,
    string? Rule,
    long Count,
    DateTimeOffset First,
    DateTimeOffset Last,
    IReadOnlyList<Guid> Examples
);

/// <summary>What was counted; of one node, over the trail of all.</summary>
/// <param name="Seen">Decisions of the use case's clients in its time.</param>
/// <param name="Judged">How many of them were judged.</param>
/// <param name="NotSampled">How many were passed over because one of several is judged.</param>
/// <param name="OverBudget">How many were passed over because too many came within a second.</param>
/// <param name="WouldBeDenied">How many permits would be denials.</param>
/// <param name="WouldBePermitted">How many denials would be permits.</param>
/// <param name="Changes">They, by client and reason, the most frequent first.</param>
/// <param name="OtherChanges">How many are in none of these rows, because there were too many sorts of them.</param>
/// <param name="NotJudged">Why others could not be judged, by reason.</param>
public sealed record ShadowCounts(
    long Seen,
    long Judged,
    long NotSampled,
    long OverBudget,
    long WouldBeDenied,
    long WouldBePermitted,
    IReadOnlyList<ShadowChange> Changes,
    long OtherChanges,
    IReadOnlyDictionary<string, long> NotJudged
);

/// <summary>A shadow with what it has come to.</summary>
/// <param name="Shadow">What was started.</param>
/// <param name="State">Where it is.</param>
/// <param name="Problem">Why nothing can be judged; absent: it can.</param>
/// <param name="JudgedUpTo">Up to which moment the stored trail was read; absent: it was not read yet.</param>
/// <param name="Node">The node that counted.</param>
/// <param name="Counts">What was counted; absent: nothing yet.</param>
public sealed record ShadowReport(
    Shadow Shadow,
    ShadowState State,
    string? Problem,
    DateTimeOffset? JudgedUpTo,
    string? Node,
    ShadowCounts? Counts
);

/// <summary>Shadows, the newest first.</summary>
/// <param name="Items">They.</param>
public sealed record ShadowList(IReadOnlyList<ShadowReport> Items);
