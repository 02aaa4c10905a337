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

    public Task<bool> IsUsedAsync(string use, CancellationToken cancellationToken) =>
        IsAway ? Task.FromException<bool>(new InvalidOperationException("away")) : Task.FromResult(_uses.ContainsKey(use));
}
