using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Tests.Common.Admin.Fakes;

/// <summary>A registry in memory that keeps the store's promises; counts writes so that tests can see that nothing was written.</summary>
internal sealed class FakeRegistryStore(TimeProvider time) : IRegistryStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(RegistryKind, string), RegistryItem> _items = [];
    private readonly SortedDictionary<(string Roster, string Patient), RosterMember> _members = [];
    private readonly Dictionary<(string Roster, string Patient), long> _memberRevisions = [];
    private readonly List<Revocation> _revocations = [];
    private readonly Dictionary<string, IdempotencyEntry> _idempotent = [];
    private long _revision;
    private int _placesAsked;

    /// <summary>How many writes of any sort were accepted, idempotency left out.</summary>
    public int Writes { get; private set; }

    /// <summary>Runs inside the next document write, before it: for two admins at once.</summary>
    public Action? BeforeWrite { get; set; }

    /// <summary>What the next document writes wait for once they have begun; null: nothing.</summary>
    public Func<RegistryBatch, Task>? Held { get; set; }

    /// <summary>Thrown by the next document writes: the database went away.</summary>
    public Exception? Failure { get; set; }

    /// <summary>So many answers for an idempotency key are not taken: the database is away for a moment.</summary>
    public int ForgetsAnswers { get; set; }

    /// <summary>Fails the bulk write with this number, from 1 on.</summary>
    public int FailBatch { get; set; }

    public List<NodeStatus> Nodes { get; } = [];

    /// <summary>Told before the nodes are listed.</summary>
    public Action NodesAsked { get; set; } = static () => { };

    public int Batches { get; private set; }

    /// <summary>Runs after the next bulk write, once.</summary>
    public Action? AfterBatch { get; set; }

    public IReadOnlyDictionary<string, IdempotencyEntry> Idempotent => _idempotent;

    /// <summary>Every document as it stands, tombstones included.</summary>
    public IReadOnlyList<RegistryItem> Items
    {
        get
        {
            lock (_lock)
            {
                return [.. _items.Values];
            }
        }
    }

    /// <summary>Whether it answers nothing: the database went away.</summary>
    public bool IsAway { get; set; }

    public Task<long> GetRevisionAsync(CancellationToken cancellationToken) =>
        IsAway ? Task.FromException<long>(new StoreAwayException()) : Task.FromResult(_revision);

    /// <summary>The line of history that it writes; null: it does not tell.</summary>
    public string? Timeline { get; set; }

    /// <summary>What is waited for before it says what revision it has.</summary>
    public Task PlaceHeld { get; set; } = Task.CompletedTask;

    /// <summary>How often it was asked for that.</summary>
    public int PlacesAsked => Volatile.Read(ref _placesAsked);

    /// <summary>What is waited for before it says whether a call was made before.</summary>
    public Task IdempotencyHeld { get; set; } = Task.CompletedTask;

    public async Task<RegistryPlace> GetPlaceAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _placesAsked);
        await PlaceHeld;
        return new RegistryPlace(await GetRevisionAsync(cancellationToken), Timeline);
    }

    /// <summary>A standby takes over that never got what was written after a revision; another line of history from here on.</summary>
    public void FailOver(long revision, string? timeline)
    {
        lock (_lock)
        {
            foreach (var (key, _) in _items.Where(item => item.Value.Revision > revision).ToList())
            {
                _items.Remove(key);
            }

            (_revision, Timeline) = (revision, timeline);
        }
    }

    public Task<RegistryItem?> FindAsync(RegistryKind kind, string id, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult(_items.TryGetValue((kind, id), out var item) && !item.Deleted ? item : null);
        }
    }

    public Task<bool> IsDeletedAsync(RegistryKind kind, string id, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult(_items.TryGetValue((kind, id), out var item) && item.Deleted);
        }
    }

    public Task<IReadOnlyList<RegistryItem>> ListAsync(RegistryKind kind, string? afterId, int limit, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<RegistryItem>>([
                .. _items
                    .Values.Where(item =>
                        item.Kind == kind && !item.Deleted && (afterId is null || string.CompareOrdinal(item.Id, afterId) > 0)
                    )
                    .OrderBy(item => item.Id, StringComparer.Ordinal)
                    .Take(limit),
            ]);
        }
    }

    public Task<RegistryWriteResult> WriteAsync(IReadOnlyList<RegistryWrite> writes, string actor, CancellationToken cancellationToken) =>
        WriteAsync(new RegistryBatch(writes), actor, cancellationToken);

    public async Task<RegistryWriteResult> WriteAsync(RegistryBatch batch, string actor, CancellationToken cancellationToken)
    {
        if (Held is { } held)
        {
            await held(batch);
        }

        return await WriteNowAsync(batch, actor);
    }

    private long NewestJudgedBy(IReadOnlyList<RegistryWrite> writes)
    {
        var apart = RegistryKinds.NotJudgedBy(writes);
        return _items.Values.Where(item => !apart.Contains(item.Kind)).Select(item => item.Revision).DefaultIfEmpty().Max();
    }

    private Task<RegistryWriteResult> WriteNowAsync(RegistryBatch batch, string actor)
    {
        var writes = batch.Writes;
        var before = BeforeWrite;
        BeforeWrite = null;
        before?.Invoke();
        if (Failure is { } failure)
        {
            throw failure;
        }

        lock (_lock)
        {
            var newest = NewestJudgedBy(writes);
            if (batch.SeenRevision < newest || RegistryPlace.AreDifferent(batch.SeenTimeline, Timeline))
            {
                return Task.FromResult<RegistryWriteResult>(new RegistryWriteResult.Moved(newest));
            }

            if (
                batch is { SeenRevocation: { } last, Revocations: [var lift, ..] }
                && _revocations.Find(row => (row.Target, row.Value, row.Issuer) == (lift.Target, lift.Value, lift.Issuer))?.Id != last
            )
            {
                return Task.FromResult<RegistryWriteResult>(new RegistryWriteResult.Moved(_revision));
            }

            foreach (var write in writes)
            {
                var version = _items.TryGetValue((write.Kind, write.Id), out var current) && !current.Deleted ? current.Version : 0;
                if (write.ExpectedVersion is { } expected && expected != version)
                {
                    return Task.FromResult<RegistryWriteResult>(new RegistryWriteResult.Conflict(write.Kind, write.Id, version));
                }
            }

            _revision++;
            Writes++;
            var items = new List<RegistryItem>();
            foreach (var write in writes)
            {
                _items.TryGetValue((write.Kind, write.Id), out var current);
                var item = new RegistryItem(
                    write.Kind,
                    write.Id,
                    (current?.Version ?? 0) + 1,
                    _revision,
                    write.Json ?? current?.Json ?? "{}",
                    time.GetUtcNow(),
                    actor,
                    write.Json is null
                );
                _items[(write.Kind, write.Id)] = item;
                items.Add(item);
            }

            foreach (var revocation in batch.Revocations)
            {
                _revocations.Insert(0, revocation);
            }

            return Task.FromResult<RegistryWriteResult>(new RegistryWriteResult.Written(_revision, items));
        }
    }

    public Task<long> PutMembersAsync(IReadOnlyList<RosterMember> members, string actor, CancellationToken cancellationToken)
    {
        var written = Put(members);
        var after = AfterBatch;
        AfterBatch = null;
        after?.Invoke();
        return Task.FromResult(written);
    }

    private long Put(IReadOnlyList<RosterMember> members)
    {
        lock (_lock)
        {
            Batches++;
            if (Batches == FailBatch)
            {
                throw new IOException("The store went away.");
            }

            _revision++;
            foreach (var member in members)
            {
                var key = (member.Roster, member.Patient.Value!);
                if (!_members.TryGetValue(key, out var known) || known != member)
                {
                    _memberRevisions[key] = _revision;
                }

                _members[key] = member;
            }

            Writes++;
            return _revision;
        }
    }

    public async Task<MemberWriteResult> PutMembersAsync(
        IReadOnlyList<RosterMember> members,
        MemberBound bound,
        string actor,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
        {
            var newest = NewestJudgedBy([]);
            if (newest > bound.SeenRevision)
            {
                return new MemberWriteResult.Moved(newest);
            }

            var changed = members
                .Where(member => !_members.TryGetValue((member.Roster, member.Patient.Value!), out var known) || known != member)
                .Select(member => (member.Roster, member.Patient.Value!))
                .ToHashSet();
            var outgrown = bound
                .Since.Where(since =>
                    changed.Count > 0
                    && changed
                        .Union(_memberRevisions.Where(member => member.Value > since).Select(member => member.Key))
                        .Count(member => member.Item1 == bound.Roster) > bound.Most
                )
                .ToList();
            if (outgrown.Count > 0)
            {
                return new MemberWriteResult.Outgrown(outgrown);
            }
        }

        return new MemberWriteResult.Written(await PutMembersAsync(members, actor, cancellationToken));
    }

    public Task<long> RemoveMembersAsync(
        string roster,
        IReadOnlyList<PatientId> patients,
        string actor,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
        {
            foreach (var patient in patients)
            {
                if (_members.Remove((roster, patient.Value!)))
                {
                    _memberRevisions[(roster, patient.Value!)] = _revision + 1;
                }
            }

            Writes++;
            return Task.FromResult(++_revision);
        }
    }

    public Task<IReadOnlyList<RosterMember>> ListMembersAsync(
        string roster,
        string? afterPatient,
        int limit,
        CancellationToken cancellationToken
    )
    {
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<RosterMember>>([
                .. _members
                    .Values.Where(member =>
                        member.Roster == roster && (afterPatient is null || string.CompareOrdinal(member.Patient.Value, afterPatient) > 0)
                    )
                    .OrderBy(member => member.Patient.Value, StringComparer.Ordinal)
                    .Take(limit),
            ]);
        }
    }

    public Task<long> CountMembersAsync(string roster, long after, bool withRemoved, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult<long>(
                _memberRevisions.Count(member =>
                    member.Key.Roster == roster && member.Value > after && (withRemoved || _members.ContainsKey(member.Key))
                )
            );
        }
    }

    public Task<long> RevokeAsync(Revocation revocation, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _revocations.Insert(0, revocation);
            Writes++;
            return Task.FromResult(++_revision);
        }
    }

    public Task<IReadOnlyList<Revocation>> ListRevocationsAsync(int limit, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<Revocation>>([.. _revocations.Take(limit)]);
        }
    }

    public Task<IReadOnlyList<NodeStatus>> ListNodesAsync(CancellationToken cancellationToken)
    {
        NodesAsked();
        return Task.FromResult<IReadOnlyList<NodeStatus>>([.. Nodes]);
    }

    public async Task<IdempotencyEntry?> PutIdempotentAsync(IdempotencyEntry entry, CancellationToken cancellationToken)
    {
        await IdempotencyHeld.WaitAsync(cancellationToken);
        lock (_lock)
        {
            if (entry.Status != 0 && ForgetsAnswers > 0)
            {
                ForgetsAnswers--;
                throw new StoreAwayException();
            }

            var earlier = _idempotent.GetValueOrDefault(entry.Key);
            if (earlier is null || (earlier.Status == 0 && entry.Status != 0))
            {
                _idempotent[entry.Key] = entry;
            }

            return earlier;
        }
    }
}
