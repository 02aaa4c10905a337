using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using PhiGateway.Identity.Issuers;

namespace PhiGateway.Identity.Assertions;

/// <summary>
/// Fetches and keeps the key sets that registered clients publish at their addresses; fetched again when they are old, and, not often,
/// when an assertion names a key that is not there.
/// </summary>
internal sealed class ClientKeySources(
    TimeProvider time,
    ILogger logger,
    Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect
) : IDisposable
{
    // Under which administrators see and forget them, all together: clients are known by their addresses alone.
    private const string Known = "client-keys";
    private const int MostAddresses = 10_000;
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, Source> _sources = new(StringComparer.Ordinal);
    private readonly JwksDownload _download = new(connect);

    /// <summary>How many are held.</summary>
    public HeldKeySet Show() =>
        new(Known, "registered-client", Ready: true, $"{_sources.Count} addresses of clients were asked for keys", []);

    /// <summary>Security: forgets all of them; whoever comes next has them fetched anew. False: another name is meant.</summary>
    public bool TryForget(string name)
    {
        if (name != Known)
        {
            return false;
        }

        _sources.Clear();
        return true;
    }

    /// <summary>The keys at an address that the registry names; null: they cannot be had.</summary>
    public async Task<IssuerKeySet?> FindAsync(
        string address,
        string? keyId,
        SignatureAlgorithm algorithm,
        CancellationToken cancellationToken
    )
    {
        if (!_sources.TryGetValue(address, out var source))
        {
            // Addresses come from the registry: what is left over after changes is forgotten all at once.
            if (_sources.Count >= MostAddresses)
            {
                _sources.Clear();
            }

            source = _sources.GetOrAdd(
                address,
                at => new Source(new IssuerKeySource("client keys", new AddressReader(_download, new Uri(at)), time, logger))
            );
        }

        var now = time.GetUtcNow();
        var keys = source.Keys.Current;
        var isOld = keys is null || now - source.AskedAt > Fresh;
        if (isOld || keys?.Find(keyId, algorithm) is null)
        {
            // Whoever knows a client's name can invent names of keys.
            keys = await source.Keys.RefreshAsync(force: false, forUnknown: !isOld).WaitAsync(cancellationToken);
            source.AskedAt = now;
        }

        return keys;
    }

    public void Dispose() => _download.Dispose();

    private sealed class Source(IssuerKeySource keys)
    {
        public IssuerKeySource Keys { get; } = keys;

        public DateTimeOffset AskedAt { get; set; }
    }

    private sealed class AddressReader(JwksDownload download, Uri address) : IKeySetReader
    {
        public Task<JwksReading> ReadAsync(CancellationToken cancellationToken) => download.ReadAsync(address, cancellationToken);
    }
}
