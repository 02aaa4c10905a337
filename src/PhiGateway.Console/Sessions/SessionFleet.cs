using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Revocations;
using PhiGateway.Console.Configuration;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Sessions;

/// <summary>
/// Lets a person go on at whichever node a click comes to: who it is stands sealed in the cookie, and that a session has ended stands where
/// all nodes look it up at each click. Asked by the gate, by the sign-in and by the sign-out.
/// </summary>
/// <remarks>
/// Thread-safe. Without a shared key a session is of one node, as its memory has it. While the store of the ends does not answer, a node goes
/// on with the sessions that it has and takes over no other.
/// </remarks>
internal sealed class SessionFleet : IDisposable
{
    private const string OfSession = "console-session/";
    private const string OfProvider = "console-provider/";

    // Ends that wait to be told; of more the oldest ends by idleness.
    private const int MostUntold = 1000;

    private static readonly TimeSpan Renewed = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(15);

    private readonly ConsoleSessions _sessions;
    private readonly ConsoleOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<SessionFleet> _log;
    private readonly PersonSessions? _persons;
    private readonly ISingleUses? _ends;
    private readonly SessionSeal? _seal;
    private readonly ConcurrentDictionary<string, byte> _untold = new(StringComparer.Ordinal);

    // Whatever runs in a session holds it, also when its person is idle.
    private readonly ConcurrentDictionary<string, WeakReference<ConsoleSession>> _here = new(StringComparer.Ordinal);
    private readonly ITimer? _timer;

    public SessionFleet(
        ConsoleSessions sessions,
        ConsoleOptions options,
        TimeProvider time,
        ILogger<SessionFleet> log,
        PersonSessions? persons = null,
        ISingleUses? ends = null
    )
    {
        (_sessions, _options, _time, _log, _persons) = (sessions, options, time, log, persons);
        if (options.SignInKey is { } key && ends is not null)
        {
            (_ends, _seal) = (ends, new SessionSeal(key, CircumstancesOf(options)));
            _timer = time.CreateTimer(_ => _ = CatchUpAsync(), null, Look, Look);
        }
    }

    /// <summary>Begins a session.</summary>
    /// <returns>The value of its cookie.</returns>
    public async Task<string> BeginAsync(ConsoleSession session)
    {
        var left = new List<string>();
        var token = _sessions.Begin(session, left);
        if (_seal is not null)
        {
            _here[SessionToken.HashOf(token)] = new WeakReference<ConsoleSession>(session);
        }

        foreach (var key in left)
        {
            await TellAsync(OfSession + key);
        }

        return CookieOf(token, session);
    }

    /// <summary>The live session of a cookie, whichever node began it; null: there is none.</summary>
    public async Task<FoundSession?> FindAsync(string cookie, bool isClick)
    {
        var (token, along) = Read(cookie);
        if (token is null)
        {
            return null;
        }

        var key = SessionToken.HashOf(token);
        if (along is null)
        {
            return _sessions.FindKept(key, isClick) is { } own ? new FoundSession(own, null) : null;
        }

        var isEnded = await IsEndedAsync(key, along.ProviderId);
        if (isEnded == true)
        {
            _ = _sessions.EndKept(key);
            return null;
        }

        var session = _sessions.FindKept(key, isClick, along.Seen);

        // What cannot be looked up is not taken over.
        if (session is null && isEnded == false && along.Begun <= _time.GetUtcNow() + Renewed)
        {
            if (_sessions.Adopt(key, along.Open()) is { } taken)
            {
                _here[key] = new WeakReference<ConsoleSession>(taken);
            }

            session = _sessions.FindKept(key, isClick);
        }

        if (session is null)
        {
            return null;
        }

        var isOld = isClick && session.LastSeen - along.Seen >= Renewed;
        return new FoundSession(session, isOld ? CookieOf(token, session) : null);
    }

    /// <summary>The key under which the session of a cookie is kept; null: the cookie is none of ours.</summary>
    public string? KeyOf(string cookie) => Read(cookie).Token is { } token ? SessionToken.HashOf(token) : null;

    /// <summary>Whose session a cookie is of, whether it is alive or not; null: the cookie says nothing of it.</summary>
    public ConsoleSession? Open(string cookie) => _seal?.Open(cookie)?.Open();

