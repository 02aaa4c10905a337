using PhiGateway.Audit.Records;

namespace PhiGateway.Audit.Shipping;

/// <summary>One journal record on its way to, or in, the store: index columns beside the exact bytes that were hashed.</summary>
public sealed record AuditEntry
{
    /// <summary>The note of what is left of a record whose content was destroyed.</summary>
    public const string DestroyedNote = "content destroyed";

    /// <summary>The note of what is left of a record whose data key is not in the store at all: as after a restore of a part.</summary>
    public const string KeyMissingNote = "content key missing";

    /// <summary>The note of what is left of a record whose row, or whose body, cannot be read.</summary>
    public const string UnreadableNote = "record cannot be read";

    /// <summary>Name of the log: one per node and generation.</summary>
    public required string Log { get; init; }

    /// <summary>Place in the log, without gaps.</summary>
    public required long Sequence { get; init; }

    /// <summary>The place behind it (<see cref="PlaceAfter"/>).</summary>
    public long NextPlace => PlaceAfter(Sequence);

    /// <summary>Id of the record; unique in all logs.</summary>
    public required Guid Id { get; init; }

    /// <summary>The record this one belongs to; empty: none.</summary>
    public required Guid ParentId { get; init; }

    /// <summary>What sort of event; 0, which is no kind, where the row has none (<see cref="Unreadable"/>).</summary>
    public required AuditKind Kind { get; init; }

    /// <summary>What happened, such as <c>read</c>.</summary>
    public required string Event { get; init; }

    /// <summary>Wall clock of the node, UTC.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary><c>permit</c>, <c>deny</c> or <c>error</c>; empty where none was made.</summary>
    public string Decision { get; init; } = string.Empty;

    /// <summary>Code of the deny reason; null for permits.</summary>
    public string? Reason { get; init; }

    /// <summary>Id of the registered client.</summary>
    public string? Client { get; init; }

    /// <summary>Tenant of the route.</summary>
    public string? Tenant { get; init; }

    /// <summary>Who did it, for changes and searches of the trail.</summary>
    public string? Actor { get; init; }

    /// <summary>HTTP status sent to the client; 0: none.</summary>
    public int Status { get; init; }

    /// <summary>FHIR resource type asked for.</summary>
    public string? ResourceType { get; init; }

    /// <summary>FHIR interaction asked for.</summary>
    public string? Interaction { get; init; }

    /// <summary>Id of the use case under which it was decided; told to the store only: whoever reads an entry finds it in the body.</summary>
    public string? UseCase { get; init; }

    /// <summary>Id of the use case's organization; told to the store only.</summary>
    public string? Organization { get; init; }

    /// <summary>Purpose codes that counted, space-separated; told to the store only.</summary>
    public string? Purpose { get; init; }

    /// <summary>Keyed pseudonyms of the patients concerned, once each.</summary>
    public IReadOnlyList<string> PatientKeys { get; init; } = [];

    /// <summary>Hash of this record chained to the one before: 32 bytes.</summary>
    public required ReadOnlyMemory<byte> ChainHash { get; init; }

    /// <summary>UTF-8 JSON exactly as journaled.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>
    /// Whether the body can be read by nobody any more, since its data key was destroyed; then <see cref="Body"/> is empty, and only what it is
    /// filed under remains. Told by stores.
    /// </summary>
    public bool IsDestroyed { get; init; }

    /// <summary>
    /// Whether the content cannot be read since the row of its data key is missing, rather than marked as destroyed; <see cref="IsDestroyed"/>
    /// is true then as well, for nothing can be read either way.
    /// </summary>
    public bool IsKeyMissing { get; init; }

    /// <summary>
    /// Which columns of the row hold what no version writes, by name, such as <c>kind</c>; null: none. What stands for them here is nothing, or
    /// the last moment there is. Told by stores, whose rows others may add or edit; named by verifiers.
    /// </summary>
    public string? Unreadable { get; init; }

    /// <summary>Why nothing here opens its sealed body, in words for operators, without PHI; null: it was opened, or is not sealed.</summary>
    public string? Unopened { get; init; }

    /// <summary>What became of content that can be read by nobody.</summary>
    public string GoneNote
    {
        get
        {
            if (!IsDestroyed)
            {
                return UnreadableNote;
            }

            return IsKeyMissing ? KeyMissingNote : DestroyedNote;
        }
    }

    /// <summary>
    /// Whether searches find the record by its own words; told by <see cref="IAuditStore.ReadFiledAsync"/> only. False: somebody took it out of
    /// what searches go by.
    /// </summary>
    public bool IsFiled { get; init; } = true;

    /// <summary>
    /// Whether a search by each of its patients finds the record; told by <see cref="IAuditStore.ReadFiledAsync"/> only. False: somebody took a
    /// row out of what searches by a patient go by.
    /// </summary>
    public bool IsFoundByPatients { get; init; } = true;

    /// <summary>
    /// By which use case, organization and purpose searches find the record; told by <see cref="IAuditStore.ReadFiledAsync"/> only. Null: not
    /// told, or stored before these were kept.
    /// </summary>
    public FiledWords? Filed { get; init; }

    /// <summary>The record; null when the body is none.</summary>
    public AuditRecord? Read() => AuditRecordReader.TryRead(Body.Span, out var record) ? record : null;

    /// <summary>The record without what it lists at length (<see cref="AuditRecordReader.TryReadShort"/>); null when the body is none.</summary>
    public AuditRecord? ReadShort() => AuditRecordReader.TryReadShort(Body.Span, out var record) ? record : null;

    /// <summary>
    /// A body of what is left of a record whose content was destroyed: what it is filed under, and a note that says so. Nothing was hashed of
    /// it. Empty where it is filed under a kind that this version has no word for.
    /// </summary>
    public ReadOnlyMemory<byte> Remains()
    {
        if (!Enum.IsDefined(Kind))
        {
            return default;
        }

        var buffer = new byte[512];
        var length = AuditRecordWriter.Write(WhatRemains(), ref buffer, 0);
        return buffer.AsMemory(0, length);
    }

    /// <summary>The same as a record.</summary>
    public AuditRecord WhatRemains() =>
        new()
        {
            Id = Id,
            ParentId = ParentId,
            Kind = Kind,
            Event = Event,
            Time = Time,
            Decision = Decision,
            Reason = Reason,
            Client = Client,
            Tenant = Tenant,
            Actor = Actor,
            Status = Status,
            ResourceType = ResourceType,
            Interaction = Interaction,
            Note = GoneNote,
        };

    /// <summary>The place behind one; there is none behind the last that a row can have.</summary>
    public static long PlaceAfter(long place) => place == long.MaxValue ? place : place + 1;

    /// <summary>Whether this is a delivery of many that names a place of its log.</summary>
    public bool Delivers(long sequence)
    {
        return Kind == AuditKind.Delivery
            && ParentId == Guid.Empty
            && Read() is { } record
            && SequenceRanges.Covers(record.Sequences, sequence);
    }
}

/// <summary>What a record is searched by and stands beside its row, not in it.</summary>
/// <param name="UseCase">Id of the use case.</param>
/// <param name="Organization">Id of the use case's organization.</param>
/// <param name="Purpose">Purpose codes, space-separated.</param>
public sealed record FiledWords(string? UseCase, string? Organization, string? Purpose);
