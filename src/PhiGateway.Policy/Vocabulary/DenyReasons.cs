namespace PhiGateway.Policy.Vocabulary;

/// <content>The reasons, in the order of the stages.</content>
public sealed partial class DenyReason
{
    // Must stand before the reasons: they register themselves here.
    private static readonly List<DenyReason> Registered = [];

    // --- Ingress ---
    public static readonly DenyReason MalformedRequest = new("malformed-request", 400, DenyStage.Ingress, "invalid", "The request cannot be read in exactly one way.");
    public static readonly DenyReason AddressTooLong = new("address-too-long", 414, DenyStage.Ingress, "too-long", "The address of the request is longer than this gateway accepts; a search with many values can be sent by POST to _search.");
    public static readonly DenyReason MalformedPath = new("malformed-path", 400, DenyStage.Ingress, "invalid", "The path is not in a form that is served here.");
    public static readonly DenyReason MalformedQuery = new("malformed-query", 400, DenyStage.Ingress, "invalid", "The query cannot be read in exactly one way.");
    public static readonly DenyReason MalformedHeader = new("malformed-header", 400, DenyStage.Ingress, "invalid", "A header appears twice or is not allowed from clients.");
    public static readonly DenyReason HeadersTooLarge = new("headers-too-large", 431, DenyStage.Ingress, "too-long", "The headers of the request, or the access token in them, are larger than this gateway accepts.");
    public static readonly DenyReason MethodNotAllowed = new("method-not-allowed", 405, DenyStage.Ingress, "not-supported", "The method is not supported here.");
    public static readonly DenyReason UnknownHost = new("unknown-host", 421, DenyStage.Ingress, "not-found", "This host is not served here.");
    public static readonly DenyReason NoRoute = new("no-route", 404, DenyStage.Ingress, "not-found", "Nothing is served at this path.");
    public static readonly DenyReason BodyTooLarge = new("body-too-large", 413, DenyStage.Ingress, "too-long", "The body is larger than this gateway accepts.");
    public static readonly DenyReason BodyTooSlow = new("body-too-slow", 408, DenyStage.Ingress, "timeout", "The body did not arrive in time.");
    public static readonly DenyReason UnsupportedMediaType = new("unsupported-media-type", 415, DenyStage.Ingress, "not-supported", "The body's media type or content coding is not supported here.");
    public static readonly DenyReason UpgradeRefused = new("upgrade-refused", 400, DenyStage.Ingress, "not-supported", "Protocol upgrades are not supported.");
    public static readonly DenyReason NotAcceptable = new("not-acceptable", 406, DenyStage.Ingress, "not-supported", "Only application/fhir+json is served.");

    // --- Identify ---
    public static readonly DenyReason NoCredential = new("no-credential", 401, DenyStage.Identify, "login", "An access token is required.");
    public static readonly DenyReason MalformedCredential = new("malformed-credential", 400, DenyStage.Identify, "invalid", "Send exactly one access token, in the Authorization header.", "invalid_request");
    public static readonly DenyReason InvalidToken = new("invalid-token", 401, DenyStage.Identify, "login", "The access token is not valid here.", "invalid_token");
    public static readonly DenyReason ExpiredToken = new("expired-token", 401, DenyStage.Identify, "expired", "The access token has expired.", "invalid_token");
    public static readonly DenyReason TokenLifetimeTooLong = new("token-lifetime-too-long", 401, DenyStage.Identify, "login", "The access token lives longer than is accepted here.", "invalid_token");
    public static readonly DenyReason UnknownIssuer = new("unknown-issuer", 401, DenyStage.Identify, "login", "The access token is not valid here.", "invalid_token");
    public static readonly DenyReason IssuerUnavailable = new("issuer-unavailable", 503, DenyStage.Identify, "transient", "The token cannot be checked at the moment.");
    public static readonly DenyReason BindingFailed = new("binding-failed", 401, DenyStage.Identify, "login", "Possession of the token was not proven.", "invalid_token");
    public static readonly DenyReason DpopProofInvalid = new("dpop-proof-invalid", 401, DenyStage.Identify, "login", "The DPoP proof is not one for this request and this token.", "invalid_dpop_proof");
    public static readonly DenyReason DpopProofReplayed = new("dpop-proof-replayed", 401, DenyStage.Identify, "login", "The DPoP proof has been used before.", "invalid_dpop_proof");
    public static readonly DenyReason DpopNonceRequired = new("dpop-nonce-required", 401, DenyStage.Identify, "login", "The DPoP proof must carry the nonce that is given here.", "use_dpop_nonce");
    public static readonly DenyReason TooManyProofs = new("too-many-proofs", 429, DenyStage.Identify, "throttled", "Too many requests with proofs at the moment.");

