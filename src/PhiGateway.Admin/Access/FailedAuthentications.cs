using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Http;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Identity.Tokens;

namespace PhiGateway.Admin.Access;

/// <summary>
/// Counts failed authentications per minute: a few are journaled one by one, the rest are counted, and a noisy peer is told to wait.
/// </summary>
/// <remarks>
/// A good credential is never refused because of somebody else's bad ones: the limit changes the refusal only (few false tokens of an issuer
/// are verified, see <see cref="OidcAuthenticator"/>). Of IPv6 a network of /64 is
/// one peer, as everywhere where strangers are counted. Thread-safe.
/// </remarks>
internal sealed class FailedAuthentications(
    IAuditJournal journal,
    AdminOptions options,
    TimeProvider time,
    ILogger<FailedAuthentications> log
)
{
    // A person mistypes a few times a minute; anything above is a script.
    internal const int PerPeer = 10;

    // Bounds what an unauthenticated peer can make the journal hold.
    internal const int JournaledPerMinute = 60;

    // Bounds the memory of one minute; further peers share one bucket.
    private const int MaxPeers = 1024;

    private const string Others = "others";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _peers = new(StringComparer.Ordinal);
    private long _minute;
    private int _total;

    /// <summary>Records one failure and says what to answer.</summary>
    public AdminProblem Record(HttpContext context, string why)
    {
        var now = time.GetUtcNow();
        var peer = PeerNetwork.Of(context.Connection.RemoteIpAddress);
        int count;
        int total;
        lock (_lock)
        {
            var minute = now.ToUnixTimeSeconds() / 60;
            if (minute != _minute)
            {
                if (_total > JournaledPerMinute)
                {
                    AdminLog.FailedAuthenticationsFolded(log, _total - JournaledPerMinute);
                }

                _minute = minute;
                _total = 0;
                _peers.Clear();
            }

            var bucket = _peers.ContainsKey(peer) || _peers.Count < MaxPeers ? peer : Others;
            count = _peers[bucket] = _peers.GetValueOrDefault(bucket) + 1;
            total = ++_total;
        }

        // Nobody looked at the credential: it is not said to be wrong.
        var isLate = count > PerPeer || why == FalseTokens.Budget;
        if (total <= JournaledPerMinute)
        {
            // Nothing is released to a caller who failed, so nobody waits for this record.
            journal.TryAppend(
                new AuditRecord
                {
                    Id = RequestId.GuidOf(context),
                    Kind = AuditKind.Auth,
                    Event = "admin.authenticate",
                    Time = now,
                    Decision = "deny",
                    Reason = why,
                    Peer = context.Connection.RemoteIpAddress?.ToString(),
                    Method = context.Request.Method.Length <= 16 ? context.Request.Method : null,
                    Status = isLate ? 429 : 401,
                    Note = total == JournaledPerMinute ? "Further failures of this minute are counted, not recorded." : null,
                }
            );
        }

        if (!isLate)
        {
            return AdminProblem.Unauthenticated;
        }

        if (why != FalseTokens.Budget)
        {
            options.CountExhausted("admin-failures");
        }

        return AdminProblem.TooManyFailures;
    }
}
