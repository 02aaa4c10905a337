namespace PhiGateway.Gateway.Telemetry;

/// <summary>
/// The log methods of the data plane, one for each event: they take ids, enums and counts only. URLs, queries, bodies and upstream messages
/// are never parameters here.
/// </summary>
internal static partial class GatewayLog
{
    [LoggerMessage(1001, LogLevel.Error, "Request {DecisionId} faulted: {Fault} in {Where}")]
    public static partial void RequestFaulted(ILogger log, Guid decisionId, string fault, string where);

    [LoggerMessage(1002, LogLevel.Warning, "Audit journal refused a record of {Kind}: {Status}")]
    public static partial void JournalRefused(ILogger log, string kind, string status);

    [LoggerMessage(1003, LogLevel.Warning, "Delivery record of {DecisionId} was dropped: the journal has no room")]
    public static partial void DeliveryDropped(ILogger log, Guid decisionId);

    [LoggerMessage(
        1010,
        LogLevel.Information,
        "Request {DecisionId} of {Client}: {Interaction} {ResourceType} {Status} {Reason} in {Milliseconds} ms, {UpstreamMilliseconds} of them upstream"
    )]
    public static partial void Request(
        ILogger log,
        Guid decisionId,
        string client,
        string interaction,
        string resourceType,
        int status,
        string reason,
        double milliseconds,
        double upstreamMilliseconds
    );

    [LoggerMessage(
        1004,
        LogLevel.Error,
        "The outcome of write {DecisionId} found no room in the journal; it is tried again until it stands"
    )]
    public static partial void OutcomeLate(ILogger log, Guid decisionId);

    [LoggerMessage(
        1006,
        LogLevel.Warning,
        "Quotas are counted on this node alone: the registry's database did not answer ({Fault}); they are told as soon as it does"
    )]
    public static partial void QuotasNotShared(ILogger log, string fault);

    [LoggerMessage(1005, LogLevel.Critical, "This node releases nothing any more: {Why} See the runbook log-forked-or-rolled-back")]
    public static partial void LogForked(ILogger log, string why);

    [LoggerMessage(
        1101,
        LogLevel.Information,
        "Enforcing registry revision {Revision}: {Clients} clients, {Members} roster members, {Problems} problems"
    )]
    public static partial void SnapshotPublished(ILogger log, long revision, int clients, int members, int problems);

    [LoggerMessage(1102, LogLevel.Warning, "The registry could not be read ({Fault}); still enforcing revision {Revision}")]
    public static partial void SnapshotLoadFailed(ILogger log, string fault, long revision);

    [LoggerMessage(1103, LogLevel.Warning, "The last good snapshot could not be {Action} ({Fault})")]
    public static partial void LastGoodFailed(ILogger log, string action, string fault);

    [LoggerMessage(1104, LogLevel.Warning, "Registry problem at {Path}: {Problem}")]
    public static partial void RegistryProblem(ILogger log, string path, string problem);

    [LoggerMessage(1105, LogLevel.Warning, "An older registry revision {Offered} was refused; enforcing {Current}")]
    public static partial void OlderRevisionRefused(ILogger log, long offered, long current);

    [LoggerMessage(7202, LogLevel.Information, "The listeners' certificate was read; it ends {Ends}")]
    public static partial void ListenerCertificateRead(ILogger log, DateTimeOffset ends);

    [LoggerMessage(7203, LogLevel.Error, "The listeners' certificate was not read anew: {Problem}; the one before is shown on")]
    public static partial void ListenerCertificateBroken(ILogger log, string problem);

    [LoggerMessage(7201, LogLevel.Warning, "{Count} revocations of the registry at revision {Offered} are in force; enforcing {Current}")]
    public static partial void ClosedByOlderRegistry(ILogger log, int count, long offered, long current);

    [LoggerMessage(
        1108,
        LogLevel.Warning,
        "By the operator's word registry revision {Offered} is accepted, though {Newest} had been enforced: take AcceptOlderRevision out again"
    )]
    public static partial void OlderRevisionAccepted(ILogger log, long offered, long newest);

    [LoggerMessage(
        7280,
        LogLevel.Critical,
        "The registry has {Document} as revision {Offered} wrote it, and this node has enforced {Known}: it was put back, and what depends on "
            + "it is closed until it is written anew. See the runbook registry-seals"
    )]
    public static partial void DocumentPutBack(ILogger log, string document, long offered, long known);

    [LoggerMessage(
        7300,
        LogLevel.Critical,
        "The registry has no row of {Document} any more, which this node has enforced as revision {Known} wrote it: it was taken out of the "
            + "table, and what it closed stays closed until it is written anew. See the runbook registry-seals"
    )]
    public static partial void DocumentGone(ILogger log, string document, long known);

    [LoggerMessage(7250, LogLevel.Warning, "What the next page of decision {Decision} needs could not be kept: {Fault}")]
    public static partial void PageNotKept(ILogger log, Guid decision, string fault);

    [LoggerMessage(
        7251,
        LogLevel.Warning,
        "What the next page of decision {Decision} needs is not kept: {Client} has Limits:KeptPages of them"
    )]
    public static partial void PagesFull(ILogger log, Guid decision, string client);