    // --- Understand ---
    public static readonly DenyReason RequestTooCostly = new("request-too-costly", 413, DenyStage.Understand, "too-costly", "The request has more values, parts or entries than one request may have; split it.");
    public static readonly DenyReason NotUnderstood = new("not-understood", 400, DenyStage.Understand, "not-supported", "The request is not one this gateway understands.");
    public static readonly DenyReason UnknownResourceType = new("unknown-resource-type", 404, DenyStage.Understand, "not-supported", "The resource type is not known.");
    public static readonly DenyReason UnknownParameter = new("unknown-parameter", 400, DenyStage.Understand, "not-supported", "A search parameter or modifier is not known for this type.");
    public static readonly DenyReason MalformedBody = new("malformed-body", 400, DenyStage.Understand, "structure", "The body is not the JSON that this request takes.");
    public static readonly DenyReason OperationNotSupported = new("operation-not-supported", 404, DenyStage.Understand, "not-supported", "The operation is not supported.");
    public static readonly DenyReason HandleNotYours = new("handle-not-yours", 404, DenyStage.Understand, "not-found", "The page, job or file does not exist.");
    public static readonly DenyReason PageUnavailable = new("page-unavailable", 503, DenyStage.Understand, "transient", "The page cannot be looked up at the moment; try again.");

    // --- Decide: revoked ---
    public static readonly DenyReason UnknownClient = new("unknown-client", 403, DenyStage.Decide, "forbidden", "This client is not registered for any approved use.");
    public static readonly DenyReason Revoked = new("revoked", 403, DenyStage.Decide, "forbidden", "This client's access has been revoked.");
    public static readonly DenyReason TokenRevoked = new("token-revoked", 401, DenyStage.Decide, "login", "The access token is not valid here.", "invalid_token");

    // --- Decide: the path's doors ---
    public static readonly DenyReason RegistryContradiction = new("registry-contradiction", 403, DenyStage.Decide, "forbidden", "This client's registration cannot be relied on at the moment.");
    public static readonly DenyReason RegistryNotUnderstood = new("registry-not-understood", 503, DenyStage.Decide, "transient", "This node does not understand the registration yet; try again.");
    public static readonly DenyReason ClientNotActive = new("client-not-active", 403, DenyStage.Decide, "forbidden", "This client is not active.");
    public static readonly DenyReason ClientExpired = new("client-expired", 403, DenyStage.Decide, "forbidden", "This client's registration has expired.");
    public static readonly DenyReason NotApproved = new("not-approved", 403, DenyStage.Decide, "forbidden", "This client has not been approved.");
    public static readonly DenyReason ApprovalStale = new("approval-stale", 403, DenyStage.Decide, "forbidden", "What was approved has changed; a new approval is needed.");
    public static readonly DenyReason ApprovalExpired = new("approval-expired", 403, DenyStage.Decide, "forbidden", "This client's approval has expired.");
    public static readonly DenyReason UseCaseNotApproved = new("use-case-not-approved", 403, DenyStage.Decide, "forbidden", "The registered use is not approved.");
    public static readonly DenyReason UseCaseExpired = new("use-case-expired", 403, DenyStage.Decide, "forbidden", "The registered use has expired.");
    public static readonly DenyReason AgreementMissing = new("agreement-missing", 403, DenyStage.Decide, "forbidden", "No agreement covers this use.");
    public static readonly DenyReason AgreementNotInForce = new("agreement-not-in-force", 403, DenyStage.Decide, "forbidden", "The agreement for this use is not in force.");
    public static readonly DenyReason AgreementNotReviewed = new("agreement-not-reviewed", 403, DenyStage.Decide, "forbidden", "The agreement for this use lacks its legal review.");
    public static readonly DenyReason OrganizationNotActive = new("organization-not-active", 403, DenyStage.Decide, "forbidden", "The organization behind this client is not active.");
    public static readonly DenyReason VendorReviewOverdue = new("vendor-review-overdue", 403, DenyStage.Decide, "forbidden", "The review of the organization behind this client is overdue.");
    public static readonly DenyReason OwnerMissing = new("owner-missing", 403, DenyStage.Decide, "forbidden", "No accountable owner stands behind this client.");
    public static readonly DenyReason AgentUnaccountable = new("agent-unaccountable", 403, DenyStage.Decide, "forbidden", "Nobody answers for this agent any more.");
    public static readonly DenyReason CredentialExpired = new("credential-expired", 403, DenyStage.Decide, "forbidden", "This client's credential has expired.");
    public static readonly DenyReason CredentialRotationOverdue = new("credential-rotation-overdue", 403, DenyStage.Decide, "forbidden", "This client's credential is overdue for rotation.");
    public static readonly DenyReason ReviewOverdue = new("review-overdue", 403, DenyStage.Decide, "forbidden", "This client's access review is overdue.");
    public static readonly DenyReason SnapshotTooOld = new("snapshot-too-old", 503, DenyStage.Decide, "transient", "The registry is not reachable; access is closed until it is.");

