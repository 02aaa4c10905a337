using PhiGateway.Admin.Clients;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Admin.Decisions;

/// <summary>
/// Why a decision went as it did: what the trail recorded, beside what the registry says now. PHI: the target may name a patient.
/// </summary>
/// <param name="Id">Decision id; absent for a request that was only imagined.</param>
/// <param name="Decision">permit, deny or error.</param>
/// <param name="Reason">Code of the refusal; absent for permits.</param>
/// <param name="Stage">Stage that refused; absent for permits.</param>
/// <param name="Text">What the client was told; absent for permits.</param>
/// <param name="Rule">The rule that decided, as recorded.</param>
/// <param name="Time">Moment of the decision, UTC.</param>
/// <param name="Node">Log of the node that decided.</param>
/// <param name="Who">The caller.</param>
/// <param name="Ground">On what the access rested.</param>
/// <param name="Proof">How the caller proved itself.</param>
/// <param name="Asked">What was asked.</param>
/// <param name="Token">What is known of the token, and what could not be judged for want of it.</param>
/// <param name="Questions">Every question of the decision in order: open, closed, not-asked, or not-judged because an imagined token was
/// not described.</param>
/// <param name="Doors">The client's doors as the registry stands now; empty when it knows no such client.</param>
/// <param name="Closed">What was closed, in words; absent for permits.</param>
/// <param name="ToOpen">What would open it; empty for permits.</param>
/// <param name="Registry">Whether the registry is still the one that decided.</param>
public sealed record DecisionExplanation(
    Guid? Id,
    string Decision,
    string? Reason,
    string? Stage,
    string? Text,
    string? Rule,
    DateTimeOffset Time,
    string? Node,
    ExplainedCaller Who,
    ExplainedGround Ground,
    ExplainedProof Proof,
    ExplainedRequest Asked,
    ExplainedToken Token,
    IReadOnlyList<ExplainedQuestion> Questions,
    IReadOnlyList<DoorReport> Doors,
    string? Closed,
    IReadOnlyList<string> ToOpen,
    ExplainedRegistry Registry
);

/// <summary>Who called.</summary>
/// <param name="Client">Registered client; absent for a stranger.</param>
/// <param name="UseCase">Its use case.</param>
/// <param name="Organization">Id of the organization behind it.</param>
/// <param name="OrganizationName">Its name now.</param>
/// <param name="Owner">Accountable owner at the time.</param>
/// <param name="ApprovedBy">Who approved the client, as <c>ground</c> has it.</param>
/// <param name="ApprovedAt">When; absent: the registry does not have that approval.</param>
public sealed record ExplainedCaller(
    string? Client,
    string? UseCase,
    string? Organization,
    string? OrganizationName,
    string? Owner,
    string? ApprovedBy,
    DateTimeOffset? ApprovedAt
);

/// <summary>On what an access rested.</summary>
/// <param name="Source">record: the record itself says it; registry: the record is older than that, or there is none, and it is what the
/// registry says that is named at the end.</param>
/// <param name="Agreement">Id of the agreement; absent: the use case needs none.</param>
/// <param name="Approval">Id of the client's approval.</param>
/// <param name="Approvers">Who gave it, and who carried it over a change that only narrowed.</param>
/// <param name="CoveredBy">By what the patients were covered, such as roster/diabetes; of several patients each kind once. Empty: no
/// patient is named, or the record does not say.</param>
public sealed record ExplainedGround(
    string Source,
    string? Agreement,
    string? Approval,
    IReadOnlyList<string> Approvers,
    IReadOnlyList<string> CoveredBy
)
{
    internal const string OfRecord = "record";

    internal const string OfRegistry = "registry";

    /// <summary>What the registry says of a client; null: it knows none.</summary>
    internal static ExplainedGround Of(ClientEntry? client) =>
        new(OfRegistry, client?.Agreement?.Id, client?.Approval?.Id, client?.Approvers ?? [], []);

    /// <summary>What a record says itself; of an older one what the registry says.</summary>
    internal static ExplainedGround Of(AuditRecord record, ClientEntry? client)
    {
        var coveredBy = record.CoveredBy.Count == 1 ? record.CoveredBy : CoverageWords.KindsOf(record.CoveredBy);
        return (record.Agreement ?? record.Approval) is null
            ? Of(client) with
            {
                CoveredBy = coveredBy,
            }
            : new ExplainedGround(OfRecord, record.Agreement, record.Approval, record.Approvers, coveredBy);
    }
}

