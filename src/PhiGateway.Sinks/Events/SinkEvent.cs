using PhiGateway.Audit.Records;

namespace PhiGateway.Sinks.Events;

/// <summary>
/// One record of the trail as it may leave for a security operations centre: an allow list of members, made by
/// <see cref="SinkEventReader"/> and read by the formats.
/// </summary>
/// <remarks>
/// Security: no patient id, no resource id, no raw target, no words that a person or an upstream wrote. A member is added here only when
/// none of these can stand in it.
/// </remarks>
internal sealed record SinkEvent
{
    public required Guid Id { get; init; }

    public Guid ParentId { get; init; }

    public required string Log { get; init; }

    public required long Sequence { get; init; }

    public required DateTimeOffset Time { get; init; }

    public required AuditKind Kind { get; init; }

    /// <summary>What happened, such as <c>read</c> or <c>client.revoke</c>.</summary>
    public required string Event { get; init; }

    public string Decision { get; init; } = string.Empty;

    public string? Reason { get; init; }

    public string? Rule { get; init; }

    public long Revision { get; init; }

    public string? Tenant { get; init; }

    public string? Environment { get; init; }

    public string? Client { get; init; }

    public string? UseCase { get; init; }

    public string? Organization { get; init; }

    public string? Agreement { get; init; }

    public string? Approval { get; init; }

    /// <summary>Who gave the client's approval: people of the hospital, as <see cref="Owner"/> is one.</summary>
    public IReadOnlyList<string> Approvers { get; init; } = [];

    public string? Owner { get; init; }

    public string? Issuer { get; init; }

    /// <summary>The token's subject: as it is where it names the machine itself or an administrator's credential.</summary>
    public string? Subject { get; init; }

    /// <summary>The token's subject as keyed hash, where it may be a person.</summary>
    public string? SubjectHash { get; init; }

    public string? TokenId { get; init; }

    public string? TokenHash { get; init; }

    public string? Binding { get; init; }

    /// <summary>SHA-256 of the certificate that proved possession, in hex.</summary>
    public string? Certificate { get; init; }

    /// <summary>Class of the sign-in behind a registered client's token; one of its issuer's words.</summary>
    public string? Acr { get; init; }

    /// <summary>When whoever is behind it authenticated, as far as it says.</summary>
    public DateTimeOffset? AuthTime { get; init; }

    /// <summary>Who acted between caller and subject, outermost first: as they are where they were let in, and so are registered.</summary>
    public IReadOnlyList<string> Actors { get; init; } = [];

    /// <summary>The same as keyed hashes where nobody says that they are registered: such a one may be a person.</summary>
    public IReadOnlyList<string> ActorHashes { get; init; } = [];

    public string? Purpose { get; init; }

    public string? PurposeFrom { get; init; }

    public string? Peer { get; init; }

    /// <summary>One of HTTP's methods, or <c>OTHER</c>.</summary>
    public string? Method { get; init; }

    public string? Template { get; init; }

    public string? Interaction { get; init; }

    public string? ResourceType { get; init; }

    /// <summary>Keyed hashes of the first patients concerned; <see cref="PatientCount"/> says of how many.</summary>
    public IReadOnlyList<string> Patients { get; init; } = [];

    public int PatientCount { get; init; }

    /// <summary>By what they were covered, each kind once: neither whose membership nor which task.</summary>
    public IReadOnlyList<string> CoveredBy { get; init; } = [];

    public string PatientState { get; init; } = string.Empty;

    public int ResourceCount { get; init; }

    public int WithheldCount { get; init; }

    public string? Upstream { get; init; }

    public int UpstreamStatus { get; init; }

    public int Status { get; init; }

    public long Bytes { get; init; }

    public string? Outcome { get; init; }

    public string? Delivery { get; init; }

    public string? Actor { get; init; }

    /// <summary>What an administrator's call was done to, as <c>client/acme</c>.</summary>
    public string? Target { get; init; }

    /// <summary>What an alert of the gateway's own says; null: the record is of none.</summary>
    public AlertFacts? Alert { get; init; }

    /// <summary>SHA-256 chained to the record before, in hex: by it somebody finds the record in the trail's proofs.</summary>
    public required string ChainHash { get; init; }

    /// <summary>Name of the node that wrote the record.</summary>
    public string Node => Log.Split('/')[0];
}