    [LoggerMessage(7252, LogLevel.Warning, "What a page of decision {Decision} needs could not be looked up: {Fault}")]
    public static partial void PageNotFound(ILogger log, Guid decision, string fault);

    [LoggerMessage(1107, LogLevel.Error, "The use of a task could not be counted for decision {Decision}: {Fault}")]
    public static partial void TaskNotCounted(ILogger log, Guid decision, string fault);

    [LoggerMessage(
        1106,
        LogLevel.Warning,
        "Another server writes the registry now (revision {Known} was in force, it offers {Offered}): it is read anew as a whole"
    )]
    public static partial void RegistryFailedOver(ILogger log, long known, long offered);

    [LoggerMessage(1201, LogLevel.Information, "{Plane} plane listens on {Addresses}")]
    public static partial void Listening(ILogger log, string plane, string addresses);

    [LoggerMessage(1202, LogLevel.Error, "The {Part} stopped: {Fault}; it is started again in {Seconds} s")]
    public static partial void PartStopped(ILogger log, string part, string fault, double seconds);

    [LoggerMessage(7230, LogLevel.Error, "At the stop, these did not end within {Seconds} s and are left: {Parts}")]
    public static partial void LoopsLeft(ILogger log, string parts, double seconds);

    [LoggerMessage(7180, LogLevel.Error, "At the stop, {Step} failed: {Fault}; the steps behind it are taken")]
    public static partial void StopStepFailed(ILogger log, string step, string fault);

    [LoggerMessage(7181, LogLevel.Error, "The {Store} store answers and cannot be used: {Problem}; see readiness; trying again")]
    public static partial void StoreNotReady(ILogger log, string store, string problem);

    [LoggerMessage(1211, LogLevel.Information, "Enforcing routes {Hash}")]
    public static partial void RoutesChanged(ILogger log, string hash);

    [LoggerMessage(1212, LogLevel.Error, "Changed routes are not in force, {Hash} still are: {Why}")]
    public static partial void RoutesRefused(ILogger log, string hash, string why);

    [LoggerMessage(1215, LogLevel.Information, "The credential for upstreams {Name} was read anew")]
    public static partial void CredentialMade(ILogger log, string name);

    [LoggerMessage(1216, LogLevel.Error, "The credential for upstreams {Name} could not be made: {Problem}")]
    public static partial void CredentialNotMade(ILogger log, string name, string problem);

    [LoggerMessage(1213, LogLevel.Information, "Draining: not ready any more; stopping in {Seconds} s")]
    public static partial void Draining(ILogger log, double seconds);

    [LoggerMessage(
        1214,
        LogLevel.Warning,
        "Route {Route}: the server behind names itself {Origin}, which is no base of its cluster; links there are not followed. "
            + "If it is the same server, add its base to Phi.Bases"
    )]
    public static partial void BaseProposed(ILogger log, string route, string origin);

    [LoggerMessage(
        1301,
        LogLevel.Critical,
        "The audit trail is not what was recorded: {Code} at {Sequence} of {Chain}. {Words} See the runbook log-contradicts"
    )]
    public static partial void ProofFinding(ILogger log, string code, string chain, long? sequence, string words);

    [LoggerMessage(
        1303,
        LogLevel.Critical,
        "The registry document {Kind} {Id} has {Seal} seal of the control plane: it is not in force, and what depends on it is closed. "
            + "See the runbook registry-seals"
    )]
    public static partial void SealRefused(ILogger log, string kind, string id, string seal);

    [LoggerMessage(1302, LogLevel.Error, "The finding {Code} of the audit verifier could not be recorded or raised: {Fault}")]
    public static partial void FindingUnrecorded(ILogger log, string code, string fault);

    [LoggerMessage(1205, LogLevel.Warning, "The audit store's partitions of the months to come were not made: {Fault}")]
    public static partial void PartitionsNotMade(ILogger log, string fault);

    [LoggerMessage(1208, LogLevel.Error, "Part of the trail cannot be read here: {Words} See the runbook sealed-bodies")]
    public static partial void BodyKeyUnopened(ILogger log, string words);

    [LoggerMessage(1207, LogLevel.Warning, "The trail could not be watched ({Fault}); trying again")]
    public static partial void WatchFailed(ILogger logger, string fault);

    [LoggerMessage(1206, LogLevel.Warning, "Whether an admin key exists is not known: the registry did not answer ({Fault}); asked again")]
    public static partial void FirstKeyDelayed(ILogger log, string fault);

    [LoggerMessage(1203, LogLevel.Warning, "The {Store} store cannot be reached; trying again")]
    public static partial void StoreAway(ILogger log, string store);

    [LoggerMessage(7291, LogLevel.Warning, "The start was not rehearsed, so that the first requests take longer: {Fault}")]
    public static partial void RehearsalFailed(ILogger log, string fault);

    [LoggerMessage(1204, LogLevel.Information, "The {Store} store is reached")]
    public static partial void StoreBack(ILogger log, string store);
}
