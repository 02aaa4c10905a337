using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Revocations;
using PhiGateway.Console.Configuration;

namespace PhiGateway.Console.Sessions;

/// <summary>
/// Keeps the sessions of this node; bounded, and each ends by idleness, by age, by its person, by the identity provider or by a revocation
/// of the person.
/// </summary>
/// <remarks>Thread-safe. Of what other nodes know it knows nothing: that is <see cref="SessionFleet"/>'s.</remarks>
internal sealed class ConsoleSessions(ConsoleOptions options, TimeProvider time, PersonSessions? ended = null)
{
    // More than a hospital has at work at once; who comes then ends the session that was idle longest.
    internal const int Most = 500;

    // Of one person: a desk, a laptop, a forgotten browser or two.
    internal const int MostOfOne = 5;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, ConsoleSession> _sessions = new(StringComparer.Ordinal);

    /// <summary>Begins a session.</summary>
    /// <param name="session">The session.</param>
    /// <param name="left">Takes the keys of those that ended for want of room; null: nobody asks.</param>
    /// <returns>The token of its cookie, which is kept nowhere here.</returns>
    public string Begin(ConsoleSession session, ICollection<string>? left = null)
    {
        var token = SessionToken.New();
        Keep(SessionToken.HashOf(token), session, left);
        return token;
    }

    /// <summary>Goes on here with a session that was begun at another node; null: it has ended meanwhile.</summary>
    /// <returns>The session that counts: of two clicks at once the first brings it.</returns>
    public ConsoleSession? Adopt(string key, ConsoleSession session)
    {
        if (!IsAlive(session, time.GetUtcNow()) || IsEnded(session))
        {
            return null;
        }

        lock (_gate)
        {
            if (!_sessions.ContainsKey(key))
            {
                Keep(key, session, null);
            }

            return _sessions[key];
        }
    }

    /// <summary>The live session of a cookie, which a click keeps alive; null: there is none.</summary>
    public ConsoleSession? Find(string token, bool isClick = true) => FindKept(SessionToken.HashOf(token), isClick);

    /// <summary>The live session that is kept under a key; null: there is none.</summary>
    /// <param name="key">The key.</param>
    /// <param name="isClick">Whether a person clicked.</param>
    /// <param name="seen">A click at another node; null: none is known.</param>
    public ConsoleSession? FindKept(string key, bool isClick = true, DateTimeOffset? seen = null)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            if (!_sessions.TryGetValue(key, out var session))
            {
                return null;
            }

            if (seen is { } elsewhere && elsewhere > session.LastSeen && elsewhere <= now)
            {
                session.LastSeen = elsewhere;
            }

            if (!IsAlive(session, now) || IsEnded(session))
            {
                _sessions.Remove(key);
                return null;
            }

            if (isClick)
            {
                session.LastSeen = now;
            }

            return session;
        }
    }

    /// <summary>Ends the session of a cookie.</summary>
    /// <returns>The session, when it was still alive.</returns>
    public ConsoleSession? End(string token) => EndKept(SessionToken.HashOf(token));

    /// <summary>Ends the session that is kept under a key.</summary>
    /// <returns>The session, when it was still alive.</returns>
    public ConsoleSession? EndKept(string key)
    {
        lock (_gate)
        {
            if (!_sessions.Remove(key, out var session))
            {
                return null;
            }

            session.End();
            return IsAlive(session, time.GetUtcNow()) ? session : null;
        }
    }

    /// <summary>
    /// Ends every session of a person at the identity provider, or those that came from one session there, that it had begun by a moment.
    /// </summary>
    /// <returns>How many ended.</returns>
    public int EndAll(string? subject, string? providerSession, DateTimeOffset moment) =>
        EndWhere(session =>
            session.Provider is { } provider
            && provider.IsBefore(moment, session.Begun)
            && ((subject is not null && provider.Subject == subject) || (providerSession is not null && provider.Id == providerSession))
        );

    /// <summary>Ends every session of a person by name, whoever signed them in; at once, on this node.</summary>
    /// <returns>How many ended.</returns>
    public int EndPerson(string person) => EndWhere(session => PersonName.AreSame(session.Caller.Person, person));

    private void Keep(string key, ConsoleSession session, ICollection<string>? left)
    {
        session.Watch(() => IsEnded(session));
        lock (_gate)
        {
            Sweep();
            MakeRoom(MostOfOne, known => known.Caller.Person == session.Caller.Person, left);
            MakeRoom(Most, static _ => true, left);
            _sessions[key] = session;
        }
    }

    private int EndWhere(Func<ConsoleSession, bool> ends)
    {
        lock (_gate)
        {
            var found = _sessions.Where(pair => ends(pair.Value)).Select(static pair => pair.Key).ToList();
            found.ForEach(Remove);
            return found.Count;
        }
    }

    // What runs in a session ends with this; not with idleness, of which whoever waits for a download is no case.
    private bool IsEnded(ConsoleSession session) =>
        time.GetUtcNow() - session.Begun >= options.Longest
        || ended?.IsOver(session.Caller.Person, session.Begun, session.Provider?.Subject, session.Provider?.Said) == true;

    private void Remove(string key)
    {
        if (_sessions.Remove(key, out var session))
        {
            session.End();
        }
    }

    private bool IsAlive(ConsoleSession session, DateTimeOffset now) =>
        now - session.LastSeen < options.Idle && now - session.Begun < options.Longest;

    private void Sweep()
    {
        var now = time.GetUtcNow();
        foreach (var key in _sessions.Where(pair => !IsAlive(pair.Value, now)).Select(static pair => pair.Key).ToList())
        {
            _sessions.Remove(key);
        }
    }

    private void MakeRoom(int most, Func<ConsoleSession, bool> counts, ICollection<string>? left)
    {
        var counted = _sessions.Where(pair => counts(pair.Value)).ToList();
        if (counted.Count >= most)
        {
            var idle = counted.MinBy(static pair => pair.Value.LastSeen).Key;
            Remove(idle);
            left?.Add(idle);
        }
    }
}
