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
/// <param name="Reach">How many patients it can reach, one line for each way of naming them.</param>
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
    string? RefusedToYou,
    IReadOnlyList<string> Reach
);
