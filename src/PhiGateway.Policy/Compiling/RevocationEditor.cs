using PhiGateway.Policy.Collections;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Policy.Compiling;

/// <summary>Adds revocation rows in order to the set of what is revoked and not lifted; a row that was seen is not taken twice.</summary>
/// <remarks>
/// A row with an end is dropped after it whenever further rows come, so that what clients give back does not fill the memory of a node that
/// runs for long; a token that some row without an end names stays revoked.
/// </remarks>
/// <param name="time">The clock; null: nothing is dropped.</param>
internal sealed class RevocationEditor(TimeProvider? time = null)
{
    private readonly PersistentMapEditor<RevocationKey, bool> _revoked = new();
    private readonly PersistentMapEditor<string, long> _issuedBefore = new();
    private readonly PersistentMapEditor<RevokedSubject, long> _subjects = new();
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<(RevocationTarget Target, string Value), string> _notUnderstood = [];

    // What will be dropped, the earliest end first; and the end of each key that has one, the latest of its rows'.
    private readonly PriorityQueue<(string Id, RevocationKey Key), DateTimeOffset> _ending = new();
    private readonly Dictionary<RevocationKey, DateTimeOffset> _ends = [];

    // The same of subjects; and the moment up to which one is revoked without an end.
    private readonly PriorityQueue<(string Id, RevokedSubject Key, long Moment), DateTimeOffset> _endingSubjects = new();
    private readonly Dictionary<RevokedSubject, long> _lasting = [];
    private int _tokens;

    /// <summary>How many rows are remembered.</summary>
    internal int Count => _seen.Count;

    /// <summary>Revocations of a sort that this version does not know, not lifted: whom they concern cannot be said.</summary>
    internal IEnumerable<string> NotUnderstood => _notUnderstood.Values;

    /// <summary>Takes one row; a row that cannot be understood is a problem, and where it can close something it does.</summary>
    internal RegistryProblem? Take(Revocation row)
    {
        if (row?.Id is not null && row.Value is not null && !Enum.IsDefined(row.Target))
        {
            TakeUnknown(row);
            return null;
        }

        if (row?.Id is null || string.IsNullOrEmpty(row.Value))
        {
            return new RegistryProblem($"revocations/{row?.Id}", "The revocation names nothing that can be revoked; write it anew.");
        }

        if ((time is not null && row.IsOver(time.GetUtcNow())) || !_seen.Add(row.Id))
        {
            return null;
        }

        if (row.Target == RevocationTarget.IssuedBefore)
        {
            return TakeMoment(row, _issuedBefore, row.Issuer ?? row.Value);
        }

        if (row.Target == RevocationTarget.Subject)
        {
            return TakeSubject(row, new RevokedSubject(row.Issuer ?? RevocationSet.EveryIssuer, row.Value));
        }

        var key = KeyOf(row);
        var token = row.Target is RevocationTarget.Token or RevocationTarget.TokenHash ? 1 : 0;
        if (row.Lifted)
        {
            _ends.Remove(key);
            _tokens -= _revoked.Remove(key) ? token : 0;
            return null;
        }

        var isNew = !_revoked.TryGet(key, out _);
        NoteEnd(row, key, isNew);
        if (isNew)
        {
            _revoked.Set(key, true);
            _tokens += token;
        }

        return null;
    }

    /// <summary>Drops what ended; called once per load, after its rows were taken.</summary>
    internal void DropEnded()
    {
        if (time is null)
        {
            return;
        }

        var now = time.GetUtcNow();
        while (_ending.TryPeek(out var row, out var end) && end + Revocation.KeptAfterEnd < now)
        {
            _ending.Dequeue();
            _seen.Remove(row.Id);
            // Another row of the same token may end later, or never.
            if (_ends.TryGetValue(row.Key, out var last) && last <= end)
            {
                _ends.Remove(row.Key);
                _tokens -= _revoked.Remove(row.Key) ? 1 : 0;
            }
        }

        while (_endingSubjects.TryPeek(out var row, out var end) && end + Revocation.KeptAfterEnd < now)
        {
            _endingSubjects.Dequeue();
            _seen.Remove(row.Id);
            // A later moment counts until its own end, or for ever.
            if (_subjects.TryGet(row.Key, out var moment) && moment == row.Moment)
            {
                EndSubject(row.Key);
            }
        }
    }

    private void EndSubject(RevokedSubject key)
    {
        if (_lasting.TryGetValue(key, out var lasting))
        {
            _subjects.Set(key, lasting);
        }
        else
        {
            _subjects.Remove(key);
        }
    }

    private RegistryProblem? TakeSubject(Revocation row, RevokedSubject key)
    {
        var moment = (row.IssuedBefore ?? row.At).UtcTicks;
        if (row.Lifted)
        {
            _lasting.Remove(key);
        }
        else if (row.FindEnd() is { } end)
        {
            _endingSubjects.Enqueue((row.Id, key, moment), end);
        }
        else
        {
            _lasting[key] = _lasting.TryGetValue(key, out var earlier) ? Math.Max(earlier, moment) : moment;
        }

        return TakeMoment(row, _subjects, key);
    }

    private void NoteEnd(Revocation row, RevocationKey key, bool isNew)
    {
        if (row.FindEnd() is not { } end)
        {
            _ends.Remove(key);
            return;
        }

        _ending.Enqueue((row.Id, key), end);
        // A token that is revoked without an end stays so.
        if (isNew || (_ends.TryGetValue(key, out var known) && known < end))
        {
            _ends[key] = end;
        }
    }

    // A stop of everything else stops it whatever its row names.
    private static RevocationKey KeyOf(Revocation row) =>
        row.Target switch
        {
            RevocationTarget.TokenHash => new RevocationKey(row.Target, row.Value.ToLowerInvariant(), null),
            RevocationTarget.Token => new RevocationKey(row.Target, row.Value, row.Issuer),
            RevocationTarget.OtherThanTreatment => new RevocationKey(row.Target, RevocationSet.All, null),
            _ => new RevocationKey(row.Target, row.Value, null),
        };

    internal RevocationSet Publish() => new(_revoked.Publish(), _issuedBefore.Publish(), _subjects.Publish(), _tokens);

    private void TakeUnknown(Revocation row)
    {
        if (!_seen.Add(row.Id))
        {
            return;
        }

        if (row.Lifted)
        {
            _notUnderstood.Remove((row.Target, row.Value));
        }
        else
        {
            _notUnderstood[(row.Target, row.Value)] = row.Id;
        }
    }

    private static RegistryProblem? TakeMoment<TKey>(Revocation row, PersistentMapEditor<TKey, long> moments, TKey key)
        where TKey : IEquatable<TKey>
    {
        if (row.Lifted)
        {
            moments.Remove(key);
            return null;
        }

        // Without its moment the row still means "what was issued until now".
        var moment = (row.IssuedBefore ?? row.At).UtcTicks;
        if (!moments.TryGet(key, out var earlier) || moment > earlier)
        {
            moments.Set(key, moment);
        }

        return row.IssuedBefore is null
            ? new RegistryProblem(
                $"revocations/{row.Id}",
                "A revocation of what was issued before needs its moment; the moment it was written counts."
            )
            : null;
    }
}
