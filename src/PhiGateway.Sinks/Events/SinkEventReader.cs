using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Sinks.Events;

/// <summary>
/// Makes of a stored record what may leave of it: names of patients become their keyed hashes, a subject that may be a person one too, and
/// everything else that could name somebody stays behind. Thread-safe.
/// </summary>
internal sealed class SinkEventReader(PatientPseudonym pseudonym, Uri? console = null)
{
    /// <summary>Hashes of patients that one event tells; their number is always told.</summary>
    public const int MostPatients = 20;

    // Longer names than any registry has.
    private const int MostText = 256;

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

    // Documents whose ids others make up, perhaps of a patient's.
    private static readonly string[] NamedByOthers = ["task-grant", "alert", "review"];

    /// <summary>Reads one; a record that cannot be read is told by its place alone.</summary>
    public SinkEvent Read(AuditEntry entry) =>
        entry.Read() is { } record
            ? Of(entry, record)
            : new SinkEvent
            {
                Id = entry.Id,
                Log = entry.Log,
                Sequence = entry.Sequence,
                Time = entry.Time,
                Kind = entry.Kind,
                Event = EventOf(entry),
                ChainHash = Convert.ToHexStringLower(entry.ChainHash.Span),
            };

    private SinkEvent Of(AuditEntry entry, AuditRecord record) =>
        new()
        {
            Id = entry.Id,
            ParentId = entry.ParentId,
            Log = entry.Log,
            Sequence = entry.Sequence,
            Time = entry.Time,
            Kind = entry.Kind,
            Event = record.Event,
            Decision = record.Decision,
            Reason = Cut(record.Reason),
            Rule = Cut(record.Rule),
            Revision = record.Revision,
            Tenant = Cut(record.Tenant),
            Environment = Cut(record.Environment),
            Client = Cut(record.Client),
            UseCase = Cut(record.UseCase),
            Organization = Cut(record.Organization),
            Agreement = Cut(record.Agreement),
            Approval = Cut(record.Approval),
            Approvers = [.. record.Approvers.Select(static approver => Cut(approver)!)],
            Owner = Cut(record.Owner),
            Issuer = Cut(record.Issuer),
            Subject = IsMachine(record) ? Cut(record.Subject) : null,
            SubjectHash = record.Subject is { } subject && !IsMachine(record) ? HashOf(record, subject) : null,
            TokenId = record.Client is null ? null : Cut(record.TokenId),
            TokenHash = record.TokenHash,
            Binding = record.Binding,
            Certificate = Cut(record.Certificate),
            Acr = record.Client is null ? null : Cut(record.Acr),
            AuthTime = record.AuthTime,
            Actors = record.Decision == "permit" ? [.. record.Actors.Select(static actor => Cut(actor)!)] : [],
            ActorHashes = record.Decision == "permit" ? [] : [.. record.Actors.Select(actor => HashOf(record, actor))],
            Purpose = Cut(record.Purpose),
            PurposeFrom = record.PurposeFrom,
            Peer = record.Peer,
            Method = MethodOf(record.Method),
            Template = Cut(record.Template),
            Interaction = record.Interaction,
            ResourceType = Cut(record.ResourceType),
            Patients = entry.PatientKeys.Count > MostPatients ? [.. entry.PatientKeys.Take(MostPatients)] : entry.PatientKeys,
            PatientCount = entry.PatientKeys.Count,
            CoveredBy = [.. CoverageWords.KindsOf(record.CoveredBy).Select(static kind => Cut(kind)!)],
            PatientState = record.PatientState,
            ResourceCount = record.ResourceCount,
            WithheldCount = record.WithheldCount,
            Upstream = Cut(record.Upstream),
            UpstreamStatus = record.UpstreamStatus,
            Status = record.Status,
            Bytes = record.Bytes,
            Outcome = record.Outcome,
            Delivery = record.Delivery,
            Actor = Cut(record.Actor),
            Target = TargetOf(record.Target),
            Alert = AlertFacts.Of(record, console),
            ChainHash = Convert.ToHexStringLower(entry.ChainHash.Span),
        };

    // An administrator's "subject" is the key; a machine's token names the machine.
    private static bool IsMachine(AuditRecord record) =>
        record.Subject is not null
        && (
            record.Kind is AuditKind.Admin or AuditKind.AuditUse
            || record.Subject == record.IssuerClientId
            || record.Subject == record.Client
        );

    private string HashOf(AuditRecord record, string subject) => pseudonym.Of(record.Tenant ?? string.Empty, "subject", subject);

    private static string EventOf(AuditEntry entry)
    {
        if (!entry.IsDestroyed)
        {
            return "unreadable";
        }

        return entry.IsKeyMissing ? "key-missing" : "destroyed";
    }

    private static string? MethodOf(string? method)
    {
        if (method is null)
        {
            return null;
        }

        return Array.IndexOf(Methods, method) >= 0 ? method : "OTHER";
    }

    // Kind and id of a document; of what lies below it (a member of a roster) and of ids that others make up only the kind.
    private static string? TargetOf(string? target)
    {
        if (target is null)
        {
            return null;
        }

        var parts = target.Split('/');
        return parts.Length < 2 || NamedByOthers.Contains(parts[0]) ? Cut(parts[0]) : Cut($"{parts[0]}/{parts[1]}");
    }

    private static string? Cut(string? text) => text is { Length: > MostText } ? text[..MostText] + "…" : text;
}
