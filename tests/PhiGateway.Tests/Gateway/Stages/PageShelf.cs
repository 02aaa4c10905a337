using System.Collections.Concurrent;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Tests.Gateway.Stages;

/// <summary>Kept pages as a database keeps them; away while it is told so.</summary>
internal sealed class PageShelf : IKeptPages
{
    private readonly ConcurrentDictionary<string, KeptPage> _pages = new(StringComparer.Ordinal);

    internal bool IsAway { get; set; }

    internal ICollection<KeptPage> All => _pages.Values;

    public Task<bool> TryKeepAsync(KeptPage page, int most, CancellationToken cancellationToken)
    {
        ThrowIfAway();
        return Task.FromResult(_pages.Values.Count(kept => kept.Client == page.Client) < most && _pages.TryAdd(page.Id, page));
    }

    public Task<byte[]?> FindAsync(string id, CancellationToken cancellationToken)
    {
        ThrowIfAway();
        return Task.FromResult(_pages.TryGetValue(id, out var page) ? page.Content.ToArray() : null);
    }

    private void ThrowIfAway()
    {
        if (IsAway)
        {
            throw new IOException("away");
        }
    }
}
