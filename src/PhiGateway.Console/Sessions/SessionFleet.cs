using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
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
    private const string OfProvider = "console-logout/";

    // Ends that wait to be told; of more the oldest ends by idleness.
    private const int MostUntold = 1000;

    private static readonly TimeSpan Renewed = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(15);

    // What the provider ends is remembered for so long, on every node the same: a moment is told by when it is forgotten. No session is as old.
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(25);

    private readonly ConsoleSessions _sessions;
    private readonly ConsoleOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<SessionFleet> _log;
    private readonly ISingleUses? _ends;
    private readonly SessionSeal? _seal;

    // By until when it is remembered.
    private readonly ConcurrentDictionary<string, DateTimeOffset> _untold = new(StringComparer.Ordinal);

    // Whatever runs in a session holds it, also when its person is idle.
    private readonly ConcurrentDictionary<string, WeakReference<ConsoleSession>> _here = new(StringComparer.Ordinal);
    private readonly ITimer? _timer;

    public SessionFleet(
        ConsoleSessions sessions,
        ConsoleOptions options,
        TimeProvider time,
        ILogger<SessionFleet> log,
        ISingleUses? ends = null
    )
    {
        (_sessions, _options, _time, _log, _ends) = (sessions, options, time, log, ends);
        if (ends is not null)
        {
            _seal = options.SignInKey is { } key ? new SessionSeal(key, CircumstancesOf(options)) : null;
            _timer = time.CreateTimer(_ => _ = CatchUpAsync(), null, Look, Look);
        }
    }

    /// <summary>Begins a session.</summary>
    /// <returns>The value of its cookie.</returns>
    public async Task<string> BeginAsync(ConsoleSession session)
    {
        var left = new List<string>();
        var token = _sessions.Begin(session, left);
        if (_ends is not null && (_seal is not null || session.Provider is not null))
        {
            _here[SessionToken.HashOf(token)] = new WeakReference<ConsoleSession>(session);
        }

        foreach (var key in left)
        {
            await TellEndAsync(key);
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
            return await FindOwnAsync(key, isClick);
        }

        var isEnded = await IsEndedAsync(key, along.Begun, along.Provider);
        if (isEnded == true)
        {
            _ = _sessions.EndKept(key);
            return null;
        }

        var session = _sessions.FindKept(key, isClick, along.Seen);

        // What cannot be looked up is not taken over.
        if (session is null && isEnded == false && along.Begun <= _time.GetUtcNow() + Renewed)
        {
            if (_sessions.Adopt(key, Arrived(along)) is { } taken)
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
        await TellEndAsync(key);
        return ended;
    }

    /// <summary>
    /// Ends what the identity provider ended at a moment: of one session there, or of a person; on every node. What it begins after that is
    /// another session, under whatever id. The same told again ends nothing more.
    /// </summary>
    /// <returns>How many ended on this one.</returns>
    public async Task<int> EndAllAsync(string? subject, string? providerSession, DateTimeOffset moment)
    {
        var ended = _sessions.EndAll(subject, providerSession, moment);
        foreach (var mark in MarksOf(subject, providerSession))
        {
            await TellAsync(mark, moment + Remembered);
        }

        return ended;
    }

    /// <summary>Tells what could not be told, and ends here what ended elsewhere and still runs.</summary>
    internal async Task CatchUpAsync()
    {
        foreach (var (use, until) in _untold)
        {
            await TellAsync(use, until);
        }

        foreach (var (key, known) in _here)
        {
            if (!known.TryGetTarget(out var session) || session.IsOver)
            {
                _here.TryRemove(key, out _);
            }
            else if (session.HasWork && await IsEndedAsync(key, session.Begun, session.Provider) == true)
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

    // What a sign-in at another node led to may have come here.
    private ConsoleSession Arrived(SealedSession along)
    {
        var session = along.Open();
        if (_time.GetUtcNow() - along.Begun < Renewed)
        {
            session.Land();
        }

        return session;
    }

    // Its cookie is of this node alone, or too long to go along: the provider may have told another node of its end.
    private async Task<FoundSession?> FindOwnAsync(string key, bool isClick)
    {
        if (_sessions.FindKept(key, isClick) is not { } own)
        {
            return null;
        }

        if ((_seal is not null || own.Provider is not null) && await IsEndedAsync(key, own.Begun, own.Provider) == true)
        {
            _ = _sessions.EndKept(key);
            return null;
        }

        return new FoundSession(own, null);
    }

    // By the session there and by the person there, of this provider.
    private IEnumerable<string> MarksOf(string? subject, string? providerSession)
    {
        var provider = _options.Oidc?.Issuer;
        if (providerSession is not null)
        {
            yield return OfProvider + SessionToken.HashOf($"sid\0{provider}\0{providerSession}");
        }

        if (subject is not null)
        {
            yield return OfProvider + SessionToken.HashOf($"sub\0{provider}\0{subject}");
        }
    }

    // A session of one node has no cookie that could come to another.
    private Task TellEndAsync(string key) =>
        _seal is null ? Task.CompletedTask : TellAsync(OfSession + key, _time.GetUtcNow() + _options.Longest);

    private async Task TellAsync(string use, DateTimeOffset until)
    {
        if (_ends is null)
        {
            return;
        }

        try
        {
            using var given = new CancellationTokenSource(Patience);
            await _ends.KeepAsync(use, until, given.Token);

            // Unless a later end came to wait meanwhile.
            _untold.TryRemove(KeyValuePair.Create(use, until));
        }
#pragma warning disable CA1031 // It has ended here; the others are told as soon as the store answers again.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Remember(use, until, fault);
        }
    }

    private void Remember(string use, DateTimeOffset until, Exception fault)
    {
        if (_untold.Count >= MostUntold && !_untold.ContainsKey(use))
        {
            return;
        }

        var isNew = !_untold.ContainsKey(use);
        _untold.AddOrUpdate(use, until, (_, known) => known > until ? known : until);
        if (isNew)
        {
            ConsoleSessionLog.EndNotTold(_log, fault.GetType().Name);
        }
    }

    // Null: it cannot be known.
    private async Task<bool?> IsEndedAsync(string key, DateTimeOffset begun, ProviderSession? provider)
    {
        if (_ends is null)
        {
            return false;
        }

        var own = OfSession + key;
        var marks = MarksOf(provider?.Subject, provider?.Id).ToList();
        if (_untold.ContainsKey(own) || marks.Exists(mark => _untold.TryGetValue(mark, out var until) && IsMeant(until)))
        {
            return true;
        }

        try
        {
            using var given = new CancellationTokenSource(Patience);
            if (_seal is not null && await _ends.IsUsedAsync(own, given.Token))
            {
                return true;
            }

            foreach (var mark in marks)
            {
                if (await _ends.FindEndAsync(mark, given.Token) is { } until && IsMeant(until))
                {
                    return true;
                }
            }

            return false;
        }
#pragma warning disable CA1031 // Pages say by themselves that a store is away; who is signed in here goes on.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }

        bool IsMeant(DateTimeOffset until) => provider!.IsBefore(until - Remembered, begun);
    }
}

/// <summary>A live session.</summary>
/// <param name="Session">It.</param>
/// <param name="Cookie">What its cookie becomes; null: it stays.</param>
internal sealed record FoundSession(ConsoleSession Session, string? Cookie);
