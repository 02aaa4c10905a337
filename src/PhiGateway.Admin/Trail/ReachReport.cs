namespace PhiGateway.Admin.Trail;

/// <summary>Lists all that somebody touched: the whole of it, never a part.</summary>
/// <param name="Subject">Who, as <c>client/acme</c>.</param>
/// <param name="From">From this moment on.</param>
/// <param name="To">Before this moment.</param>
/// <param name="Records">Records of the trail that it was made of.</param>
/// <param name="Refused">Requests that were refused meanwhile: what was tried.</param>
/// <param name="Undetermined">Releases of which nobody can say whose data it was.</param>
/// <param name="Unlisted">Resources that a record counts but does not name, since it names at most 1,000.</param>
/// <param name="Clients">Clients by which it happened.</param>
/// <param name="Patients">Each patient once.</param>
/// <param name="AlsoThrough">
/// Client ids at issuers by which it may stand between others and what they called: those calls are theirs and not in here, and are asked for
/// with <c>through</c>, by each of these names. Absent: it has none.
/// </param>
public sealed record ReachReport(
    string Subject,
    DateTimeOffset From,
    DateTimeOffset To,
    long Records,
    long Refused,
    long Undetermined,
    long Unlisted,
    IReadOnlyList<string> Clients,
    IReadOnlyList<ReachedPatient> Patients,
    IReadOnlyList<string>? AlsoThrough = null
);

/// <summary>What was touched of one patient.</summary>
/// <param name="Tenant">Tenant.</param>
/// <param name="Patient">Logical id; empty for resources that are no patient's. PHI.</param>
/// <param name="Reads">Releases.</param>
/// <param name="Writes">Writes that were applied, or may have been.</param>
/// <param name="First">First of them.</param>
/// <param name="Last">Last of them.</param>
/// <param name="Resources">
/// What was released or written together with this patient's data, as <c>Type/id</c>; of a search over several patients all that it found.
/// PHI.
/// </param>
/// <param name="Decisions">Ids of the first and the last record, by which evidence is made.</param>
public sealed record ReachedPatient(
    string Tenant,
    string Patient,
    long Reads,
    long Writes,
    DateTimeOffset First,
    DateTimeOffset Last,
    IReadOnlyList<string> Resources,
    IReadOnlyList<Guid> Decisions
);
