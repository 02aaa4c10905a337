using PhiGateway.Audit.Journal;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Gateway.Following;

/// <summary>Keeps the node's snapshot at the registry's newest revision: wake, load what changed, build, swap, report.</summary>
/// <remarks>A load that fails changes nothing and says so in readiness; an older revision is never taken.</remarks>
internal sealed class SnapshotFollower(
    IRegistrySource source,
    SnapshotHolder holder,
    LastGoodSnapshot lastGood,
    GatewayOptions options,
    TimeProvider clock,
    IEnforcedRevision enforced,
    ILogger<SnapshotFollower> log,
    Func<long>? unshipped = null
)
{
    // So few changes are built in well under a millisecond.
    private const int QuickToBuild = 50;

    // A change after a quiet moment is taken at once; of many, those of this span are taken together: each round costs queries, a flush of
    // the kept file and a build.
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(50);

    // A registry with a million memberships is there in a quarter of this; what is not is asked for anew.
    private static readonly TimeSpan LoadTimeout = TimeSpan.FromMinutes(2);

    private readonly RegistrySnapshotBuilder _builder = new(clock);
    private volatile string? _problem;
    private volatile string? _fileProblem;
    private readonly FailoverMemory _memory = new(clock, (item, known) => EarlierForms.Log(log, item, known));
    private bool _loaded;

    // Where the registry stood that was refused as older, and what closes was last taken from.
    private RegistryPlace? _refused;

    // The registry was behind this node, and has not been read as a whole since: under numbers that are known here already it may come to
    // stand for something else.
    private bool _wasOlder;

    // What this look found: the registry is older, in words.
    private string? _older;

    /// <summary>Why the last load failed, in words; null when it did not.</summary>
    public string? Problem => _problem is { } problem && _fileProblem is { } file ? $"{problem}; {file}" : _problem;

    /// <summary>What was lost when a standby took over and stays in force here, in words; null: nothing.</summary>
    public string? FailoverProblem => _memory.Problem;

    private NodeReporter Reporter =>
        field ??= new NodeReporter(
            source,
            holder,
            options,
            clock,
            () => Problem ?? FailoverProblem ?? NotUnderstoodWords(NotUnderstood),
            unshipped
        );

    /// <summary>How many rows of a newer version close something on this node.</summary>
    public int NotUnderstood => holder.Current.CountNotUnderstood();

    /// <summary>
    /// Whether the registry itself was read since this process started; false while it serves from the last good snapshot's file.
    /// </summary>
    public bool HasReachedRegistry => Volatile.Read(ref _loaded);

    /// <summary>Whether the last load was a page of more.</summary>
    private bool HasMore { get; set; }

    /// <summary>Loads once, before the node serves: from the registry or else from the last good snapshot.</summary>
    public async Task StartWithRegistryAsync(CancellationToken cancellationToken)
    {
        // Security: a node comes back with less than it has enforced by the operator's word only, whatever became of the registry meanwhile.
        if (!options.Registry.AcceptOlderRevision)
        {
            _memory.Recall(lastGood.ReadMarks(enforced.EnforcedRevision), () => lastGood.Read(enforced.EnforcedRevision).Steps);
        }
        await FollowOnceAsync(cancellationToken);
        if (_loaded)
        {
            return;
        }

        var (steps, problem) = lastGood.Read(enforced.EnforcedRevision);
        for (var i = 0; i < steps.Count; i++)
        {
            var next = i == 0 ? _builder.Rebuild(steps[i].Everything) : _builder.Apply(steps[i].Everything);
            _memory.Take(steps[i].Everything);
            if (i == steps.Count - 1)
            {
                Publish(next, steps[i].ConfirmedAt);
            }
        }

        _fileProblem = problem;
    }

    /// <summary>Takes whatever is newer; false when the registry could not be read.</summary>
    public async Task<bool> FollowOnceAsync(CancellationToken cancellationToken)
    {
        holder.BeginLook();
        var (started, at, before) = (clock.GetTimestamp(), clock.GetUtcNow(), holder.Current.Revision);
        _older = null;
        try
        {
            var reached = _loaded ? await LoadChangesAsync(cancellationToken) : await LoadEverythingAsync(cancellationToken);
            holder.Loaded(reached, before, clock.GetElapsedTime(started));
            if (!reached)
            {
                return false;
            }

            _problem = _fileProblem = null;
            _refused = null;
            return true;
        }
#pragma warning disable CA1031 // Whatever is wrong with the database, the node keeps what it has.
        catch (Exception fault) when (fault is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            holder.Loaded(reached: false, before, TimeSpan.Zero);
            var isLate = IsTimeout(fault);
            if (isLate)
            {
                source.Renew();
            }

            // What closes in an older registry may be what did not answer; that it is older is said all the same.
            var words = isLate
                ? "the registry did not answer in time; it is asked over a fresh connection"
                : $"the registry could not be read ({fault.GetType().Name})";
            _problem = _older is { } older ? $"{older}; {words}" : words;
            _refused = null;
            GatewayLog.SnapshotLoadFailed(log, fault.GetType().Name, holder.Current.Revision);
            return false;
        }
        finally
        {
            holder.Looked(started, at);
        }
    }

    /// <summary>Follows until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var (before, started) = (holder.Current.Revision, clock.GetTimestamp());
            var reached = await FollowOnceAsync(stoppingToken);
            if (reached || _refused is not null)
            {
                Reporter.ReportIfDue(stoppingToken);
            }

            if (!reached)
            {
                if (_wasOlder)
                {
                    // What closes was taken from it, and a file that this process has not written takes no change.
                    KeepWhole();
                }

                await Task.Delay(options.Registry.PollInterval, clock, stoppingToken);
                continue;
            }

            if (HasMore)
            {
                continue;
            }

            KeepWhole();
            if (holder.Current.Revision != before && Round - clock.GetElapsedTime(started) is { Ticks: > 0 } rest)
            {
                await Task.Delay(rest, clock, stoppingToken);
            }

            var poll = options.Registry.PollInterval;
            await WaitAsync(Reporter.IsPressing && poll > NodeReporter.Soon ? NodeReporter.Soon : poll, stoppingToken);
        }
    }

    // Nothing that is not in force: where this node serves nothing, what was refused stays as it is.
    private void KeepWhole()
    {
        if (holder.ConfirmedAt is { } confirmedAt)
        {
            lastGood.WriteIfDue(() => (_builder.Copy(), _memory.Rows(), _memory.Timeline), confirmedAt);
        }
    }

    // For a change, or for somebody who needs a look now.
    private async Task WaitAsync(TimeSpan atMost, CancellationToken stoppingToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var (changed, wanted) = (source.WaitForChangeAsync(atMost, waiting.Token), holder.WantedAsync(waiting.Token));
        await Task.WhenAny(changed, wanted);
        if (changed.IsFaulted)
        {
            // Who cannot tell of a change is no reason to look without a pause.
            await Task.WhenAny(wanted, Task.Delay(atMost, clock, waiting.Token));
        }

        await waiting.CancelAsync();
        await changed.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await wanted.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stoppingToken.ThrowIfCancellationRequested();
    }

    private async Task<bool> LoadEverythingAsync(CancellationToken cancellationToken)
    {
        RegistryChanges everything;
        holder.Loading(true);
        try
        {
            everything = await AskAsync(source.LoadAllAsync, LoadTimeout, cancellationToken);
        }
        finally
        {
            holder.Loading(false);
        }

        if (IsOlder(everything.Revision))
        {
            TakeClosing(new RegistryPlace(everything.Revision, everything.Timeline), everything.Revocations);
            return false;
        }

        if (everything.Revision < enforced.EnforcedRevision)
        {
            // By the operator's word, which is on record before it counts; from then on this is where the node stands.
            GatewayLog.OlderRevisionAccepted(log, everything.Revision, enforced.EnforcedRevision);
            await enforced.AcceptOlderAsync(everything.Revision);

            // What was given up must not come back where the new whole cannot be written.
            _memory.Forget();
            lastGood.Outdate(isAnotherHistory: true);
        }

        var now = clock.GetUtcNow();
        var isAnother = _wasOlder || _memory.IsAnotherHistory(everything);
        everything = _memory.Complete(everything);
        if (holder.ConfirmedAt is null)
        {
            lastGood.Offer(everything, now);
        }
        else
        {
            // Somebody is served already: nobody waits for the disk.
            lastGood.Outdate(isAnother);
        }

        Publish(_builder.Rebuild(everything), now);
        Volatile.Write(ref _loaded, true);
        _wasOlder = false;
        return true;
    }

    private async Task<bool> LoadChangesAsync(CancellationToken cancellationToken)
    {
        var asked = clock.GetUtcNow();
        var known = holder.Current.Revision;
        var changes = await AskAsync(token => source.LoadSinceAsync(known, token), options.Registry.PollTimeout, cancellationToken);
        HasMore = changes.HasMore;
        if (IsOlder(changes.Revision))
        {
            var place = new RegistryPlace(changes.Revision, changes.Timeline);
            if (place != _refused)
            {
                TakeClosing(place, await AskAsync(source.LoadRevocationsAsync, LoadTimeout, cancellationToken));
            }

            return false;
        }

        if (_wasOlder || _memory.IsAnotherHistory(changes))
        {
            // The same numbers may stand for other changes there: nothing is added to what was read before. So it is with one that was
            // behind and has overtaken: what was written there meanwhile has numbers that this node does not ask for any more.
            GatewayLog.RegistryFailedOver(log, known, changes.Revision);
            return await LoadEverythingAsync(cancellationToken);
        }

        _memory.Take(changes);
        if (changes.Revision == known)
        {
            lastGood.Confirm(known, asked);
            holder.Confirm(asked);
            return true;
        }

        lastGood.Keep(changes, asked);
        if (changes.Revocations.Count > 0 && changes.Items.Count + changes.Members.Count > QuickToBuild)
        {
            // A revocation is in force before the rest is built.
            holder.Publish(_builder.Apply(new RegistryChanges(known, [], [], changes.Revocations)), holder.ConfirmedAt ?? asked);
            holder.Revoked(changes.Revocations);
        }

        Publish(_builder.Apply(changes), asked);
        holder.Applied(changes);
        return true;
    }

    // An older registry is not followed, and what closes in it closes here all the same: an emergency stop that was written into it is no
    // less urgent than one written elsewhere.
    private void TakeClosing(RegistryPlace place, IReadOnlyList<Revocation> rows)
    {
        var known = holder.Current.Revision;
        if (holder.ConfirmedAt is { } confirmedAt && _memory.TakeClosing(rows) is { Count: > 0 } closing)
        {
            var changes = new RegistryChanges(known, [], [], closing);
            lastGood.Keep(changes, confirmedAt);
            holder.Publish(_builder.Apply(changes), confirmedAt);
            GatewayLog.ClosedByOlderRegistry(log, closing.Count, place.Revision, known);
        }

        _refused = place;
    }

    // A driver says it in its own exception, with this one inside.
    private static bool IsTimeout(Exception fault) => fault is TimeoutException || (fault.InnerException is { } inner && IsTimeout(inner));

    // A connection may have died without a word, and a driver waits longer for it than a revocation may: the question is left behind.
    private async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> ask, TimeSpan most, CancellationToken cancellationToken)
    {
        var given = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asked = ask(given.Token);
        try
        {
            return await asked.WaitAsync(most, clock, cancellationToken);
        }
        finally
        {
            _ = LeaveAsync(asked, given);
        }
    }

    private static async Task LeaveAsync(Task asked, CancellationTokenSource given)
    {
        if (!asked.IsCompleted)
        {
            await given.CancelAsync();
        }

        await asked.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        given.Dispose();
    }

    // A database that was rolled back or restored: what this node has enforced since must not silently be undone.
    private bool IsOlder(long offered)
    {
        var newest = Math.Max(holder.Current.Revision, options.Registry.AcceptOlderRevision ? 0 : enforced.EnforcedRevision);
        if (offered >= newest)
        {
            return false;
        }

        GatewayLog.OlderRevisionRefused(log, offered, newest);
        _problem = _older = $"the registry is at revision {offered}, older than {newest}, which this node has enforced";
        _wasOlder = true;
        return true;
    }

    private void Publish(RegistrySnapshot next, DateTimeOffset confirmedAt)
    {
        enforced.NoteEnforced(next.Revision);
        if (!holder.Publish(next, confirmedAt))
        {
            GatewayLog.OlderRevisionRefused(log, next.Revision, holder.Current.Revision);
            return;
        }

        GatewayLog.SnapshotPublished(log, next.Revision, next.ClientCount, next.MemberCount, next.Problems.Count);
        foreach (var problem in next.Problems.Take(20))
        {
            GatewayLog.RegistryProblem(log, problem.Path, problem.Message);
        }
    }

    /// <summary>The same in words; null for none.</summary>
    internal static string? NotUnderstoodWords(int rows) =>
        rows == 0 ? null : $"{rows} rows are of a newer version: what depends on them is closed on this node until it is upgraded";
}