/// <summary>The credential.</summary>
/// <param name="Issuer">Issuer that vouched.</param>
/// <param name="ClientId">Client id at the issuer, as the token claims it.</param>
/// <param name="Subject">Subject of the token.</param>
/// <param name="Binding">none, mtls or dpop.</param>
/// <param name="Certificate">SHA-256 of the certificate that proved it; absent: none did.</param>
/// <param name="TokenHash">SHA-256 of the token, never the token.</param>
/// <param name="Peer">Address of the TCP peer.</param>
/// <param name="Actors">Who acted between the caller and the subject, outermost first; empty: nobody.</param>
public sealed record ExplainedProof(
    string? Issuer,
    string? ClientId,
    string? Subject,
    string? Binding,
    string? Certificate,
    string? TokenHash,
    string? Peer,
    IReadOnlyList<string> Actors
);

/// <summary>The token's age and scope.</summary>
/// <param name="IssuedAt">When it was issued, UTC; absent: not known.</param>
/// <param name="AgeSeconds">Its age at the time of the decision.</param>
/// <param name="LifetimeSeconds">How long it lives.</param>
/// <param name="MostSeconds">How long the issuer's and the client's tokens may live at most; absent: not known here.</param>
/// <param name="Scopes">Its scope; absent: not known.</param>
/// <param name="Acr">Class of the sign-in behind it; absent: it names none.</param>
/// <param name="AuthTime">When whoever is behind it authenticated, UTC; absent: it does not say, or nobody asked.</param>
/// <param name="NotJudged">Questions that could not be judged because the token was not described; empty: all were.</param>
/// <param name="Note">The same in words.</param>
public sealed record ExplainedToken(
    DateTimeOffset? IssuedAt,
    long? AgeSeconds,
    int? LifetimeSeconds,
    long? MostSeconds,
    string? Scopes,
    string? Acr,
    DateTimeOffset? AuthTime,
    IReadOnlyList<string> NotJudged,
    string Note
);

/// <summary>The request. PHI.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Target">Target exactly as sent.</param>
/// <param name="Template">The same without ids.</param>
/// <param name="Interaction">FHIR interaction.</param>
/// <param name="ResourceType">Resource type.</param>
/// <param name="Purpose">Purposes asserted.</param>
/// <param name="Tenant">Tenant of the route.</param>
/// <param name="Environment">Environment of the route.</param>
public sealed record ExplainedRequest(
    string? Method,
    string? Target,
    string? Template,
    string? Interaction,
    string? ResourceType,
    string? Purpose,
    string? Tenant,
    string? Environment
)
{
    /// <summary>What a search by POST named in its body, without what it searched for; empty: it is none, or its record is of before.</summary>
    public IReadOnlyList<string> Parameters { get; init; } = [];

    /// <summary>The body of a search by POST as it was sent, as far as its record holds it; null: it is none, or its record is of before.</summary>
    public string? Form { get; init; }
}

/// <summary>One question of the decision.</summary>
/// <param name="Name">Such as <c>purpose of use</c>.</param>
/// <param name="Outcome">open, closed, not-asked or not-judged.</param>
public sealed record ExplainedQuestion(string Name, string Outcome);

/// <summary>The registry that decided against the registry now.</summary>
/// <param name="Decided">Revision that decided.</param>
/// <param name="Now">Revision that this node enforces now.</param>
/// <param name="ChangedSince">Documents on the client's path that were written after the decision; empty: the path stands as it
/// did.</param>
/// <param name="Note">The same in words.</param>
public sealed record ExplainedRegistry(long Decided, long Now, IReadOnlyList<string> ChangedSince, string Note);
