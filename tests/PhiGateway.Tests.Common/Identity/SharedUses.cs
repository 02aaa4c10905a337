using System.Collections.Concurrent;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Tests.Common.Identity;

/// <summary>Stands for the database that all nodes ask what was used once; can be away.</summary>
internal sealed class SharedUses : ISingleUses
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _uses = new();

    public bool IsAway { get; set; }

    public int Count => _uses.Count;

    public Task<bool> TryUseAsync(string use, DateTimeOffset until, CancellationToken cancellationToken) =>
        IsAway ? Task.FromException<bool>(new InvalidOperationException("away")) : Task.FromResult(_uses.TryAdd(use, until));

    public Task KeepAsync(string use, DateTimeOffset until, CancellationToken cancellationToken)
    {
        if (IsAway)
        {
            return Task.FromException(new InvalidOperationException("away"));
        }

        _uses.AddOrUpdate(use, until, (_, known) => known > until ? known : until);
        return Task.CompletedTask;
    }

    public Task<DateTimeOffset?> FindEndAsync(string use, CancellationToken cancellationToken)
    {
        DateTimeOffset? known = _uses.TryGetValue(use, out var end) ? end : null;
        return IsAway ? Task.FromException<DateTimeOffset?>(new InvalidOperationException("away")) : Task.FromResult(known);
    }

    public Task<bool> IsUsedAsync(string use, CancellationToken cancellationToken) =>
        IsAway ? Task.FromException<bool>(new InvalidOperationException("away")) : Task.FromResult(_uses.ContainsKey(use));
}
