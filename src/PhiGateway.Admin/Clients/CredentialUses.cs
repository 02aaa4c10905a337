using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Clients;

/// <summary>
/// Says of each credential of a client when it was last used, from the trail: during an overlap, whether the new one has taken over and the
/// old one may go. Called by the endpoints; each look is itself on record.
/// </summary>
internal sealed class CredentialUses(IAuditStore store, TrailSearch looks, WorkingSetSource sets)
{
    // Of a busy client some minutes; what was not used among so many is seldom used at least.
    private const int Most = 10 * PageRequest.Most;

    /// <summary>Looks at the client's newest records until each of its credentials was met.</summary>
    public async Task<Outcome<CredentialUseReport>> OfAsync(AdminCall call, string id)
    {
        var set = await sets.GetAsync(call.Cancelled);
        if (set.Find<Client>(RegistryKind.Client, id) is null)
        {
            return AdminProblem.NotFound("client");
        }

        await looks.RecordAsync(call, "audit.credential-uses", "client=" + id, null, null);
        var open = new Dictionary<string, Func<AuditRecord, bool>>(StringComparer.Ordinal);
        var credentials = set.CredentialsOf(id).ToList();
        foreach (var credential in credentials)
        {
            if (CredentialRecords.OfUse(credential) is { } matches)
            {
                open[credential.Id] = matches;
            }
        }

        var known = open.Keys.ToHashSet(StringComparer.Ordinal);
        var found = new Dictionary<string, AuditRecord>(StringComparer.Ordinal);
        var (looked, since) = await WalkAsync(id, open, found, call.Cancelled);
        return new CredentialUseReport(
            id,
            looked,
            since,
            [
                .. credentials.Select(credential =>
                {
                    var last = found.GetValueOrDefault(credential.Id);
                    return new CredentialUse(
                        credential.Id,
                        credential.Kind,
                        known.Contains(credential.Id),
                        last?.Time,
                        last?.Id,
                        credential.OverlapUntil
                    );
                }),
            ]
        );
    }

    private async Task<(int Looked, DateTimeOffset? Since)> WalkAsync(
        string client,
        Dictionary<string, Func<AuditRecord, bool>> open,
        Dictionary<string, AuditRecord> found,
        CancellationToken cancellationToken
    )
    {
        var (looked, since) = (0, (DateTimeOffset?)null);
        var query = new AuditQuery { Client = client, Limit = PageRequest.Most };
        while (open.Count > 0 && looked < Most)
        {
            var page = await store.QueryAsync(query, cancellationToken);
            foreach (var record in page.Entries.Select(static entry => entry.Read()).OfType<AuditRecord>())
            {
                looked++;
                since = record.Time;
                foreach (var (id, matches) in open.ToList())
                {
                    if (matches(record))
                    {
                        found[id] = record;
                        _ = open.Remove(id);
                    }
                }
            }

            if (page.Next is null)
            {
                break;
            }

            query = query with { Cursor = page.Next };
        }

        return (looked, since);
    }
}

/// <summary>When each credential of a client was last used.</summary>
/// <param name="Client">The client.</param>
/// <param name="Records">How many of its newest records were looked at.</param>
/// <param name="Since">The oldest of them; absent: it has none.</param>
/// <param name="Credentials">Its credentials.</param>
public sealed record CredentialUseReport(string Client, int Records, DateTimeOffset? Since, IReadOnlyList<CredentialUse> Credentials);

/// <summary>When one credential was last used.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="IsRecorded">Whether records tell it from others; false: nobody knows here.</param>
/// <param name="LastUsed">When; absent: not among the records that were looked at.</param>
/// <param name="Record">Id of that record.</param>
/// <param name="OverlapUntil">Until when it is honoured beside a newer one; absent: it is the newest.</param>
public sealed record CredentialUse(
    string Id,
    CredentialKind Kind,
    bool IsRecorded,
    DateTimeOffset? LastUsed,
    Guid? Record,
    DateTimeOffset? OverlapUntil
);
