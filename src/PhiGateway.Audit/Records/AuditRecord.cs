namespace PhiGateway.Audit.Records;

/// <summary>One event as it is written to the journal; not thread-safe, not changed after it was appended.</summary>
/// <remarks>Holds PHI (patients, resources, the raw target): it goes to the journal and the store, never to a log.</remarks>
public sealed class AuditRecord
{
    /// <summary>UUIDv7; for requests the decision id that the client is told.</summary>
    public Guid Id { get; set; }

    /// <summary>What sort of event; says which members are filled.</summary>
    public AuditKind Kind { get; set; }

    /// <summary>What happened, such as <c>read</c>, <c>client.revoke</c>, <c>node.start</c>; at most 64 characters.</summary>
    public string Event { get; set; } = string.Empty;

    /// <summary>Wall clock, UTC.</summary>
    public DateTimeOffset Time { get; set; }

    /// <summary>The record this one belongs to: intent of an outcome, disclosure of a delivery; empty: none.</summary>
    public Guid ParentId { get; set; }

    /// <summary>
    /// <c>permit</c>, <c>deny</c> or <c>error</c>; <c>unknown</c> for a write of which nobody knows whether it was applied; empty where no
    /// decision was made.
    /// </summary>
    public string Decision { get; set; } = string.Empty;

    /// <summary>Code of the deny reason; null for permits.</summary>
    public string? Reason { get; set; }

    /// <summary>The rule that decided.</summary>
    public string? Rule { get; set; }

    /// <summary>Registry revision that decided.</summary>
    public long Revision { get; set; }

    /// <summary>Tenant of the route; null before one was found.</summary>
    public string? Tenant { get; set; }

    /// <summary>Environment of the route, such as <c>production</c>.</summary>
    public string? Environment { get; set; }

    /// <summary>Registered client; null when the caller could not be resolved.</summary>
    public string? Client { get; set; }

    /// <summary>Id of the use case under which it was decided.</summary>
    public string? UseCase { get; set; }

    /// <summary>Id of the organization that the use case belongs to.</summary>
    public string? Organization { get; set; }

    /// <summary>Id of the agreement that the use case stood under at the time; null: it needs none, or the record is of before it was said.</summary>
    public string? Agreement { get; set; }

    /// <summary>Id of the client's approval that counted at the time.</summary>
    public string? Approval { get; set; }

    /// <summary>Who gave that approval, and who carried it over a change that only narrowed.</summary>
    public IReadOnlyList<string> Approvers { get; set; } = [];

    /// <summary>Accountable owner at the time.</summary>
    public string? Owner { get; set; }

    /// <summary>Name of the issuer as configured, not its URL.</summary>
    public string? Issuer { get; set; }

    /// <summary>Client id at the issuer, as the token claims it.</summary>
    public string? IssuerClientId { get; set; }

    /// <summary>The model that acted (<c>vendor/model</c>), by the charter of the agent; null: no agent under a charter.</summary>
    public string? Model { get; set; }

    /// <summary>Which installation of it.</summary>
    public string? Instance { get; set; }

    /// <summary>The person who answered for the agent.</summary>
    public string? Accountable { get; set; }

    /// <summary>The tool by which it asked (MCP).</summary>
    public string? Tool { get; set; }

    /// <summary><c>sub</c> of the token; for administrators, how they signed in.</summary>
    public string? Subject { get; set; }

    /// <summary><c>jti</c> of the token.</summary>
    public string? TokenId { get; set; }

    /// <summary>SHA-256 of the token in hex, never the token.</summary>
    public string? TokenHash { get; set; }

    /// <summary>When the token was issued, UTC (<c>iat</c>): with the time, how old it was when it was used. Null: there was no token.</summary>
    public DateTimeOffset? TokenIssuedAt { get; set; }

    /// <summary>none, mtls, dpop; api-key where there was no token.</summary>
    public string? Binding { get; set; }

    /// <summary>SHA-256 of the certificate by which possession was proven, lower-case hex; null: by none.</summary>
    public string? Certificate { get; set; }

    /// <summary>Class of the sign-in behind the token (<c>acr</c>); null: it names none.</summary>
    public string? Acr { get; set; }

    /// <summary>
    /// When whoever is behind the token authenticated, UTC (<c>auth_time</c>; a service: when it was given the token, where a step-up asks);
    /// null: nothing is said of it, or nobody asked. 1970: it says one that cannot be read, or that has not happened yet.
    /// </summary>
    public DateTimeOffset? AuthTime { get; set; }

    /// <summary>
    /// Who acted between the caller and the token's subject (RFC 8693 <c>act</c>), outermost first, as client ids at the issuer; empty: nobody.
    /// </summary>
    public IReadOnlyList<string> Actors { get; set; } = [];

    /// <summary>Purpose codes that counted, space-separated.</summary>
    public string? Purpose { get; set; }

    /// <summary>Where the purpose came from: <c>token</c>, or <c>registry</c> where the issuer asserts none.</summary>
    public string? PurposeFrom { get; set; }

    /// <summary>Whether what left is accounted for to the patient, fixed now (<see cref="AccountingClass"/>); null where no client was known.</summary>
    public string? Accounting { get; set; }

