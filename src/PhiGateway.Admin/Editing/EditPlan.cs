using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Audit.Journal;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>
/// A change of the registry as a command asks the editor for it: its name in the trail, its target and how its writes are planned.
/// </summary>
/// <param name="Event">Name in the trail, such as <c>client.approve</c>.</param>
/// <param name="Target">What it is about, such as <c>client/acme</c>.</param>
/// <param name="Plan">Works out the writes from the set as it is once nobody else writes; may refuse.</param>
internal sealed record Edit(string Event, string Target, Func<WorkingSet, Outcome<EditPlan>> Plan)
{
    /// <summary>Status with which new contradictions are refused: 422 for content, 409 for deletions.</summary>
    public int ProblemStatus { get; init; } = 422;

    /// <summary>
    /// Security: the verb is itself the second person's act and has asked who the first ones were; what it opens needs nobody else.
    /// </summary>
    public bool IsSecondPerson { get; init; }

    /// <summary>
    /// It closes a path: it finds room in the journal to the last, waits only for its like and is not told to come back for a while. Said by
    /// its name, or by whoever plans it where one name stands for several acts.
    /// </summary>
    public bool IsClosing { get; init; } = AdminLane.Of(Event) == AuditLane.Reserved;

    /// <summary>The lane of its records.</summary>
    public AuditLane Lane => IsClosing ? AuditLane.Reserved : AuditLane.Ordinary;

    /// <summary>It writes revocations only, and no document: it waits for no other change.</summary>
    public bool IsRowsOnly { get; init; }
}

/// <summary>The writes of one change: all documents in one transaction, revocations before them.</summary>
/// <param name="Writes">Documents to put or delete.</param>
internal sealed record EditPlan(IReadOnlyList<RegistryWrite> Writes)
{
    public IReadOnlyList<Revocation> Revocations { get; init; } = [];

    /// <summary>Of a lift: id of the newest row about the same thing that it was judged by; null: it lifts nothing.</summary>
    public string? SeenRevocation { get; init; }

    /// <summary>Words without PHI for the record: the reason given.</summary>
    public string? Note { get; init; }

    /// <summary>
    /// Whether what it writes over documents that this version does not understand leaves all that is unknown as it is stored: state and
    /// notes alone change, and they close.
    /// </summary>
    public bool KeepsUnknown { get; init; }

    /// <summary>Clients whose approval the change takes away, because it opens a door of theirs.</summary>
    public IReadOnlyList<string> Taken { get; init; } = [];
}

/// <summary>The result of a change: what was planned, the documents as stored, and the registry before and after.</summary>
/// <param name="Before">The set it was planned on.</param>
/// <param name="After">The set with it.</param>
/// <param name="Plan">What was planned.</param>
/// <param name="Items">Documents as stored, in the order of the writes; empty after a dry run.</param>
/// <param name="DryRun">Nothing was written.</param>
/// <param name="Now">The moment at which its dates were judged.</param>
internal sealed record EditOutcome(
    WorkingSet Before,
    WorkingSet After,
    EditPlan Plan,
    IReadOnlyList<RegistryItem> Items,
    bool DryRun,
    DateTimeOffset Now
)
{
    /// <summary>What is not refused and should be known: names that this node's configuration does not have.</summary>
    public IReadOnlyList<ProblemPointer> Warnings { get; init; } = [];

    /// <summary>What the node's configuration adds to what is approved.</summary>
    public NodeTerms Node { get; init; } = new(new ClientLimits(), null);

    /// <summary>Clients with a door that opens or closes, or with more or fewer tasks; worked out when first asked for.</summary>
    public IReadOnlyList<PathEffect> Paths => field ??= PathEffect.Of(this);

    /// <summary>Every client that its revocations match, in order of id; worked out when first asked for.</summary>
    public IReadOnlyList<string> Revoked => field ??= RevocationMatch.ClientsOf(this);

    /// <summary>Clients whose approval goes along with the change; worked out when first asked for.</summary>
    public IReadOnlyList<string> CarriedOver =>
        field ??= [
            .. Plan
                .Writes.Where(static write => write is { Kind: RegistryKind.Approval, ExpectedVersion: > 0 })
                .Select(write => After.Find<Approval>(RegistryKind.Approval, write.Id))
                .OfType<Approval>()
                .Where(approval => approval.CarriedOver?.At == Now)
                .Select(static approval => approval.Client)
                .Except(Plan.Taken, StringComparer.Ordinal),
        ];

    /// <summary>The revision that it was written as; 0: nothing was written.</summary>
    public long Revision { get; init; }

    /// <summary>Requests that run here of clients that it would stop, of a dry run; null: it stops nobody, or that is not known.</summary>
    public int? Running { get; init; }

    /// <summary>Running answers that it ended here; null: it ends none, or that is not known.</summary>
    public AnswersCut? Cut { get; init; }
}
