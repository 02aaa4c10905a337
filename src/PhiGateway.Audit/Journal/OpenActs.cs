using System.Text.Json;
using PhiGateway.Audit.Records;

namespace PhiGateway.Audit.Journal;

/// <summary>Intents without outcome and disclosures without delivery, found while a journal is recovered.</summary>
internal sealed class OpenActs
{
    /// <summary>Most that are closed one by one; the rest is only counted, so that a start stays a start.</summary>
    public const int MostClosed = 10_000;

    private readonly Dictionary<Guid, OpenAct> _open = [];

    /// <summary>Newest last, at most <see cref="MostClosed"/>.</summary>
    public IReadOnlyList<OpenAct> Newest
    {
        get
        {
            var acts = new List<OpenAct>(_open.Values);
            acts.Sort(static (a, b) => a.Sequence.CompareTo(b.Sequence));
            return acts.Count <= MostClosed ? acts : acts.GetRange(acts.Count - MostClosed, MostClosed);
        }
    }

    public int Count => _open.Count;

    public void Observe(long sequence, ReadOnlySpan<byte> body)
    {
        switch (RecordHead.Read(body, out var id, out var parent))
        {
            case AuditKind.Intent or AuditKind.Disclosure:
                AuditRecord record;
                try
                {
                    record = AuditRecordReader.Read(body);
                }
                catch (JsonException)
                {
                    return;
                }

                _open[id] = new OpenAct(sequence, id, record.Kind, record.Event, record.Tenant, record.Client);
                break;
            case AuditKind.Outcome or AuditKind.Delivery:
                _ = _open.Remove(parent);
                break;
            default:
                break;
        }
    }
}

/// <summary>Something that was begun and of which the journal does not say how it ended.</summary>
internal sealed record OpenAct(long Sequence, Guid Id, AuditKind Kind, string Event, string? Tenant, string? Client);
