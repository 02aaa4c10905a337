using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Trail;

/// <summary>
/// Answers in one call which patients and records a token, a credential, an actor of a delegation, a client or an organization touched; on
/// record before it looks.
/// </summary>
/// <remarks>
/// By client and by credential it walks the client's own records. By anything else it walks every record between the two moments: whom a
/// use case belonged to then is only said by the records of then, and a token, a certificate or an actor may have been anybody's.
/// </remarks>
internal sealed class ReachSearch(IAuditStore store, IAuditJournal journal, AdminJournal records, WorkingSetSource sets, TrailNames names)
{
    /// <summary>The whole of it, or a refusal; never a part.</summary>
    public async Task<Outcome<ReachReport>> FindAsync(AdminCall call, ReachQuery query)
    {
        if (query.From >= query.To)
        {
            return AdminProblem.Invalid("/to", "invalid", "It must be after 'from'.");
        }

        string?[] given = [query.Token, query.Credential, query.Certificate, query.Through, query.Client, query.Organization];
        if (given.Count(static one => !string.IsNullOrEmpty(one)) != 1)
        {
            return AdminProblem.Invalid(
                string.Empty,
                "required",
                "Exactly one of token, credential, certificate, through, client and organization is expected."
            );
        }

        if ((await WhoAsync(query, call.Cancelled)).Failed(out var problem, out var who))
        {
            return problem;
        }

        var record = records.Create(call, "audit.reach", "audit", call.RequestId, Guid.Empty, AuditKind.AuditUse);
        record.Tenant = query.Tenant;
        record.Note = $"{who.Subject} from={query.From.UtcDateTime:O} to={query.To.UtcDateTime:O}";
        await journal.AppendAsync(record);

        var fold = new ReachFold();
        var asked = new AuditQuery
        {
            From = query.From,
            To = query.To,
            Client = who.Client,
            Tenant = query.Tenant,
        };
        await foreach (var (entry, found) in TrailWalk.AllAsync(store, asked, call.Cancelled))
        {
            fold.Note(found);
            if (who.Matches(found))
            {
                fold.Add(entry, found);
            }

            if (fold.IsTooLarge)
            {
                return AdminProblem.Conflict(
                    "answer-too-large",
                    $"More than {ReachFold.MostPairs} resources were touched; nothing of it is shown, since a part would mislead. Ask for shorter times."
                );
            }
        }

        // That nobody did anything is an answer about somebody who is known.
        var report = fold.Report(who.Subject, query) with
        {
            AlsoThrough = HopsOf(await sets.GetAsync(call.Cancelled), query),
        };
        var named = new TrailQuery
        {
            Client = query.Client,
            Organization = query.Organization,
            Tenant = query.Tenant,
        };
        return report is { Records: 0, Refused: 0 } && await names.FindUnknownAsync(named, call.Cancelled) is { } unknown
            ? unknown
            : report;
    }

    private async Task<Outcome<Who>> WhoAsync(ReachQuery query, CancellationToken cancellationToken)
    {
        var set = await sets.GetAsync(cancellationToken);
        if (query.Client is { Length: > 0 } client)
        {
            // A client that was removed still stands in its records.
            return new Who($"client/{client}", client, static _ => true);
        }

        if (query.Credential is { Length: > 0 } id)
        {
            return set.Find<Credential>(RegistryKind.Credential, id) is { } credential && CredentialRecords.Of(credential) is { } matches
                ? new Who($"credential/{id}", credential.Client, matches)
                : AdminProblem.Invalid("/credential", "unknown", "There is no such credential of a kind that callers are recognised by.");
        }

        if (query.Certificate is { Length: > 0 } hash)
        {
            return IsHash(hash)
                ? new Who("certificate", null, found => string.Equals(found.Certificate, hash, StringComparison.OrdinalIgnoreCase))
                : AdminProblem.Invalid("/certificate", "invalid", "The SHA-256 of a certificate is expected: 64 hexadecimal digits.");
        }

        if (query.Through is { Length: > 0 } actor)
        {
            return new Who($"actor/{actor}", null, found => found.Actors.Contains(actor, StringComparer.Ordinal));
        }

        if (query.Organization is { Length: > 0 } organization)
        {
            return new Who($"organization/{organization}", null, found => found.Organization == organization);
        }

        var token = query.Token!;
        return new Who(
            "token",
            null,
            found => found.TokenId == token || string.Equals(found.TokenHash, token, StringComparison.OrdinalIgnoreCase)
        );
    }

    // Under which names it may stand in the chains of others (RFC 8693 act), whose records are not walked here.
    private static IReadOnlyList<string>? HopsOf(WorkingSet set, ReachQuery query)
    {
        var names = set.All<Credential>(RegistryKind.Credential)
            .Where(credential => credential.ClientId is not null && IsOf(set, credential, query))
            .Select(static credential => credential.ClientId!)
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToList();
        return names.Count == 0 ? null : names;
    }

    private static bool IsOf(WorkingSet set, Credential credential, ReachQuery query) =>
        query switch
        {
            { Client: { Length: > 0 } client } => credential.Client == client,
            { Credential: { Length: > 0 } id } => credential.Id == id,
            { Organization: { Length: > 0 } organization } => set.Find<Client>(RegistryKind.Client, credential.Client) is { } client
                && set.Find<UseCase>(RegistryKind.UseCase, client.UseCase)?.Organization == organization,
            _ => false,
        };

    private static bool IsHash(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigit);

    private sealed record Who(string Subject, string? Client, Func<AuditRecord, bool> Matches);
}
