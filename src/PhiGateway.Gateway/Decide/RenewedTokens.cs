using System.Net;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Decide;

/// <summary>
/// Keeps, for answers that are running, the token with which the same client came since: a long file goes on under a renewed token when that
/// under which it began has ended. Told by Decide of every caller that is permitted something; asked by running answers. Thread-safe.
/// </summary>
/// <remarks>
/// Security: a renewed token is one that says the same in everything but its times and its names (who, for whom, for what, which scopes, how it
/// is proven), and that comes from the same address: who stole the first one gains nothing by its owner's next. Whether it is good is asked as of
/// any token. It knows of this node only, and of no caller who has no answer running here.
/// </remarks>
internal sealed class RenewedTokens
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Issuer, string ClientId), List<Running>> _running = [];
    private volatile int _count;

    /// <summary>Begins to wait for tokens like the one under which an answer runs, until it is disposed of.</summary>
    /// <param name="caller">Whose answer it is.</param>
    /// <param name="peer">The address that it goes to; null: it cannot be told, and no token comes from there.</param>
    public Running Begin(Caller caller, IPAddress? peer)
    {
        var running = new Running(this, caller, peer);
        lock (_gate)
        {
            var key = (caller.Issuer, caller.ClientId);
            (_running.TryGetValue(key, out var known) ? known : _running[key] = []).Add(running);
            _count++;
        }

        return running;
    }

    /// <summary>A caller came, and was permitted something.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="peer">The address that it came from.</param>
    public void Note(Caller caller, IPAddress? peer)
    {
        if (_count == 0 || peer is null)
        {
            return;
        }

        lock (_gate)
        {
            if (_running.TryGetValue((caller.Issuer, caller.ClientId), out var known))
            {
                foreach (var running in known)
                {
                    running.Take(caller, peer);
                }
            }
        }
    }

    /// <summary>Whether a token is the other one, renewed.</summary>
    /// <param name="renewed">The later one.</param>
    /// <param name="ended">The earlier one.</param>
    internal static bool IsRenewal(Caller renewed, Caller ended) =>
        renewed.ExpiresAt > ended.ExpiresAt
        && (ended.AuthenticatedAt is { } signedIn ? renewed.AuthenticatedAt >= signedIn : renewed.AuthenticatedAt is null)
        && string.Equals(renewed.Issuer, ended.Issuer, StringComparison.Ordinal)
        && string.Equals(renewed.IssuerEnvironment, ended.IssuerEnvironment, StringComparison.Ordinal)
        && string.Equals(renewed.ClientId, ended.ClientId, StringComparison.Ordinal)
        && string.Equals(renewed.Subject, ended.Subject, StringComparison.Ordinal)
        && string.Equals(renewed.Tenant, ended.Tenant, StringComparison.Ordinal)
        && string.Equals(renewed.Task, ended.Task, StringComparison.Ordinal)
        && string.Equals(renewed.Acr, ended.Acr, StringComparison.Ordinal)
        && renewed.PatientContext == ended.PatientContext
        && renewed.Binding == ended.Binding
        && renewed.HasUnknownPurpose == ended.HasUnknownPurpose
        && renewed.PurposeFromRegistry == ended.PurposeFromRegistry
        && renewed.IsSignInKnown == ended.IsSignInKnown
        && renewed.IsPersons == ended.IsPersons
        && renewed.Actors.SequenceEqual(ended.Actors, StringComparer.Ordinal)
        && new HashSet<PurposeOfUse>(renewed.Purposes).SetEquals(ended.Purposes)
        && AreSame(renewed.Scopes, ended.Scopes);

    private static bool AreSame(ScopeSet one, ScopeSet other) => Holds(one, other) && Holds(other, one);

    private static bool Holds(ScopeSet one, ScopeSet other) =>
        one.Scopes.All(scope => other.Scopes.Any(candidate => AreSame(scope, candidate)));

    private static bool AreSame(SmartScope one, SmartScope other) =>
        one.Level == other.Level
        && one.Types.Equals(other.Types)
        && one.Rights == other.Rights
        && one.Where.Count == other.Where.Count
        && one.Where.Zip(other.Where)
            .All(static pair =>
                pair.First.Parameter == pair.Second.Parameter
                && pair.First.IsDate == pair.Second.IsDate
                && pair.First.AnyOf.SequenceEqual(pair.Second.AnyOf)
            );

    private void End(Running running)
    {
        lock (_gate)
        {
            var key = (running.First.Issuer, running.First.ClientId);
            if (_running.TryGetValue(key, out var known) && known.Remove(running))
            {
                _count--;
                if (known.Count == 0)
                {
                    _running.Remove(key);
                }
            }
        }
    }

    /// <summary>One answer that is running, and the newest token for it.</summary>
    internal sealed class Running(RenewedTokens tokens, Caller first, IPAddress? peer) : IDisposable
    {
        private volatile Caller _newest = first;

        /// <summary>Under which it began.</summary>
        internal Caller First { get; } = first;

        /// <summary>The newest that came since; the first, when none did.</summary>
        internal Caller Newest => _newest;

        public void Dispose() => tokens.End(this);

        internal void Take(Caller caller, IPAddress from)
        {
            if (from.Equals(peer) && !ReferenceEquals(caller, _newest) && IsRenewal(caller, _newest))
            {
                _newest = caller;
            }
        }
    }
}
