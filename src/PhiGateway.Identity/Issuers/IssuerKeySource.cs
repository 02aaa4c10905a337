using System.Globalization;
using Microsoft.Extensions.Logging;
using PhiGateway.Identity.Common;

namespace PhiGateway.Identity.Issuers;

/// <summary>
/// Holds the current keys of one issuer and refreshes them: by the clock, and at once, but not often, when a token names a key that is not
/// there.
/// </summary>
/// <remarks>Thread-safe. A failed refresh keeps the keys that are there until they are <see cref="MaximumAge"/> old.</remarks>
/// <param name="name">Whose keys, as configured.</param>
/// <param name="reader">Reads them.</param>
/// <param name="time">Clock.</param>
/// <param name="logger">Told of what is wrong with them.</param>
/// <param name="fetched">Told of each fetch whether it brought keys; null: nobody is.</param>
internal sealed class IssuerKeySource(
    string name,
    IKeySetReader reader,
    TimeProvider time,
    ILogger logger,
    Action<string, bool>? fetched = null
)
{
    /// <summary>Tokens with invented key ids cause at most one fetch in this time.</summary>
    public static readonly TimeSpan MinimumInterval = TimeSpan.FromSeconds(5);

    /// <summary>The same where the last fetch that such a token caused brought nothing new: who invents keys goes on doing so.</summary>
    public static readonly TimeSpan IntervalInVain = TimeSpan.FromSeconds(15);

    /// <summary>Security: with an issuer that cannot be asked for this long, a withdrawn key could still be in use: fail closed.</summary>
    public static readonly TimeSpan MaximumAge = TimeSpan.FromHours(24);

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private volatile IssuerKeySet? _keys;
    private Task<IssuerKeySet?>? _running;

    // UTC, in ticks.
    private long _loadedAt;
    private DateTimeOffset _attemptedAt = DateTimeOffset.MinValue;
    private DateTimeOffset _inVainAt = DateTimeOffset.MinValue;
    private int _generation;
    private string _message = "no keys yet: not fetched";

    /// <summary>The keys to check tokens with; null: none are there.</summary>
    /// <remarks>Security: by their age whoever asks, also while a fetch of them never ends.</remarks>
    public IssuerKeySet? Current =>
        _keys is { } keys && time.GetUtcNow().UtcTicks - Volatile.Read(ref _loadedAt) < MaximumAge.Ticks ? keys : null;

    /// <summary>How long ago they were fetched; null: there are none.</summary>
    public TimeSpan? Age => _keys is null ? null : time.GetUtcNow() - LoadedAt;

    /// <summary>How often they were purged: what was found out before a purge is found out anew.</summary>
    public int Purges => Volatile.Read(ref _generation);

    /// <summary>Whether the keys that are there were fetched at a moment or after it: only such ones say that there is no other.</summary>
    public bool WereFetchedSince(DateTimeOffset moment) => _keys is not null && LoadedAt >= moment;

    /// <summary>Whether keys are there, in words.</summary>
    public IssuerStatus Status
    {
        get
        {
            lock (_gate)
            {
                return new IssuerStatus(name, _keys is not null, _message);
            }
        }
    }

    /// <summary>The keys as administrators see them.</summary>
    /// <param name="known">The name by which an administrator knows whose they are.</param>
    /// <param name="use">What is checked with them.</param>
    public HeldKeySet Show(string known, string use)
    {
        lock (_gate)
        {
            return new HeldKeySet(known, use, _keys is not null, _message, [.. (_keys?.All ?? []).Select(static key => key.Shown)]);
        }
    }

    /// <summary>Fetches the keys; those who ask while a fetch runs share it.</summary>
    /// <param name="force">False: not again within <see cref="MinimumInterval"/> of the last attempt.</param>
    /// <param name="forUnknown">
    /// For a key that a stranger's token names and that is not there: not again within <see cref="IntervalInVain"/> of the last one that brought
    /// nothing.
    /// </param>
    public Task<IssuerKeySet?> RefreshAsync(bool force, bool forUnknown = false)
    {
        lock (_gate)
        {
            if (_running is { } running)
            {
                return running;
            }

            var now = time.GetUtcNow();
            if (!force && (IsWithin(MinimumInterval, _attemptedAt, now) || (forUnknown && IsInVain(now))))
            {
                return Task.FromResult(_keys);
            }

            _attemptedAt = now;
            if (forUnknown)
            {
                // Until it brings something new.
                _inVainAt = now;
            }

            return Start();
        }
    }

    /// <summary>
    /// Security: forgets the keys and fetches them anew, for a key that is known to be stolen before the issuer's set is next due. Until
    /// the issuer has answered none of its tokens is valid; an answer that was asked for before does not count.
    /// </summary>
    public Task<IssuerKeySet?> PurgeAsync()
    {
        lock (_gate)
        {
            _generation++;
            _keys = null;
            _message = "no keys: purged, being fetched anew";
            _attemptedAt = time.GetUtcNow();
            return Start();
        }
    }

    // Without keys nobody invents one: whoever comes is asked for.
    private bool IsInVain(DateTimeOffset now) => _keys is not null && IsWithin(IntervalInVain, _inVainAt, now);

    // A clock that was set back keeps nobody waiting.
    private static bool IsWithin(TimeSpan time, DateTimeOffset moment, DateTimeOffset now) => moment <= now && now - moment < time;

    // Under the lock.
    private Task<IssuerKeySet?> Start()
    {
        var started = ReadAsync(_generation);
        _running = started.IsCompleted ? null : started;
        return started;
    }

    private async Task<IssuerKeySet?> ReadAsync(int generation)
    {
        JwksReading reading;
        try
        {
            // Not tied to the request that happened to come first: others wait for it too, and for no reader without end.
            reading = await reader.ReadAsync(CancellationToken.None).WaitAsync(Longest);
        }
        catch (Exception exception)
        {
            IdentityLog.KeyFetchFaulted(logger, name, exception.GetType().Name);
            reading = JwksReading.Failed("the keys could not be fetched");
        }

        lock (_gate)
        {
            if (generation != _generation)
            {
                return _keys;
            }

            _running = null;
            Take(reading);
            fetched?.Invoke(name, reading.Keys is not null);
            return _keys;
        }
    }

    private void Take(JwksReading reading)
    {
        var now = time.GetUtcNow();
        foreach (var problem in reading.Problems)
        {
            IdentityLog.KeyProblem(logger, name, problem);
        }

        if (reading.Keys is { } fresh)
        {
            // Before the keys: new ones are never as old as those before them.
            Volatile.Write(ref _loadedAt, now.UtcTicks);

            // The same keys stay the same object, so that nobody has to look again.
            if (_keys is null || !_keys.IsSameAs(fresh))
            {
                _keys = fresh;
                _inVainAt = DateTimeOffset.MinValue;
                IdentityLog.KeysLoaded(logger, name, fresh.Count);
            }

            _message = $"{fresh.Count} keys, fetched {Stamp(now)}";
            return;
        }

        var words = string.Join("; ", reading.Problems);
        if (_keys is not null && now.UtcTicks - _loadedAt < MaximumAge.Ticks)
        {
            _message = $"{_keys.Count} keys, fetched {Stamp(LoadedAt)}; last refresh failed: {words}";
            return;
        }

        _message = _keys is null ? $"no keys yet: {words}" : $"keys fetched {Stamp(LoadedAt)} are too old to be trusted: {words}";
        _keys = null;
    }

    private DateTimeOffset LoadedAt => new(Volatile.Read(ref _loadedAt), TimeSpan.Zero);

    private static string Stamp(DateTimeOffset moment) => moment.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
