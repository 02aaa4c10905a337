using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Admin.Clients;

/// <summary>
/// Says which tokens that were issued here are out for a client: from the records of the last minutes, since none lives for longer. Called by
/// the endpoints, for whoever stops somebody; each look is itself on record.
/// </summary>
internal sealed class ClientTokens(
    IAuditStore store,
    TrailSearch looks,
    WorkingSetSource sets,
    ISnapshotSource snapshots,
    TimeProvider time
)
{
    // A client that takes a token for each call has some hundred out. Security: its questions about tokens stand among them, as many as it may
    // ask in these minutes by default three times over, so that who floods the trail with them hides none.
    private const int Most = 40 * PageRequest.Most;

    // Records say the time of the node that issued.
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    /// <summary>The client's tokens that are not past their end, the newest first.</summary>
    public async Task<Outcome<TokenReport>> OfAsync(AdminCall call, string id)
    {
        var set = await sets.GetAsync(call.Cancelled);
        if (set.Find<Client>(RegistryKind.Client, id) is null)
        {
            return AdminProblem.NotFound("client");
        }

        await looks.RecordAsync(call, "audit.tokens", "client=" + id, null, null);
        var now = time.GetUtcNow();
        var (issued, isCut) = await WalkAsync(id, now, call.Cancelled);
        var snapshot = snapshots.Current;
        return new TokenReport(
            id,
            now,
            isCut,
            [
                .. issued
                    .Select(record => Shown(record, snapshot, now))
                    .Where(token => token.ExpiresAt > now)
                    // Others make up a task's id: it is for who may read tasks.
                    .Select(token => call.Caller.HasAny(AdminRoles.TaskReaders) ? token : token with { Task = null }),
            ]
        );
    }

    private async Task<(IReadOnlyList<AuditRecord> Issued, bool IsCut)> WalkAsync(
        string client,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var issued = new List<AuditRecord>();
        var query = new AuditQuery
        {
            Client = client,
            Kind = AuditKind.Auth,
            Decision = "permit",
            From = now - TokenIssue.LongestLife - Skew,
            Limit = PageRequest.Most,
        };
        for (var looked = 0; ; )
        {
            var page = await store.QueryAsync(query, cancellationToken);
            issued.AddRange(page.Entries.Select(static entry => entry.Read()).OfType<AuditRecord>().Where(TokenIssue.IsOne));
            looked += page.Entries.Count;
            if (page.Next is null || looked >= Most)
            {
                return (issued, page.Next is not null);
            }

            query = query with { Cursor = page.Next };
        }
    }

    private static LiveToken Shown(AuditRecord record, RegistrySnapshot snapshot, DateTimeOffset now)
    {
        var said = TokenIssue.Read(record);
        var token = new Caller
        {
            Issuer = record.Issuer ?? string.Empty,
            IssuerEnvironment = string.Empty,
            ClientId = record.IssuerClientId ?? string.Empty,
            Subject = record.Subject,
            Scopes = ScopeSet.Empty,
            IssuedAt = said.IssuedAt,
            ExpiresAt = said.ExpiresAt,
            TokenId = record.TokenId,
            TokenHash = record.TokenHash!,
            TokenTextHashes = said.TextHashes,
            ParentIds = said.ParentIds,
            ParentHashes = said.ParentHashes,
        };
        return new LiveToken(
            record.TokenId!,
            record.TokenHash!,
            said.IssuedAt,
            said.ExpiresAt,
            ShownScope(record.Scope),
            record.Purpose,
            record.Task,
            record.Binding,
            record.Rule is { } rule && rule.StartsWith("key/", StringComparison.Ordinal) ? rule[4..] : null,
            TokenQuestions.IsRevoked(snapshot, token),
            ClosedBy(token, record.Task, snapshot, now)?.Code,
            record.Id
        );
    }

    // A token that is not revoked is worth nothing all the same while its client's path, or its task, is closed.
    private static DenyReason? ClosedBy(Caller token, string? task, RegistrySnapshot snapshot, DateTimeOffset now)
    {
        if (TokenQuestions.Ask(snapshot, token.Issuer, token.ClientId, now, out var client) is { } closed)
        {
            return closed.Reason;
        }

        return task is not null && client is not null && TaskQuestions.Find(client, task, now) is null ? DenyReason.TaskNotOpen : null;
    }

    // A filter may name a patient, and who stops a client need not know whom: the record has all of it.
    private static string? ShownScope(string? scope) => scope is null ? null : string.Join(' ', scope.Split(' ').Select(ShownWord));

    private static string ShownWord(string word) => word.Split('?') is [var plain, _, ..] ? plain + "?…" : word;
}

/// <summary>Which tokens that were issued here are out for a client.</summary>
/// <param name="Client">The client.</param>
/// <param name="At">The moment that is told of, UTC. What was issued in the seconds before it may not have reached the trail's store yet.</param>
/// <param name="Truncated">Whether it has more than are told: these are its newest.</param>
/// <param name="Tokens">Those that are not past their end, the newest first.</param>
public sealed record TokenReport(string Client, DateTimeOffset At, bool Truncated, IReadOnlyList<LiveToken> Tokens);

/// <summary>A token that was issued here and is not past its end.</summary>
/// <param name="Id">Its <c>jti</c>, by which it can be revoked.</param>
/// <param name="Hash">SHA-256 of what was signed, as the trail has it; by this too.</param>
/// <param name="IssuedAt">When it was issued, UTC.</param>
/// <param name="ExpiresAt">When it ends, UTC; of one that a version before issued, at the latest.</param>
/// <param name="Scope">Its scopes; <c>?…</c> stands for a filter, which the record has.</param>
/// <param name="Purpose">Its purpose codes.</param>
/// <param name="Task">The task that it is for; absent: for none.</param>
/// <param name="Binding">How it is bound: <c>none</c>, <c>dpop</c>, <c>mtls</c>.</param>
/// <param name="Key">
/// By which of its keys the client got it: its thumbprint (RFC 7638), or <c>x5t:</c> and <c>tls:</c> of a certificate; absent: not recorded.
/// </param>
/// <param name="Revoked">Whether it is revoked: by itself, with what it came of, its subject, or all of its issuer before a moment.</param>
/// <param name="ClosedBy">Why it is worth nothing besides, such as that its client's path or its task is closed; absent: nothing does.</param>
/// <param name="Record">Id of the record of its issuance.</param>
public sealed record LiveToken(
    string Id,
    string Hash,
    DateTimeOffset IssuedAt,
    DateTimeOffset ExpiresAt,
    string? Scope,
    string? Purpose,
    string? Task,
    string? Binding,
    string? Key,
    bool Revoked,
    string? ClosedBy,
    Guid Record
);
