using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;
using PhiGateway.RegistryFiles.Files;

namespace PhiGateway.Admin.Declarative;

/// <summary>
/// Tells what was changed in the registry, when and by whom, out of the trail, in which every change stands with what was there before it.
/// Takes a document and a time, answers page by page; the look is on record. Called by endpoints and console.
/// </summary>
/// <remarks>Of the documents of a registry file: tasks name patients, and keys are nobody's business.</remarks>
internal sealed class RegistryHistory(WorkingSetSource sets, IAuditStore trail, TrailSearch looks)
{
    /// <summary>What a name that is none of a document is told.</summary>
    internal const string Expected = "A document is expected, such as client/acme or use-case/lab-results.";

    // Entries of one page, records of one look at the store, and records that one call looks at before it hands on to the next.
    private const int OnePage = 50;
    private const int OneLook = 200;
    private const int MostLooked = 2000;
    private const string Intent = "intent: ";

    /// <summary>The kind and id that a document's name says; null: it is none of a registry file.</summary>
    public static (RegistryKind Kind, string Id)? Find(string document)
    {
        foreach (var (_, kind) in RegistryFile.Sections)
        {
            if (document.Length <= 256 && document.Split('/', 2) is [_, { Length: > 0 } id] && document == KindWord.Of(kind, id))
            {
                return (kind, id);
            }
        }

        return null;
    }

    /// <summary>One page.</summary>
    public async Task<Outcome<HistoryPage>> ListAsync(AdminCall call, HistoryQuery query)
    {
        if (query.Document is not null && Find(query.Document) is null)
        {
            return AdminProblem.BadParameter("document", Expected);
        }

        await looks.RecordAsync(call, "config.history", query.Document is { } one ? "document=" + one : string.Empty, null, null);
        var set = await sets.GetAsync(call.Cancelled);
        var asked = new AuditQuery
        {
            Kind = AuditKind.Admin,
            From = query.From,
            To = query.To,
            Cursor = query.Cursor,
            Limit = OneLook,
        };
        var (written, outcomes) = (new List<AuditRecord>(), new Dictionary<Guid, AuditRecord?>());
        for (var looked = 0; ; )
        {
            AuditPage page;
            try
            {
                page = await trail.QueryAsync(asked, call.Cancelled);
            }
            catch (AuditCursorException)
            {
                return AdminProblem.BadParameter("cursor", "it does not belong to this list.");
            }

            looked += page.Entries.Count;
            foreach (var record in page.Entries.Select(static entry => entry.Read()).OfType<AuditRecord>())
            {
                if (record is { Revision: > 0, Status: 200, Before: null, After: null })
                {
                    outcomes.TryAdd(record.ParentId, record);
                }
                else if (record.Target is { } target && IsAsked(query, target) && (record.Before ?? record.After) is not null)
                {
                    written.Add(record);
                }
            }

            if (page.Next is null || written.Count >= OnePage || looked >= MostLooked)
            {
                return new HistoryPage(await EntriesAsync(set, written, outcomes, call.Cancelled), page.Next);
            }

            asked = asked with { Cursor = page.Next };
        }
    }

    private static bool IsAsked(HistoryQuery query, string target) =>
        query.Document is { } document ? document == target : Find(target) is not null;

    // An intent whose outcome says that nothing was written was no change.
    private async Task<List<HistoryEntry>> EntriesAsync(
        WorkingSet set,
        List<AuditRecord> written,
        Dictionary<Guid, AuditRecord?> outcomes,
        CancellationToken cancellationToken
    )
    {
        var (entries, newer) = (new List<HistoryEntry>(), new Dictionary<string, long>(StringComparer.Ordinal));
        var seen = new HashSet<(Guid, string)>();
        foreach (var record in written)
        {
            // Of an act that was tried more than once the last try was written; it comes first here.
            var target = record.Target!;
            if (await OutcomeOfAsync(record, outcomes, cancellationToken) is not { } outcome || !seen.Add((outcome.ParentId, target)))
            {
                continue;
            }

            entries.Add(Of(set, record, outcome.Revision, newer.GetValueOrDefault(target, long.MaxValue)));
            newer[target] = outcome.Revision;
        }

        return entries;
    }

    // Beside it on the page; else below the act that it belongs to, which may have been tried more than once. Null is kept too: of an act of
    // many documents that was not written, each would have the whole act read again.
    private async Task<AuditRecord?> OutcomeOfAsync(
        AuditRecord record,
        Dictionary<Guid, AuditRecord?> outcomes,
        CancellationToken cancellationToken
    )
    {
        var first = record.ParentId == Guid.Empty ? record.Id : record.ParentId;
        var act = first;
        for (var step = 0; step < 2; step++)
        {
            if (outcomes.TryGetValue(act, out var known))
            {
                return outcomes[first] = known;
            }

            var family = (await TrailFamily.ReadAsync(trail, act, cancellationToken))
                .Entries.Select(static entry => entry.Read())
                .OfType<AuditRecord>()
                .ToList();
            var outcome = family.Find(one => one is { Revision: > 0, Status: 200, Before: null, After: null } && one.ParentId == act);
            if (outcome is not null)
            {
                return outcomes[first] = outcomes[act] = outcome;
            }

            if (family.Find(one => one.Id == act) is not { } head || head.ParentId == Guid.Empty)
            {
                break;
            }

            act = head.ParentId;
        }

        return outcomes[first] = null;
    }

    private static HistoryEntry Of(WorkingSet set, AuditRecord record, long revision, long nextRevision)
    {
        var (before, after) = (Parse(record.Before), Parse(record.After));
        var action = (before, after) switch
        {
            (null, _) => "create",
            (_, null) => "delete",
            _ => "update",
        };
        return new HistoryEntry(
            record.Id,
            record.Time,
            record.Actor,
            record.Event,
            record.Target!,
            action,
            revision,
            record.Note?.StartsWith(Intent, StringComparison.Ordinal) == true ? record.Note[Intent.Length..] : null,
            DocumentDiff.Of(before, after),
            ApproverOf(set, record, revision, nextRevision)
        );
    }

    // By the revision that an approval was given on: its own row is written again, as when a task of the client goes.
    private static string? ApproverOf(WorkingSet set, AuditRecord record, long revision, long nextRevision)
    {
        if (Find(record.Target!) is not (RegistryKind.Client, var client))
        {
            return null;
        }

        return record.Event == ClientApproval.Event
            ? record.Actor
            : set.ApprovalsOf(client)
                .Select(approval => (approval.ApprovedBy, Seen: AuthorNote.Seen(set.Find(RegistryKind.Approval, approval.Id)!.Item)))
                .Where(pair => pair.Seen >= revision && pair.Seen < nextRevision)
                .OrderBy(static pair => pair.Seen)
                .Select(static pair => pair.ApprovedBy)
                .FirstOrDefault();
    }

    private static JsonNode? Parse(string? json)
    {
        try
        {
            return json is null ? null : JsonNode.Parse(json);
        }
        catch (JsonException)
        {
            // What stands there is shown as it is.
            return JsonValue.Create(json);
        }
    }
}
