using System.Globalization;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Trail;

/// <summary>
/// Counts the requests of the trail for pictures and tables; each look is itself on record before its answer leaves, and what a page counts
/// again by itself is one.
/// </summary>
internal sealed class TrafficReports(
    IAuditStore store,
    SettledCounts settled,
    IAuditJournal journal,
    AdminJournal records,
    TrailNames names
)
{
    /// <summary>Counts what a query asks for.</summary>
    public async Task<Outcome<TrafficReport>> CountAsync(AdminCall call, TrafficQuery query)
    {
        if (query.ToStore().Failed(out var problem, out var counts))
        {
            return problem;
        }

        if (!query.IsGoingOn)
        {
            // A page counts several things at once: each record has an id of its own below the call's.
            var record = records.Create(call, "audit.count", "audit", Guid.CreateVersion7(), call.RequestId, AuditKind.AuditUse);
            record.Tenant = query.Tenant;
            record.Note = Describe(query);
            await journal.AppendAsync(record);
        }

        var rows = query.SettledBefore is { } border
            ? await settled.CountAsync(counts, border, call.Cancelled)
            : await store.CountAsync(counts, call.Cancelled);
        var asked = new TrailQuery
        {
            Client = query.Client,
            Tenant = query.Tenant,
            Organization = query.Organization,
        };
        if (rows.Count == 0 && await names.FindUnknownAsync(asked, call.Cancelled) is { } unknown)
        {
            return unknown;
        }

        return new TrafficReport(
            counts.From,
            counts.To,
            query.StepSeconds,
            query.By?.Split(',') ?? [],
            [.. rows.Select(static row => new TrafficCount(row.At, row.Values, row.Count))]
        );
    }

    private static string Describe(TrafficQuery query) =>
        string.Join(
            ' ',
            new (string Name, string? Value)[]
            {
                ("from", query.From?.ToString("O", CultureInfo.InvariantCulture)),
                ("to", query.To?.ToString("O", CultureInfo.InvariantCulture)),
                ("by", query.By),
                ("organization", query.Organization ?? (query.Organizations.Count > 0 ? string.Join(',', query.Organizations) : null)),
                ("client", query.Client),
                ("decision", query.Decision),
                ("reason", query.Reason),
                ("live", query.LiveFor is { } span ? $"{(int)span.TotalMinutes}m" : null),
            }
                .Where(static part => part.Value is not null)
                .Select(static part => $"{part.Name}={(part.Value!.Length <= 128 ? part.Value : part.Value[..128] + "…")}")
        );
}