    /// <summary>Whether the end of a cookie's session could not be told to the other nodes yet.</summary>
    public bool IsUntold(string cookie) => KeyOf(cookie) is { } key && _untold.ContainsKey(OfSession + key);

    /// <summary>Ends the session of a cookie, on every node.</summary>
    /// <returns>The session, when it was alive on this one.</returns>
    public async Task<ConsoleSession?> EndAsync(string cookie) => KeyOf(cookie) is { } key ? await EndKeptAsync(key) : null;

    /// <summary>Ends the session that is kept under a key, on every node.</summary>
    /// <returns>The session, when it was alive on this one.</returns>
    public async Task<ConsoleSession?> EndKeptAsync(string key)
    {
        var ended = _sessions.EndKept(key);
        await TellAsync(OfSession + key);
        return ended;
    }

    /// <summary>Ends what the identity provider ended: of one session there, or of a person; on every node.</summary>
    /// <returns>How many ended on this one.</returns>
    public async Task<int> EndAllAsync(AdminCall call, string? subject, string? providerSession)
    {
        var ended = _sessions.EndAll(subject, providerSession);
        if (_seal is null)
        {
            return ended;
        }

        if (providerSession is not null)
        {
            await TellAsync(OfProvider + SessionToken.HashOf(providerSession));
        }
        else if (subject is not null && _persons is not null)
        {
            await _persons.EndOfProviderAsync(call, subject);
        }

        return ended;
    }

    /// <summary>Tells what could not be told, and ends here what ended elsewhere and still runs.</summary>
    internal async Task CatchUpAsync()
    {
        foreach (var use in _untold.Keys)
        {
            await TellAsync(use);
        }

        foreach (var (key, known) in _here)
        {
            if (!known.TryGetTarget(out var session) || session.IsOver)
            {
                _here.TryRemove(key, out _);
            }
            else if (session.HasWork && await IsEndedAsync(key, session.Provider?.Id) == true)
            {
                session.End();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private static IEnumerable<string> CircumstancesOf(ConsoleOptions options)
    {
        yield return options.Environment;
        yield return options.PublicBase.GetLeftPart(UriPartial.Authority);
        yield return options.ClientId ?? string.Empty;
        yield return options.Demo is null ? "provider" : "demonstration";
        yield return options.Oidc?.Issuer ?? string.Empty;
        yield return options.Oidc?.RoleClaim ?? string.Empty;
        if (options.Oidc is { } provider)
        {
            foreach (var (given, role) in provider.RoleMap.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
            {
                yield return given;
                yield return role;
            }
        }
    }

    private (string? Token, SealedSession? Along) Read(string cookie)
    {
        if (_seal?.Open(cookie) is { } along)
        {
            return (along.Token, along);
        }

        return (SessionToken.IsOne(cookie) ? cookie : null, null);
    }

    private string CookieOf(string token, ConsoleSession session) => _seal?.Seal(SealedSession.Of(token, session)) ?? token;

    private async Task TellAsync(string use)
    {
        if (_ends is null)
        {
            return;
        }

        try
        {
            using var given = new CancellationTokenSource(Patience);
            _ = await _ends.TryUseAsync(use, _time.GetUtcNow() + _options.Longest, given.Token);
            _untold.TryRemove(use, out _);
        }
#pragma warning disable CA1031 // It has ended here; the others are told as soon as the store answers again.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            if (_untold.Count < MostUntold && _untold.TryAdd(use, 0))
            {
                ConsoleSessionLog.EndNotTold(_log, fault.GetType().Name);
            }
        }
    }

    // Null: it cannot be known.
    private async Task<bool?> IsEndedAsync(string key, string? providerSession)
    {
        var own = OfSession + key;
        var provider = providerSession is null ? null : OfProvider + SessionToken.HashOf(providerSession);
        if (_untold.ContainsKey(own) || (provider is not null && _untold.ContainsKey(provider)))
        {
            return true;
        }

        try
        {
            using var given = new CancellationTokenSource(Patience);
            return await _ends!.IsUsedAsync(own, given.Token) || (provider is not null && await _ends.IsUsedAsync(provider, given.Token));
        }
#pragma warning disable CA1031 // Pages say by themselves that a store is away; who is signed in here goes on.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }
}

/// <summary>A live session.</summary>
/// <param name="Session">It.</param>
/// <param name="Cookie">What its cookie becomes; null: it stays.</param>
internal sealed record FoundSession(ConsoleSession Session, string? Cookie);
