using System.Runtime.CompilerServices;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Trail;

/// <summary>Hands out the whole result of a search, page by page; the export is on record before its first line leaves.</summary>
internal sealed class TrailExport(
    IAuditStore store,
    IAuditJournal journal,
    AdminJournal records,
    AdminOptions options,
    IPatientPseudonym? pseudonym = null
)
{
    /// <summary>Everything that a search finds, newest first, in as many reads of the store as it takes.</summary>
    /// <param name="call">The call.</param>
    /// <param name="query">The search; its page and limit do not count.</param>
    /// <param name="format">In which form it leaves, for the record.</param>
    public async Task<Outcome<TrailStream>> OpenAsync(AdminCall call, TrailQuery query, string format)
    {
        var whole = query with { Cursor = null, Limit = null };
        if (whole.ToStore(pseudonym, options.Names?.Tenants ?? new HashSet<string>()).Failed(out var problem, out var asked))
        {
            return problem;
        }

        var record = records.Create(call, "audit.export", "audit", call.RequestId, Guid.Empty, AuditKind.AuditUse);
        record.Tenant = query.Tenant == TrailQuery.Every ? null : query.Tenant;
        record.Patients = query.PatientId is { } patient ? [patient] : [];
        record.Note = $"format={format} {whole.Describe()}".TrimEnd();
        await journal.AppendAsync(record);
        return new TrailStream(cancellationToken => ReadAsync(asked with { Limit = PageRequest.Most }, cancellationToken));
    }

    private async IAsyncEnumerable<AuditEntry> ReadAsync(AuditQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = await store.QueryAsync(query, cancellationToken);
            foreach (var entry in page.Entries)
            {
                yield return entry;
            }

            if (page.Next is null)
            {
                yield break;
            }

            query = query with { Cursor = page.Next };
        }
    }
}

/// <summary>The whole result of a search, read as it is written.</summary>
/// <param name="ReadAsync">Reads it, once.</param>
internal sealed record TrailStream(Func<CancellationToken, IAsyncEnumerable<AuditEntry>> ReadAsync);
