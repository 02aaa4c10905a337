using PhiGateway.Audit.Records;

namespace PhiGateway.Audit.Journal;

/// <summary>
/// Holds the writes that are under way: intents without an outcome yet, kept apart from the segments that hold their records, for those are
/// recycled. Filled by <see cref="FileJournal"/>; thread-safe.
/// </summary>
internal sealed class OpenIntents
{
    private readonly Dictionary<Guid, OpenAct> _open = [];

    /// <summary>Held by whoever takes an intent out and queues its outcome, or looks at what is open and queues a note of it.</summary>
    public Lock Gate { get; } = new();

    public void Put(OpenAct act)
    {
        lock (Gate)
        {
            _open[act.Id] = act;
        }
    }

    /// <summary>Takes an intent out; null when it is not open.</summary>
    public OpenAct? Take(Guid id)
    {
        lock (Gate)
        {
            return _open.Remove(id, out var act) ? act : null;
        }
    }

    /// <summary>Takes note of the record that now stands for an intent, if it is still open.</summary>
    public void Stands(Guid id, long sequence)
    {
        lock (Gate)
        {
            if (_open.TryGetValue(id, out var act))
            {
                _open[id] = act with { Sequence = sequence };
            }
        }
    }

    /// <summary>
    /// Writes down once more what is open and whose record is at or before a sequence, or is not known to stand yet: recovery must find it,
    /// however long the write takes.
    /// </summary>
    /// <returns>Whether all of it stands now.</returns>
    public bool CarryForward(long upTo, Func<OpenAct, ValueTask<AuditPosition>> append)
    {
        List<(Guid Id, Task<AuditPosition> Append)>? carried = null;
        lock (Gate)
        {
            foreach (var intent in _open.Values)
            {
                if (intent.Sequence <= upTo)
                {
                    (carried ??= []).Add((intent.Id, append(intent).AsTask()));
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

    /// <summary>An intent as it is kept here, before its record has a place.</summary>
    public static OpenAct Of(AuditRecord intent) => new(-1, intent.Id, AuditKind.Intent, intent.Event, intent.Tenant, intent.Client);
}
