using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Revocations;
using PhiGateway.Console.Configuration;

namespace PhiGateway.Console.Sessions;

/// <summary>
/// Keeps the sessions of this node; bounded, and each ends by idleness, by age, by its person, by the identity provider or by a revocation
/// of the person.
/// </summary>
/// <remarks>Thread-safe. A session is of one node: behind a balancer the console is pinned to a node, and ends with it.</remarks>
internal sealed class ConsoleSessions(ConsoleOptions options, TimeProvider time, PersonSessions? ended = null)
{
    // More than a hospital has at work at once; who comes then ends the session that was idle longest.
    internal const int Most = 500;

    // Of one person: a desk, a laptop, a forgotten browser or two.
    internal const int MostOfOne = 5;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, ConsoleSession> _sessions = new(StringComparer.Ordinal);

    /// <summary>Begins a session.</summary>
    /// <returns>The token of its cookie, which is kept nowhere here.</returns>
    public string Begin(ConsoleSession session)
    {
        var token = SessionToken.New();
        session.Watch(() => IsEnded(session));
        lock (_gate)
        {
            Sweep();
            MakeRoom(MostOfOne, known => known.Caller.Person == session.Caller.Person);
            MakeRoom(Most, static _ => true);
            _sessions[SessionToken.HashOf(token)] = session;
        }

        return token;
    }

    /// <summary>The live session of a cookie, which a click keeps alive; null: there is none.</summary>
    public ConsoleSession? Find(string token, bool isClick = true)
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            var key = SessionToken.HashOf(token);
            if (!_sessions.TryGetValue(key, out var session))
            {
                return null;
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

    /// <summary>Ends every session of a person at the identity provider, or those that came from one session there.</summary>
    /// <returns>How many ended.</returns>
    public int EndAll(string? subject, string? providerSession) =>
        EndWhere(session =>
            session.Provider is { } provider
            && ((subject is not null && provider.Subject == subject) || (providerSession is not null && provider.Id == providerSession))
        );

    /// <summary>Ends every session of a person by name, whoever signed them in; at once, on this node.</summary>
    /// <returns>How many ended.</returns>
    public int EndPerson(string person) => EndWhere(session => PersonName.AreSame(session.Caller.Person, person));

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
        time.GetUtcNow() - session.Begun >= options.Longest || ended?.IsOver(session.Caller.Person, session.Begun) == true;

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

    private void MakeRoom(int most, Func<ConsoleSession, bool> counts)
    {
        var counted = _sessions.Where(pair => counts(pair.Value)).ToList();
        if (counted.Count >= most)
        {
            Remove(counted.MinBy(static pair => pair.Value.LastSeen).Key);
        }
    }
}