    // --- Decide: strength, environment, place, hour ---
    public static readonly DenyReason BindingRequired = new("binding-required", 401, DenyStage.Decide, "login", "This client must prove possession of its token.", "invalid_token");
    public static readonly DenyReason ClientTokenLifetime = new("client-token-lifetime", 401, DenyStage.Decide, "login", "The access token lives longer than this client's may.", "invalid_token");
    public static readonly DenyReason WrongEnvironment = new("wrong-environment", 403, DenyStage.Decide, "forbidden", "This client does not belong to this environment.");
    public static readonly DenyReason WrongTenant = new("wrong-tenant", 403, DenyStage.Decide, "forbidden", "This client does not belong to this tenant.");
    public static readonly DenyReason WrongNetwork = new("wrong-network", 403, DenyStage.Decide, "forbidden", "This client may not call from here.");
    public static readonly DenyReason OutsideHours = new("outside-hours", 403, DenyStage.Decide, "forbidden", "This client may not call at this hour.");

    public static readonly DenyReason AgentToolNotPermitted = new("agent-tool-not-permitted", 403, DenyStage.Decide, "forbidden", "This agent may not ask in this way.");
    public static readonly DenyReason AgentOutsideHours = new("agent-outside-hours", 403, DenyStage.Decide, "forbidden", "This agent may not call at this hour.");

    // --- Decide: purpose ---
    public static readonly DenyReason PurposeMissing = new("purpose-missing", 403, DenyStage.Decide, "forbidden", "No purpose of use was asserted.");
    public static readonly DenyReason PurposeUnknown = new("purpose-unknown", 403, DenyStage.Decide, "forbidden", "The asserted purpose of use is not known.");
    public static readonly DenyReason PurposeNotPermitted = new("purpose-not-permitted", 403, DenyStage.Decide, "forbidden", "The asserted purpose is not part of the approved use.");
    public static readonly DenyReason JustificationMissing = new("justification-missing", 403, DenyStage.Decide, "forbidden", "Emergency access needs a justification.");