    /// <summary>Scope of the token, as sent.</summary>
    public string? Scope { get; set; }

    /// <summary>Id of the task that the token was given for; null: for none.</summary>
    public string? Task { get; set; }

    /// <summary>Address that the call came from.</summary>
    public string? Peer { get; set; }

    /// <summary>
    /// The program that called, by its own word: the first product of <c>User-Agent</c> with its major version, such as
    /// <c>python-requests/2</c>; <c>other</c> where it names itself in no such form. Null: it says nothing.
    /// </summary>
    public string? UserAgent { get; set; }

    /// <summary>HTTP method, as sent.</summary>
    public string? Method { get; set; }

    /// <summary>Template without PHI, such as <c>GET /Observation/{id}</c>.</summary>
    public string? Template { get; set; }

    /// <summary>FHIR interaction.</summary>
    public string? Interaction { get; set; }

    /// <summary>FHIR resource type asked for.</summary>
    public string? ResourceType { get; set; }

    /// <summary>Exactly what the client sent as target. PHI.</summary>
    public string? RawTarget { get; set; }

    /// <summary>
    /// Of a search by POST the names of its parameters, with those values that are names themselves (<c>_type</c>, <c>_elements</c>,
    /// <c>_sort</c>, <c>_include</c>, <c>_revinclude</c>) behind an equals sign; last <see cref="AskedParameters.More"/> where there were
    /// more. No value that was searched for.
    /// </summary>
    public IReadOnlyList<string> Parameters { get; set; } = [];

    /// <summary>
    /// The body of a search by POST as the client sent it: what of a search by GET stands in the target. Of one that is too long the shorter
    /// parameters, and <see cref="AskedForm.Left"/> last. Null: it is none, or the record is of before it was kept. PHI.
    /// </summary>
    public string? Form { get; set; }

    /// <summary>Logical patient ids concerned. PHI.</summary>
    public IReadOnlyList<string> Patients { get; set; } = [];

    /// <summary>
    /// By what the patients were covered, once for all or for each in their order: <c>any</c>, <c>context</c>, <c>roster/diabetes</c> with
    /// the days of the membership behind an at sign where it has any, <c>task/intake-17</c>; of several, joined by a plus sign.
    /// </summary>
    public IReadOnlyList<string> CoveredBy { get; set; } = [];

    /// <summary>known, none-by-type, undetermined; empty where it does not apply.</summary>
    public string PatientState { get; set; } = string.Empty;

    /// <summary>
    /// Resources released or written, as <c>Type/id</c> or <c>Type/id/_history/version</c>; at most 1,000 are listed. PHI.
    /// </summary>
    public IReadOnlyList<string> Resources { get; set; } = [];

    /// <summary>How many resources were released, listed or not.</summary>
    public int ResourceCount { get; set; }

    /// <summary>How many resources were withheld.</summary>
    public int WithheldCount { get; set; }

    /// <summary>Logical ids of the patients of whom something was withheld, as far as the gateway could say whose it was. PHI.</summary>
    public IReadOnlyList<string> WithheldPatients { get; set; } = [];

    /// <summary>Resources withheld, each as <c>Type/id</c>, a blank and why; at most 1,000 are listed. PHI.</summary>
    public IReadOnlyList<string> Withheld { get; set; } = [];

    /// <summary>Labels on what was released, as <c>system|code</c>.</summary>
    public IReadOnlyList<string> Labels { get; set; } = [];

    /// <summary>Names of obligations applied.</summary>
    public IReadOnlyList<string> Obligations { get; set; } = [];

    /// <summary>Destination id of the upstream.</summary>
    public string? Upstream { get; set; }

    /// <summary>0: not reached.</summary>
    public int UpstreamStatus { get; set; }

    /// <summary>Status sent to the client; 0: not decided.</summary>
    public int Status { get; set; }

    /// <summary>Bytes of the answer about to be sent, or sent.</summary>
    public long Bytes { get; set; }

    /// <summary>applied, not-applied, unknown: what the upstream did with a write; for <see cref="AuditKind.Outcome"/>.</summary>
    public string? Outcome { get; set; }

    /// <summary>
    /// handed-over (every byte was given to the connection; whether somebody read it is not known), partial, unconfirmed; for
    /// <see cref="AuditKind.Delivery"/>.
    /// </summary>
    public string? Delivery { get; set; }

    /// <summary>
    /// For a <see cref="AuditKind.Delivery"/> of many: the records of the same log whose answers were handed over whole, as ranges such as
    /// <c>120-180,182</c> (<see cref="SequenceRanges"/>); null for the delivery of one, which names it as its parent.
    /// </summary>
    public string? Sequences { get; set; }

    /// <summary>Who did it, for admin and audit-use records.</summary>
    public string? Actor { get; set; }

    /// <summary>What it was done to, as <c>client/acme</c>.</summary>
    public string? Target { get; set; }

    /// <summary>Canonical JSON before an admin change; null: did not exist.</summary>
    public string? Before { get; set; }

    /// <summary>Canonical JSON after an admin change; null: no longer exists.</summary>
    public string? After { get; set; }

    /// <summary>Words without PHI: justification, recovery counts, query description.</summary>
    public string? Note { get; set; }
}
