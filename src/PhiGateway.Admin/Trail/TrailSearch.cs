using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Trail;

/// <summary>Searches the audit trail; each search is itself on record before a line of its answer leaves.</summary>
internal sealed class TrailSearch(
    IAuditStore store,
    IAuditJournal journal,
    AdminJournal records,
    TrailNames names,
    TrailProofs proofs,
    IPatientPseudonym? pseudonym = null
)
{
    // Rows that one call looks at where only their bodies tell whether they fit: the next page goes on behind them.
    private const int MostLooked = 5000;

    // Records of bulk exports are large: a page ends with them before it is full, and the next one begins behind them.
    private const long MostPageBytes = 8 * 1024 * 1024;

    /// <summary>One record and those that belong to it.</summary>
    public async Task<Outcome<JsonObject>> ReadAsync(AdminCall call, string id)
    {
        if ((await FindAsync(call, id)).Failed(out var problem, out var found))
        {
            return problem;
        }

        var children = new JsonArray([.. found.Others.Select(static entry => (JsonNode)Render(entry))]);
        var body = new JsonObject { ["record"] = Render(found.Record), ["children"] = children };
        if (found.Twins.Count > 0)
        {
            body["twins"] = new JsonArray([.. found.Twins.Select(static entry => (JsonNode)Render(entry))]);
        }

        if (found.IsCut)
        {
            body["truncated"] = true;
        }

        return body;
    }

    /// <summary>The same as the store has it, for whoever holds it against the log.</summary>
    internal async Task<Outcome<FoundRecord>> FindAsync(AdminCall call, string id)
    {
        if (!Guid.TryParseExact(id, "D", out var guid))
        {
            return AdminProblem.NotFound("record");
        }

        await RecordAsync(call, "audit.read", "id=" + guid.ToString("D"), null, null);
        var family = await TrailFamily.ReadAsync(store, guid, call.Cancelled);
        if (proofs.Choose(family, guid) is not { } chosen)
        {
            return family.IsCut ? TrailFamily.TooMany : AdminProblem.NotFound("record");
        }

        var children = family.Entries.Where(entry => entry.Id != guid);
        var entries = await TrailDelivery.WithAsync(store, [chosen.Record, .. children], call.Cancelled);
        return new FoundRecord(
            chosen.Record,
            [.. entries.Where(entry => entry.Id != guid).OrderBy(static entry => entry.Time).ThenBy(static entry => entry.Sequence)],
            family.IsCut
        )
        {
            Twins = chosen.Twins,
        };
    }

    /// <summary>One page of records, newest first.</summary>
    public async Task<Outcome<TrailPage>> SearchAsync(AdminCall call, TrailQuery query)
    {
        if ((await BeginAsync(call, query, "audit.search")).Failed(out var problem, out var asked))
        {
            return problem;
        }

        TrailNarrowing? narrowing = null;
        if (TrailNarrowing.IsAsked(query) && (await names.NarrowAsync(query, call.Cancelled)).Failed(out problem, out narrowing))
        {
            return problem;
        }

        AuditPage page;
        try
        {
            page = narrowing is null ? await PageAsync(asked, call.Cancelled) : await NarrowAsync(asked, narrowing, call.Cancelled);
        }
        catch (AuditCursorException)
        {
            return AdminProblem.BadParameter("cursor", "it does not belong to this list.");
        }

        if (
            page is { Entries.Count: 0, Next: null }
            && query.Cursor is null
            && await names.FindUnknownAsync(query, call.Cancelled) is { } unknown
        )
        {
            return unknown;
        }

        // What a delivery says of itself, not what the search asks of decisions, lets it in.
        var entries =
            query is { Id: not null, Cursor: null, Kind: null, Decision: null, Reason: null, Actor: null, IsOfRequest: false }
            && narrowing is null
                ? await TrailDelivery.WithAsync(store, page.Entries, call.Cancelled)
                : page.Entries;
        var body = new JsonObject { ["items"] = new JsonArray([.. entries.Select(static entry => (JsonNode)Render(entry))]) };
        if (page.Next is { } next)
        {
            body["next_cursor"] = next;
        }

        return new TrailPage(body, page.Next);
    }

    // One page as it was asked for, or a shorter one with a next one where it would be too large.
    private async Task<AuditPage> PageAsync(AuditQuery asked, CancellationToken cancellationToken)
    {
        var found = new List<AuditEntry>();
        var (query, bytes) = (asked, 0L);
        while (true)
        {
            var page = await store.QueryAsync(
                query with
                {
                    Limit = Math.Min(TrailFamily.Rows, asked.Limit - found.Count),
                },
                cancellationToken
            );
            found.AddRange(page.Entries);
            bytes += page.Entries.Sum(static entry => (long)entry.Body.Length);
            if (page.Next is null || found.Count >= asked.Limit || bytes >= MostPageBytes)
            {
                return new AuditPage(found, page.Next);
            }

            query = query with { Cursor = page.Next };
        }
    }

    // The first page on which anything fits, or an empty one with a next one where many rows were looked at in vain.
    private async Task<AuditPage> NarrowAsync(AuditQuery asked, TrailNarrowing narrowing, CancellationToken cancellationToken)
    {
        for (var looked = 0; ; )
        {
            var page = await PageAsync(asked, cancellationToken);
            looked += page.Entries.Count;
            List<AuditEntry> fit = [.. page.Entries.Where(narrowing.Covers)];
            if (fit.Count > 0 || page.Next is null || looked >= MostLooked)
            {
                return new AuditPage(fit, page.Next);
            }

            asked = asked with { Cursor = page.Next };
        }
    }

    /// <summary>Reads what is asked for and puts it on record, durably; nothing may be shown before.</summary>
    public async Task<Outcome<AuditQuery>> BeginAsync(AdminCall call, TrailQuery query, string @event, string? note = null)
    {
        IReadOnlyCollection<string> tenants = [];
        if (query.Tenant == TrailQuery.Every)
        {
            if ((await names.TenantsAsync("tenant", call.Cancelled)).Failed(out var refused, out var every))
            {
                return refused;
            }

            tenants = every;
        }

        if (query.ToStore(pseudonym, tenants).Failed(out var problem, out var asked))
        {
            return problem;
        }

        // Within each tenant that was looked into, so that the patient's own trail has it everywhere.
        var isFirst = true;
        foreach (var tenant in tenants.Cast<string?>().DefaultIfEmpty(query.Tenant))
        {
            var words = note is null ? query.Describe() : $"{query.Describe()} {note}".TrimStart();
            await RecordAsync(call, @event, words, tenant, query.PatientId, isFirst);
            isFirst = false;
        }

        return asked;
    }

    /// <summary>Who looks into the trail is looked at too: durable before the answer.</summary>
    public async Task RecordAsync(AdminCall call, string @event, string note, string? tenant, string? patient, bool isFirst = true)
    {
        var parent = isFirst ? Guid.Empty : call.RequestId;
        var record = records.Create(call, @event, "audit", isFirst ? call.RequestId : Guid.CreateVersion7(), parent, AuditKind.AuditUse);
        record.Tenant = tenant;
        record.Patients = patient is null ? [] : [patient];
        record.Note = note;
        await journal.AppendAsync(record);
    }

    /// <summary>One record with its place, as every answer shows it.</summary>
    public static JsonObject Render(AuditEntry entry)
    {
        // Of what has no content any more, and of a body that is no record, what it is filed under.
        var body = entry.IsDestroyed ? null : ReadBody(entry.Body.Span);
        var shown = new JsonObject
        {
            ["log"] = entry.Log,
            ["sequence"] = entry.Sequence,
            ["chain_hash"] = Convert.ToHexStringLower(entry.ChainHash.Span),
            ["record"] = body ?? ReadBody((Enum.IsDefined(entry.Kind) ? entry : entry with { Kind = AuditKind.System }).Remains().Span),
        };
        if (entry.IsDestroyed)
        {
            shown[entry.IsKeyMissing ? "key_missing" : "destroyed"] = true;
        }

        if (entry.Unreadable is { } columns)
        {
            shown["unreadable"] = columns;
        }
        else if (body is null && !entry.IsDestroyed)
        {
            shown["unreadable"] = "body";
        }

        return shown;
    }

    private static JsonObject? ReadBody(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>One page of the trail.</summary>
/// <param name="Body">The page with its cursor.</param>
/// <param name="Next">Where the next page begins; null: this is the last.</param>
internal sealed record TrailPage(JsonObject Body, string? Next);

/// <summary>One record and those that belong to it.</summary>
/// <param name="Record">The record.</param>
/// <param name="Others">Those that belong to it, oldest first.</param>
/// <param name="IsCut">Whether more belong to it.</param>
internal sealed record FoundRecord(AuditEntry Record, IReadOnlyList<AuditEntry> Others, bool IsCut)
{
    /// <summary>Other rows of the record's id: at most one of all of them was written by a node.</summary>
    public IReadOnlyList<AuditEntry> Twins { get; init; } = [];
}