    // --- Decide: interaction and type ---
    public static readonly DenyReason NothingAsked = new("nothing-asked", 403, DenyStage.Decide, "forbidden", "The request asks for nothing that could be permitted.");
    public static readonly DenyReason OutsideScope = new("outside-scope", 403, DenyStage.Decide, "forbidden", "The token's scope does not include this.", "insufficient_scope");
    public static readonly DenyReason StepUpRequired = new("step-up-required", 401, DenyStage.Decide, "login", "A fresher or stronger sign-in is needed for this.", "insufficient_user_authentication");
    public static readonly DenyReason AgentTypeNotPermitted = new("agent-type-not-permitted", 403, DenyStage.Decide, "forbidden", "This agent may not touch records of this type.");
    public static readonly DenyReason OutsideUseCase = new("outside-use-case", 403, DenyStage.Decide, "forbidden", "The approved use of this client does not include this.");
    public static readonly DenyReason IncludeNotPermitted = new("include-not-permitted", 403, DenyStage.Decide, "forbidden", "The approved use of this client does not include pulling in these resources.");
    public static readonly DenyReason CrossesTenants = new("crosses-tenants", 403, DenyStage.Decide, "forbidden", "The search would look at records that cannot be told apart by tenant.");
    public static readonly DenyReason OperationNotPermitted = new("operation-not-permitted", 403, DenyStage.Decide, "forbidden", "The approved use of this client does not include this operation.");
    public static readonly DenyReason ConditionNotMet = new("condition-not-met", 403, DenyStage.Decide, "forbidden", "The resource is not of the kind that the approved use covers.");
    public static readonly DenyReason HiddenElement = new("hidden-element", 403, DenyStage.Decide, "forbidden", "The request filters, sorts, counts or changes by something it may not see.");
    public static readonly DenyReason PartialView = new("partial-view", 403, DenyStage.Decide, "forbidden", "This client sees only a part of the resource and would erase the rest; a patch can change what it sees.");
    public static readonly DenyReason NotJudgeable = new("not-judgeable", 403, DenyStage.Decide, "forbidden", "The approved use sets conditions that cannot be checked on what this interface returns.");

    // --- Decide: patient ---
    public static readonly DenyReason PatientContextMissing = new("patient-context-missing", 403, DenyStage.Decide, "forbidden", "The token names no patient.", "insufficient_scope");
    public static readonly DenyReason OutsideRoster = new("outside-roster", 403, DenyStage.Decide, "forbidden", "The patient is not part of the approved use.");
    public static readonly DenyReason OutsideContext = new("outside-context", 403, DenyStage.Decide, "forbidden", "The patient is not the one the token was issued for.");
    public static readonly DenyReason TaskNotOpen = new("task-not-open", 403, DenyStage.Decide, "forbidden", "The task that the access token is for is not open.");
    public static readonly DenyReason NotPartOfTask = new("not-part-of-task", 403, DenyStage.Decide, "forbidden", "This is not part of the task that the access token is for.");
    public static readonly DenyReason OutsideTask = new("outside-task", 403, DenyStage.Decide, "forbidden", "No live task covers this.");
    public static readonly DenyReason PatientUndetermined = new("patient-undetermined", 403, DenyStage.Decide, "forbidden", "It cannot be established whose data this is.");
    public static readonly DenyReason PatientNotFound = new("patient-not-found", 404, DenyStage.Decide, "not-found", "The resource does not exist or is not available.");

    // --- Decide: sensitivity, delegation ---
    public static readonly DenyReason TooConfidential = new("too-confidential", 403, DenyStage.Decide, "suppressed", "The resource is more confidential than the approved use covers.");
    public static readonly DenyReason LabelNotPermitted = new("label-not-permitted", 403, DenyStage.Decide, "suppressed", "The resource carries a label that the approved use does not cover.");
    public static readonly DenyReason RelabelNotPermitted = new("relabel-not-permitted", 403, DenyStage.Decide, "forbidden", "Labels, tags and patient links may not be changed.");
    public static readonly DenyReason UnknownActor = new("unknown-actor", 403, DenyStage.Decide, "forbidden", "An actor in the delegation chain is not known.");
    public static readonly DenyReason DelegationLoop = new("delegation-loop", 403, DenyStage.Decide, "forbidden", "An actor stands twice in the delegation chain.");
    public static readonly DenyReason ActorNotPermitted = new("actor-not-permitted", 403, DenyStage.Decide, "forbidden", "An actor in the delegation chain may not act for this client, or not in this order.");
    public static readonly DenyReason DelegationTooDeep = new("delegation-too-deep", 403, DenyStage.Decide, "forbidden", "The delegation chain is longer than allowed.");

    // --- Admit ---
    public static readonly DenyReason RateLimited = new("rate-limited", 429, DenyStage.Admit, "throttled", "Too many requests.");
    public static readonly DenyReason ConcurrencyLimited = new("concurrency-limited", 429, DenyStage.Admit, "throttled", "Too many requests at once.");
    public static readonly DenyReason QuotaExceeded = new("quota-exceeded", 429, DenyStage.Admit, "throttled", "A quota is used up.");

    public static readonly DenyReason AgentCallsSpent = new("agent-calls-spent", 429, DenyStage.Admit, "throttled", "This agent has made its calls of the day.");

