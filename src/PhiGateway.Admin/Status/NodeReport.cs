namespace PhiGateway.Admin.Status;

/// <summary>One node's last report.</summary>
/// <param name="Node">Name.</param>
/// <param name="Revision">Revision it enforces.</param>
/// <param name="Behind">Revisions it lacks.</param>
/// <param name="At">When it said so.</param>
/// <param name="Alive">Whether that was recently.</param>
/// <param name="Problem">Why it could not take a newer one.</param>
/// <param name="Confirmed">When it last knew its registry to be the newest, UTC; absent: not known.</param>
/// <param name="Unshipped">Records of its journal that the audit store did not have then; absent: not known.</param>
public sealed record NodeReport(
    string Node,
    long Revision,
    long Behind,
    DateTimeOffset At,
    bool Alive,
    string? Problem,
    DateTimeOffset? Confirmed = null,
    long? Unshipped = null
);
