using PhiGateway.Admin.Calls;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>One change of the registry as a caller asked for it.</summary>
/// <param name="Event">Name in the trail, such as <c>client.approve</c>.</param>
/// <param name="Target">What it is about, such as <c>client/acme</c>.</param>
/// <param name="Plan">Works out the writes from the set as it is once nobody else writes; may refuse.</param>
internal sealed record Edit(string Event, string Target, Func<WorkingSet, Outcome<EditPlan>> Plan)
{
    /// <summary>Status with which new contradictions are refused: 422 for content, 409 for deletions.</summary>
    public int ProblemStatus { get; init; } = 422;
}

/// <summary>The writes of one change: all documents in one transaction, revocations before them.</summary>
/// <param name="Writes">Documents to put or delete.</param>
internal sealed record EditPlan(IReadOnlyList<RegistryWrite> Writes)
{
    public IReadOnlyList<Revocation> Revocations { get; init; } = [];

    /// <summary>Words without PHI for the record: the reason given.</summary>
    public string? Note { get; init; }
}

/// <summary>What came of a change.</summary>
/// <param name="Before">The set it was planned on.</param>
/// <param name="After">The set with it.</param>
/// <param name="Plan">What was planned.</param>
/// <param name="Items">Documents as stored, in the order of the writes; empty after a dry run.</param>
/// <param name="DryRun">Nothing was written.</param>
internal sealed record EditOutcome(WorkingSet Before, WorkingSet After, EditPlan Plan, IReadOnlyList<RegistryItem> Items, bool DryRun);