    // --- Forward ---
    public static readonly DenyReason TaskUsedUp = new("task-used-up", 403, DenyStage.Forward, "forbidden", "The task has been used as often as it may be.");
    public static readonly DenyReason TaskNotCounted = new("task-not-counted", 503, DenyStage.Forward, "transient", "The use of a task cannot be counted at the moment, so it is not given.");
    public static readonly DenyReason UpstreamUnavailable = new("upstream-unavailable", 502, DenyStage.Forward, "transient", "The clinical system could not be reached.");
    public static readonly DenyReason UpstreamTimeout = new("upstream-timeout", 504, DenyStage.Forward, "timeout", "The clinical system did not answer in time.");
    public static readonly DenyReason UpstreamRefused = new("upstream-refused", 502, DenyStage.Forward, "exception", "The clinical system did not accept the gateway's request.");

    public static readonly DenyReason UpstreamUnsupported = new("upstream-unsupported", 405, DenyStage.Forward, "not-supported", "The clinical system does not support this kind of request.");
    public static readonly DenyReason UpstreamCredential = new("upstream-credential", 503, DenyStage.Forward, "transient", "The gateway has no credential for the clinical system at the moment.");
    public static readonly DenyReason UpstreamBusy = new("upstream-busy", 503, DenyStage.Forward, "transient", "The clinical system is busy.");
    public static readonly DenyReason UpstreamRejected = new("upstream-rejected", 400, DenyStage.Forward, "processing", "The clinical system rejected the request.");
    public static readonly DenyReason ConditionAmbiguous = new("condition-ambiguous", 412, DenyStage.Forward, "multiple-matches", "More than one resource matches the condition.");
    public static readonly DenyReason ConditionUnmatched = new("condition-unmatched", 412, DenyStage.Forward, "not-found", "No resource matches a conditional reference.");
    public static readonly DenyReason ChainTooBroad = new("chain-too-broad", 403, DenyStage.Forward, "too-costly", "A condition on other resources matches too many of them; name it more closely, or ask in two steps.");
    public static readonly DenyReason PatchNotApplicable = new("patch-not-applicable", 422, DenyStage.Forward, "processing", "The patch cannot be applied to the resource as it is.");
    public static readonly DenyReason VersionChanged = new("version-changed", 412, DenyStage.Forward, "conflict", "The resource is not in the version that the request names or was judged by.");

    // --- Release ---
    public static readonly DenyReason UnreadableAnswer = new("unreadable-answer", 502, DenyStage.Release, "exception", "The clinical system's answer could not be judged.");
    public static readonly DenyReason MemoryExhausted = new("memory-exhausted", 503, DenyStage.Release, "transient", "This server has no room for more at the moment; try again.");
    public static readonly DenyReason ReaderTooSlow = new("reader-too-slow", 408, DenyStage.Release, "timeout", "The answer was not read in time.");
    public static readonly DenyReason AnswerTooLarge = new("answer-too-large", 502, DenyStage.Release, "too-costly", "The clinical system's answer is too large to be judged.");
    public static readonly DenyReason NarrowingNotApplied = new("narrowing-not-applied", 502, DenyStage.Release, "exception", "The clinical system did not confirm that it kept to the limits of this search.");
    public static readonly DenyReason NotFoundOrWithheld = new("not-found-or-withheld", 404, DenyStage.Release, "not-found", "The resource does not exist or is not available.");
    public static readonly DenyReason RevokedWhileStreaming = new("revoked-while-streaming", 403, DenyStage.Release, "forbidden", "This client's access has been revoked.");

    // --- Audit ---
    public static readonly DenyReason AuditUnavailable = new("audit-unavailable", 503, DenyStage.Audit, "transient", "The access cannot be recorded at the moment, so it is not given.");
    public static readonly DenyReason AuditForked = new("audit-forked", 503, DenyStage.Audit, "transient", "The record of accesses of this server is in doubt, so no access is given.");
    public static readonly DenyReason Faulted = new("faulted", 500, DenyStage.Audit, "exception", "The request could not be processed.");

    /// <summary>Every reason, in the order of the stages.</summary>
    public static IReadOnlyList<DenyReason> All => Registered;

    /// <summary>The reason with a code; null when there is none.</summary>
    public static DenyReason? Find(string code) => Registered.Find(reason => reason.Code == code);
}
