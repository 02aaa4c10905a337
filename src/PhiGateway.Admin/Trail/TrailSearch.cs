using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;

namespace PhiGateway.Admin.Trail;

/// <summary>Searches the audit trail; each search is itself on record before a line of its answer leaves.</summary>
internal sealed class TrailSearch(
    IAuditStore store,
    IAuditJournal journal,
    AdminJournal records,
    Func<string, string, string>? pseudonym = null
)
{
    // A decision and what belongs to it: intent, outcome, deliveries.
    private const int MaxChildren = PageLimit.Most;

    public async Task<IResult> GetAsync(HttpContext context) =>
        TrailQueryReader.Read(context).Failed(out var problem, out var query) ? problem : await SearchAsync(context, query, linkNext: true);

    public async Task<IResult> PostAsync(HttpContext context) =>
        (await VerbBody.ReadAsync<TrailQuery>(context)).Failed(out var problem, out var query)
            ? problem
            : await SearchAsync(context, query, linkNext: false);

    public async Task<IResult> ReadAsync(HttpContext context, string id)
    {
        if (!Guid.TryParseExact(id, "D", out var guid))
        {
            return AdminProblem.NotFound("record");
        }

        await RecordAsync(context, "audit.read", "id=" + guid.ToString("D"), null, null);
        var page = await store.QueryAsync(new AuditQuery { Id = guid, Limit = MaxChildren }, context.RequestAborted);
        var record = page.Entries.FirstOrDefault(entry => entry.Id == guid);
        if (record is null)
        {
            return AdminProblem.NotFound("record");
        }

        var children = new JsonArray([
            .. page
                .Entries.Where(entry => entry.Id != guid)
                .OrderBy(static entry => entry.Time)
                .ThenBy(static entry => entry.Sequence)
                .Select(static entry => (JsonNode)Render(entry)),
        ]);
        return Json(new JsonObject { ["record"] = Render(record), ["children"] = children });
    }

    private async Task<IResult> SearchAsync(HttpContext context, TrailQuery query, bool linkNext)
    {
        if (query.ToStore(pseudonym).Failed(out var problem, out var asked))
        {
            return problem;
        }

        await RecordAsync(context, "audit.search", query.Describe(), query.Tenant, query.Patient);
        AuditPage page;
        try
        {
            page = await store.QueryAsync(asked, context.RequestAborted);
        }
        catch (ArgumentException)
        {
            return AdminProblem.BadParameter("cursor", "it does not belong to this list.");
        }

        var body = new JsonObject { ["items"] = new JsonArray([.. page.Entries.Select(static entry => (JsonNode)Render(entry))]) };
        if (page.Next is { } next)
        {
            body["next_cursor"] = next;
            if (linkNext)
            {
                PageLink.Write(context, next);
            }
        }

        return Json(body);
    }

    // Who looks into the trail is looked at too: durable before the answer.
    private async Task RecordAsync(HttpContext context, string @event, string note, string? tenant, string? patient)
    {
        var record = records.Create(context, @event, "audit", RequestId.GuidOf(context), Guid.Empty, AuditKind.AuditUse);
        record.Tenant = tenant;
        record.Patients = patient is null ? [] : [patient];
        record.Note = note;
        await journal.AppendAsync(record);
    }

    private static JsonObject Render(AuditEntry entry) =>
        new()
        {
            ["log"] = entry.Log,
            ["sequence"] = entry.Sequence,
            ["chain_hash"] = Convert.ToHexStringLower(entry.ChainHash.Span),
            ["record"] = ReadBody(entry.Body.Span),
        };

    private static JsonNode? ReadBody(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonNode.Parse(body);
        }
        catch (JsonException)
        {
            // Stored bytes are shown as they are, even when they should not be like that.
            return Convert.ToBase64String(body);
        }
    }

    private static AdminResult Json(JsonObject body) => new(StatusCodes.Status200OK, Encoding.UTF8.GetBytes(body.ToJsonString()));
}
