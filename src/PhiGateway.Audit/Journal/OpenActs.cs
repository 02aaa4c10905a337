using PhiGateway.Audit.Records;

namespace PhiGateway.Audit.Journal;

/// <summary>
/// Finds intents without outcome and disclosures without delivery while a journal is recovered. An outcome closes the intent that it names;
/// a delivery closes every disclosure that bears the name it gives, as its own or as its parent's, or that stands at a place it names.
/// </summary>
internal sealed class OpenActs
{
    /// <summary>Most disclosures that are closed one by one; the rest is only counted, so that a start stays a start.</summary>
    public const int MostDisclosures = 10_000;

    private readonly Dictionary<Guid, OpenAct> _intents = [];
    private readonly Dictionary<Guid, OpenAct> _disclosures = [];
    private readonly Dictionary<long, Guid> _places = [];

    /// <summary>All of them: a write whose outcome nobody knows must be said to be one.</summary>
    public IReadOnlyCollection<OpenAct> Intents => _intents.Values;

    /// <summary>One for each name, newest last, at most <see cref="MostDisclosures"/>.</summary>
    public IReadOnlyList<OpenAct> NewestDisclosures
    {
        get
        {
            var acts = new List<OpenAct>(_disclosures.Values);
            acts.Sort(static (a, b) => a.Sequence.CompareTo(b.Sequence));
            return acts.Count <= MostDisclosures ? acts : acts.GetRange(acts.Count - MostDisclosures, MostDisclosures);
        }
    }

    public int DisclosureCount => _disclosures.Count;

    public void Observe(long sequence, in RecordHead head, ReadOnlySpan<byte> body)
    {
        switch (head.Kind)
        {
            case AuditKind.Intent:
                if (AuditRecordReader.TryRead(body, out var intent))
                {
                    _intents[head.Id] = UnfinishedActs.Of(intent) with { Sequence = sequence };
                }

                break;
            case AuditKind.Disclosure:
                if (AuditRecordReader.TryRead(body, out var disclosure))
                {
                    Put(UnfinishedActs.OfAnswer(disclosure, sequence));
                }

                break;
            case AuditKind.Outcome:
                _ = _intents.Remove(head.Parent);
                break;
            case AuditKind.Delivery when head.Parent == Guid.Empty:
                CloseMany(AuditRecordReader.TryRead(body, out var many) ? many.Sequences : null);
                break;
            case AuditKind.Delivery:
                _ = Close(head.Parent);
                break;
            case AuditKind.System when head.IsCarried:
                if (AuditRecordReader.TryRead(body, out var carried))
                {
                    Carry(sequence, head.Parent, carried);
                }

                break;
            default:
                break;
        }
    }

    private void Carry(long sequence, Guid name, AuditRecord carried)
    {
        var kind = carried.Event == RecordHead.CarriedAnswerEvent ? AuditKind.Disclosure : AuditKind.Intent;
        var act = new OpenAct(sequence, name, kind, carried.Note ?? carried.Event, carried.Tenant, carried.Client);
        if (kind == AuditKind.Intent)
        {
            _intents[name] = act;
        }
        else
        {
            Put(act);
        }
    }

    private void Put(OpenAct answer)
    {
        _ = Close(answer.Id);
        _places[answer.Sequence] = answer.Id;
        _disclosures[answer.Id] = answer;
    }

    private bool Close(Guid name) => _disclosures.Remove(name, out var act) && _places.Remove(act.Sequence);

    // Places of records that were recycled long ago are nothing to this run.
    private void CloseMany(string? sequences)
    {
        _ = SequenceRanges.TryRead(sequences, out var ranges);
        foreach (var range in ranges)
        {
            // Whichever is less: what the range names, or what is open.
            var open =
                range.Last - range.First < _places.Count
                    ? Enumerable.Range(0, (int)(range.Last - range.First) + 1).Select(step => range.First + step).Where(_places.ContainsKey)
                    : _places.Keys.Where(place => range.First <= place && place <= range.Last);
            foreach (var place in open.ToArray())
            {
                _ = Close(_places[place]);
            }
        }
    }
}

/// <summary>A record of something that was begun and of which the journal does not say how it ended.</summary>
internal sealed record OpenAct(long Sequence, Guid Id, AuditKind Kind, string Event, string? Tenant, string? Client);
