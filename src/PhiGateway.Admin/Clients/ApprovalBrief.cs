namespace PhiGateway.Admin.Clients;

/// <summary>Tells an approver in words what an approval of a client would permit, with all that stands behind it.</summary>
/// <param name="Client">Client id.</param>
/// <param name="Fingerprint">Fingerprint of exactly what is described here; approve with it.</param>
/// <param name="Words">The whole in one sentence.</param>
/// <param name="Permits">What it may do, one grant each.</param>
/// <param name="RecognisedBy">By which credentials it is recognised.</param>
/// <param name="Confines">From where, when, with which proof and how much; empty: as the gateway's defaults say.</param>
/// <param name="Until">First day on which the first of its terms has ended.</param>
/// <param name="LastApproval">The last approval; absent: it was never approved.</param>
/// <param name="Changed">What is not as it was approved last, and whose doing that is; empty: nothing, or it was never approved.</param>
/// <param name="Opens">Doors that the approval opens.</param>
/// <param name="StaysShut">Doors that stay shut all the same, and what opens them.</param>
/// <param name="MayNotApprove">Who had a hand in it, and so may not approve.</param>
/// <param name="RefusedToYou">Why the caller may not approve it; absent: the caller may.</param>
public sealed record ApprovalBrief(
    string Client,
    string Fingerprint,
    string Words,
    IReadOnlyList<string> Permits,
    IReadOnlyList<string> RecognisedBy,
    IReadOnlyList<string> Confines,
    DateOnly Until,
    LastApproval? LastApproval,
    IReadOnlyList<BriefChange> Changed,
    IReadOnlyList<string> Opens,
    IReadOnlyList<string> StaysShut,
    IReadOnlyList<string> MayNotApprove,
    string? RefusedToYou
);

/// <summary>An approval that was given.</summary>
/// <param name="By">Who approved.</param>
/// <param name="At">When, UTC.</param>
/// <param name="RequestedBy">Who had asked.</param>
/// <param name="Reason">Why, in the approver's words.</param>
/// <param name="Until">First day on which it no longer counts; absent: as long as the use case.</param>
public sealed record LastApproval(string By, DateTimeOffset At, string RequestedBy, string? Reason, DateOnly? Until);

/// <summary>One difference from what was approved last.</summary>
/// <param name="Kind">widening, narrowing, neutral, or written: what was approved is not known word by word.</param>
/// <param name="Path">Where.</param>
/// <param name="Words">What.</param>
/// <param name="By">Whoever changed that document since.</param>
public sealed record BriefChange(string Kind, string Path, string Words, IReadOnlyList<string> By);

/// <summary>Tells an approver in words what an approval of a use case would permit.</summary>
/// <param name="UseCase">Its id.</param>
/// <param name="Words">The whole in one sentence.</param>
/// <param name="Permits">What it permits, one grant each.</param>
/// <param name="Clients">Clients that serve it; each is approved by itself.</param>
/// <param name="Opens">Doors that the approval opens, as <c>client: door</c>.</param>
/// <param name="MayNotApprove">Whoever changed it.</param>
/// <param name="RefusedToYou">Why the caller may not approve it; absent: the caller may.</param>
public sealed record UseCaseBrief(
    string UseCase,
    string Words,
    IReadOnlyList<string> Permits,
    IReadOnlyList<string> Clients,
    IReadOnlyList<string> Opens,
    IReadOnlyList<string> MayNotApprove,
    string? RefusedToYou
);
