using PhiGateway.Policy.Registry;

namespace PhiGateway.Gateway.Following;

/// <summary>
/// Remembers the history line of the registry's database and every revocation enforced here, over a restart too, and adds to a load what a
/// standby that took over never got. Used by <see cref="SnapshotFollower"/>.
/// </summary>
/// <remarks>
/// Security: replication may lag. A revocation that this node enforced and the new primary never got stays in force here, and the node says
/// so, until somebody writes it anew or lifts it. So it is with a row that somebody took out of the table.
/// </remarks>
/// <param name="time">The clock, by which revocations of single tokens end.</param>
/// <param name="putBack">Told of a document that was put back to an earlier form, with the revision that was enforced; null: nobody is.</param>
internal sealed class FailoverMemory(TimeProvider time, Action<RegistryItem, long>? putBack = null)
{
    private readonly EarlierForms _earlier = new(putBack ?? (static (_, _) => { }));
    private readonly Dictionary<string, (Revocation Row, long Place)> _revocations = new(StringComparer.Ordinal);
    private readonly PriorityQueue<string, DateTimeOffset> _ending = new();
    private string? _timeline;
    private long _places;
    private volatile IReadOnlyList<Revocation> _lost = [];

    /// <summary>What the operator has to know; null: nothing.</summary>
    public string? Problem => _earlier.Problem is { } earlier && Lost is { } lost ? $"{lost}; {earlier}" : Lost ?? _earlier.Problem;

    /// <summary>The line of history that was read last; null: it cannot be told.</summary>
    public string? Timeline => _timeline;

    private string? Lost =>
        _lost.Count == 0
            ? null
            : $"{_lost.Count} revocations that this node enforces are not in the registry since a failover or a restore: write them anew";

    /// <summary>
    /// Takes note of what this node had enforced when it last ran, before the first load: what a standby lacks, or somebody took out, is
    /// missed after a restart as it is while the node runs.
    /// </summary>
    /// <param name="steps">What the file says of it.</param>
    /// <param name="file">Reads the whole file, should a document be missing; null: what is missing is missing.</param>
    public void Recall(IReadOnlyList<KeptMarks> steps, Func<IReadOnlyList<KeptSnapshot>>? file = null)
    {
        if (file is not null)
        {
            _earlier.RecallFrom(file);
        }

        foreach (var step in steps)
        {
            _earlier.Recall(step.Everything);
            Take(
                new RegistryChanges(step.Everything.Revision, [], [], step.Everything.Revocations) { Timeline = step.Everything.Timeline }
            );
        }
    }

    /// <summary>The operator has said that what was enforced is given up.</summary>
    public void Forget()
    {
        _earlier.Forget();
        _revocations.Clear();
        _ending.Clear();
        _timeline = null;
        _lost = [];
    }

    /// <summary>Whether the database writes another history than the one read so far.</summary>
    public bool IsAnotherHistory(RegistryChanges changes) =>
        changes.Timeline is not null && _timeline is not null && !string.Equals(changes.Timeline, _timeline, StringComparison.Ordinal);

    /// <summary>Takes note of changes on the same line.</summary>
    public void Take(RegistryChanges changes)
    {
        _timeline = changes.Timeline ?? _timeline;
        _earlier.Take(changes);
        foreach (var row in changes.Revocations)
        {
            _revocations[row.Id] = (row, _places++);
            if (row.Until is { } until)
            {
                _ending.Enqueue(row.Id, until);
            }
        }

        DropEnded(time.GetUtcNow());

        // What was written anew, or lifted, is no longer lost.
        if (_lost.Count > 0 && changes.Revocations.Count > 0)
        {
            _lost = [.. _lost.Where(lost => !changes.Revocations.Any(row => IsSame(row, lost)))];
        }
    }

    /// <summary>Every row enforced here, in the order in which they count.</summary>
    public IReadOnlyList<Revocation> Rows() =>
        [.. _revocations.Values.OrderBy(static known => known.Place).Select(static known => known.Row)];

    /// <summary>
    /// The rows of an older registry that close something and are not enforced here yet; none that lifts, nor what was lifted there since.
    /// What is taken of them is remembered.
    /// </summary>
    public IReadOnlyList<Revocation> TakeClosing(IReadOnlyList<Revocation> rows)
    {
        var closing = new List<Revocation>();
        foreach (var row in rows.Where(row => !_revocations.ContainsKey(row.Id)))
        {
            if (row.Lifted)
            {
                closing.RemoveAll(one => IsSame(one, row));
            }
            else
            {
                closing.Add(row);
            }
        }

        Take(new RegistryChanges(0, [], [], closing));
        return closing;
    }

    /// <summary>
    /// A whole load together with the revocations that it lacks, in front, so that what it lifts is lifted, and without documents that were put
    /// back to an earlier form.
    /// </summary>
    public RegistryChanges Complete(RegistryChanges everything)
    {
        everything = _earlier.Close(everything);
        var there = everything.Revocations.Select(static row => row.Id).ToHashSet(StringComparer.Ordinal);
        var missing = Rows().Where(row => !there.Contains(row.Id)).ToList();

        // Of a token that is dead by itself nobody need write anything anew, whether its row was lost or dropped.
        var now = time.GetUtcNow();
        Take(everything);

        // What is there of the same thing from before it says nothing of it: it was written and perhaps lifted in another year.
        _lost =
        [
            .. missing.Where(row =>
                !row.Lifted && !(row.Until <= now) && !everything.Revocations.Any(known => IsSame(known, row) && known.At >= row.At)
            ),
        ];
        return missing.Count == 0 ? everything : everything with { Revocations = [.. missing, .. everything.Revocations] };
    }

    // The subject of one issuer is not that of another.
    private static bool IsSame(Revocation one, Revocation other) =>
        (one.Target, one.Value, one.Issuer) == (other.Target, other.Value, other.Issuer);

    private void DropEnded(DateTimeOffset now)
    {
        while (_ending.TryPeek(out var id, out var until) && until + Revocation.KeptAfterEnd < now)
        {
            _ending.Dequeue();
            if (_revocations.TryGetValue(id, out var known) && known.Row.IsOver(now))
            {
                _revocations.Remove(id);
            }
        }
    }
}
