using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>Keeps one working set and brings it up to the store's revision before each use; thread-safe.</summary>
/// <remarks>
/// With a change feed only what changed is read; without one the set is read anew when somebody else wrote. After a standby took over, or an
/// older database was put in the place of this one, everything is read anew: nothing of a lost history is planned on.
/// </remarks>
internal sealed class WorkingSetSource(IRegistryStore store, TimeProvider time, IRegistrySource? feed = null) : IDisposable
{
    private const int Page = 1000;

    // So long an emergency stop waits to be told what there is.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _loading = new(1, 1);
    private readonly Lock _sharing = new();
    private SharedLook? _shared;
    private volatile WorkingSet _current = WorkingSet.Empty;
    private volatile bool _loaded;

    public async Task<WorkingSet> GetAsync(CancellationToken cancellationToken)
    {
        if (IsNewest(await store.GetPlaceAsync(cancellationToken)))
        {
            return _current;
        }

        await _loading.WaitAsync(cancellationToken);
        try
        {
            // Asked again: whoever had the turn before may have read further than what was asked about, which is not yet an older store.
            var place = await store.GetPlaceAsync(cancellationToken);
            if (!IsNewest(place))
            {
                var goesOn = _loaded && feed is not null && place.Revision >= _current.Revision && IsOn(place.Timeline);
                _current = goesOn ? await CatchUpAsync(feed!, cancellationToken) : await LoadAsync(place, cancellationToken);
                _loaded = true;
            }

            return _current;
        }
        finally
        {
            _loading.Release();
        }
    }

    /// <summary>
    /// The newest set, or the last one that was read where the store does not answer in time (<see cref="WorkingSet.MayBeOld"/>); empty: none
    /// was. For what only closes and is judged against nothing.
    /// </summary>
    /// <remarks>
    /// A database that hangs is asked once for all who come meanwhile, and waited for once by each call: it needs its connections for the
    /// stop itself.
    /// </remarks>
    public async Task<WorkingSet> GetOrLastAsync(CancellationToken cancellationToken)
    {
        var came = time.GetTimestamp();
        while (true)
        {
            var look = LookTogether();
            var left = Patience - time.GetElapsedTime(Math.Min(look.Since, came));
            try
            {
                var set = await look.Newest.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, cancellationToken);
                if (look.Since >= came)
                {
                    return set;
                }
            }
            catch (TimeoutException) when (!look.Newest.IsFaulted)
            {
                return _current.AsOld();
            }
            catch (Exception) when (look.Since < came && look.Newest.IsFaulted)
            {
                // It was others' and began earlier: this caller asks once more, as where it had answered what was there before.
            }
        }
    }

    /// <summary>Documents that were deleted after a moment, as they stand in the store; none where the store does not tell.</summary>
    /// <param name="set">The registry as it is.</param>
    /// <param name="at">The moment.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlyList<RegistryItem>> DeletedSinceAsync(WorkingSet set, DateTimeOffset at, CancellationToken cancellationToken)
    {
        if (feed is null)
        {
            return [];
        }

        // Whatever was written after the moment has a greater revision than whatever was written last before it.
        var from = set.Items().Where(item => item.UpdatedAt <= at).Select(static item => item.Revision).DefaultIfEmpty(0).Max();
        var changes = await feed.LoadSinceAsync(from, cancellationToken);
        return [.. changes.Items.Where(item => item.Deleted && item.UpdatedAt > at)];
    }

    public void Dispose() => _loading.Dispose();

    // Given up with nobody: whoever asks next has it sooner.
    private SharedLook LookTogether()
    {
        lock (_sharing)
        {
            if (_shared is null || _shared.Newest.IsCompleted)
            {
                var since = time.GetTimestamp();
                _shared = new SharedLook(Task.Run(() => GetAsync(CancellationToken.None)), since);
                _ = _shared.Newest.ContinueWith(
                    static ended => ended.Exception,
                    CancellationToken.None,
                    TaskContinuationOptions.OnlyOnFaulted,
                    TaskScheduler.Default
                );
            }

            return _shared;
        }
    }

    private bool IsNewest(RegistryPlace place) => _loaded && _current.Revision == place.Revision && IsOn(place.Timeline);

    private bool IsOn(string? timeline) => !RegistryPlace.AreDifferent(timeline, _current.Timeline);

    private async Task<WorkingSet> CatchUpAsync(IRegistrySource source, CancellationToken cancellationToken)
    {
        var changes = await source.LoadSinceAsync(_current.Revision, cancellationToken);
        return IsOn(changes.Timeline)
            ? _current.With(Math.Max(changes.Revision, _current.Revision), changes.Items).On(changes.Timeline ?? _current.Timeline)
            : await LoadAsync(await store.GetPlaceAsync(cancellationToken), cancellationToken);
    }

    // The place is read first: a write that slips in between is read twice, never missed. What begins on one line of history and ends on
    // another is read again by the next who asks.
    private async Task<WorkingSet> LoadAsync(RegistryPlace place, CancellationToken cancellationToken)
    {
        var items = new List<RegistryItem>();
        foreach (var kind in Enum.GetValues<RegistryKind>())
        {
            string? after = null;
            while (true)
            {
                var page = await store.ListAsync(kind, after, Page, cancellationToken);
                items.AddRange(page);
                if (page.Count < Page)
                {
                    break;
                }

                after = page[^1].Id;
            }
        }

        return WorkingSet.Empty.With(place.Revision, items).On(place.Timeline);
    }

    // What is under way, and since when by the clock's timestamps.
    private sealed record SharedLook(Task<WorkingSet> Newest, long Since);
}
