using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Editing;

/// <summary>Keeps one working set and brings it up to the store's revision before each use; thread-safe.</summary>
/// <remarks>With a change feed only what changed is read; without one the set is read anew when somebody else wrote.</remarks>
internal sealed class WorkingSetSource(IRegistryStore store, IRegistrySource? feed = null) : IDisposable
{
    private const int Page = 1000;

    private readonly SemaphoreSlim _loading = new(1, 1);
    private volatile WorkingSet _current = WorkingSet.Empty;
    private volatile bool _loaded;

    public async Task<WorkingSet> GetAsync(CancellationToken cancellationToken)
    {
        var revision = await store.GetRevisionAsync(cancellationToken);
        var current = _current;
        if (_loaded && current.Revision >= revision)
        {
            return current;
        }

        await _loading.WaitAsync(cancellationToken);
        try
        {
            if (!_loaded || _current.Revision < revision)
            {
                _current = _loaded && feed is not null ? await CatchUpAsync(feed, cancellationToken) : await LoadAsync(cancellationToken);
                _loaded = true;
            }

            return _current;
        }
        finally
        {
            _loading.Release();
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

    private async Task<WorkingSet> CatchUpAsync(IRegistrySource source, CancellationToken cancellationToken)
    {
        var changes = await source.LoadSinceAsync(_current.Revision, cancellationToken);
        return _current.With(Math.Max(changes.Revision, _current.Revision), changes.Items);
    }

    // The revision is read first: a write that slips in between is read twice, never missed.
    private async Task<WorkingSet> LoadAsync(CancellationToken cancellationToken)
    {
        var revision = await store.GetRevisionAsync(cancellationToken);
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

        return WorkingSet.Empty.With(revision, items);
    }
}
