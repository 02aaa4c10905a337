using PhiGateway.Audit.Records;

namespace PhiGateway.Audit.Journal;

/// <summary>
/// Holds what is under way: intents without an outcome yet, and large answers on their way to their readers, kept apart from the segments
/// that hold their records, for those are recycled. Filled by <see cref="FileJournal"/>; thread-safe.
/// </summary>
internal sealed class UnfinishedActs
{
    private readonly Dictionary<Guid, OpenAct> _open = [];

    // Held by whoever takes an act out and queues how it ended, or looks at what is open and queues a note of it.
    private readonly Lock _gate = new();

    public void Put(OpenAct act)
    {
        lock (_gate)
        {
            _open[act.Id] = act;
        }
    }

    /// <summary>Takes an act out; null when it is not open.</summary>
    public OpenAct? Take(Guid id)
    {
        lock (_gate)
        {
            return _open.Remove(id, out var act) ? act : null;
        }
    }

    /// <summary>Takes out an answer that is leaving no more; an intent of that name stays, for only its outcome ends it.</summary>
    public void LetGo(Guid id)
    {
        lock (_gate)
        {
            if (_open.TryGetValue(id, out var act) && act.Kind == AuditKind.Disclosure)
            {
                _ = _open.Remove(id);
            }
        }
    }

    /// <summary>
    /// Writes down once more what is open and whose record is at or before a sequence, or is not known to stand yet: recovery must find it,
    /// however long it takes.
    /// </summary>
    /// <returns>Whether all of it stands now.</returns>
    public bool CarryForward(long upTo, Func<OpenAct, ValueTask<AuditPosition>> append)
    {
        List<(Guid Id, Task<AuditPosition> Append)>? carried = null;
        lock (_gate)
        {
            foreach (var act in _open.Values)
            {
                if (act.Sequence <= upTo)
                {
                    (carried ??= []).Add((act.Id, append(act).AsTask()));
                }
            }
        }

        try
        {
            foreach (var (id, appended) in carried ?? [])
            {
                Stands(id, appended.GetAwaiter().GetResult().Sequence);
            }

            return true;
        }
        catch (JournalUnavailableException)
        {
            return false;
        }
    }

    /// <summary>Queues an intent and holds it open until its outcome stands.</summary>
    public async ValueTask<AuditPosition> BeginAsync(AuditRecord intent, Func<ValueTask<AuditPosition>> queue)
    {
        Put(Of(intent));
        try
        {
            var position = await queue();
            Stands(intent.Id, position.Sequence);
            return position;
        }
        catch
        {
            _ = Take(intent.Id);
            throw;
        }
    }

    /// <summary>Queues an outcome, which ends its intent once it stands.</summary>
    public async ValueTask<AuditPosition> EndAsync(AuditRecord outcome, Func<ValueTask<AuditPosition>> queue)
    {
        OpenAct? intent = null;
        try
        {
            ValueTask<AuditPosition> queued;
            lock (_gate)
            {
                intent = Take(outcome.ParentId);
                queued = queue();
            }

            return await queued;
        }
        catch when (intent is not null)
        {
            Put(intent);
            throw;
        }
    }

    /// <summary>An answer on its way, by a disclosure of it and its place.</summary>
    public static OpenAct OfAnswer(AuditRecord disclosure, long sequence) =>
        new(
            sequence,
            disclosure.ParentId == Guid.Empty ? disclosure.Id : disclosure.ParentId,
            AuditKind.Disclosure,
            disclosure.Event,
            disclosure.Tenant,
            disclosure.Client
        );

    /// <summary>An intent as it is kept here, before its record has a place.</summary>
    public static OpenAct Of(AuditRecord intent) => new(-1, intent.Id, AuditKind.Intent, intent.Event, intent.Tenant, intent.Client);

    // The record that now stands for an act, if it is still open.
    private void Stands(Guid id, long sequence)
    {
        lock (_gate)
        {
            if (_open.TryGetValue(id, out var act))
            {
                _open[id] = act with { Sequence = sequence };
            }
        }
    }
}
