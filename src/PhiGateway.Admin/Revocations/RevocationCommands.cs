using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Revocations;

/// <summary>Revokes anything that can be revoked, lists what was, and lifts what was revoked by mistake.</summary>
internal sealed class RevocationCommands(RegistryEditor editor, IRegistryStore store, IRegistryRules rules, TimeProvider time)
{
    // What the store is asked for when one row is looked for by its id.
    private const int LookBack = 10_000;

    public async Task<IResult> RevokeAsync(HttpContext context)
    {
        if ((await VerbBody.ReadAsync<RevokeBody>(context)).Failed(out var problem, out var body))
        {
            return problem;
        }

        if (VerbBody.RequireReason(body.Reason) is { } missing)
        {
            return missing;
        }

        var now = time.GetUtcNow();
        if (RevokeBodyRules.Check(body, now) is { Count: > 0 } findings)
        {
            return AdminProblem.Invalid(findings);
        }

        var issuedBefore = body.Target == RevocationTarget.IssuedBefore ? body.IssuedBefore ?? now : (DateTimeOffset?)null;
        var row = new Revocation(
            Guid.CreateVersion7(now).ToString(),
            body.Target!.Value,
            body.Value ?? "*",
            body.Issuer,
            issuedBefore,
            body.Reason!,
            AdminCaller.Of(context).Person,
            now
        );
        return await WriteAsync(context, "revocation.create", row, StatusCodes.Status201Created);
    }

    public async Task<IResult> LiftAsync(HttpContext context, string id)
    {
        if ((await VerbBody.ReadAsync<ReasonBody>(context)).Failed(out var problem, out var body))
        {
            return problem;
        }

        if (VerbBody.RequireReason(body.Reason) is { } missing)
        {
            return missing;
        }

        var row = (await store.ListRevocationsAsync(LookBack, context.RequestAborted)).FirstOrDefault(found => found.Id == id);
        if (row is null)
        {
            return AdminProblem.NotFound("revocation");
        }

        var actor = AdminCaller.Of(context).Person;
        if (row.Lifted)
        {
            return AdminProblem.Conflict("is-a-lift", "This row lifts a revocation; it cannot be lifted itself.");
        }

        if (string.Equals(row.By, actor, StringComparison.OrdinalIgnoreCase))
        {
            return new AdminProblem(
                403,
                "four-eyes",
                "A second person must approve",
                "You wrote this revocation; somebody else must lift it."
            );
        }

        var now = time.GetUtcNow();
        return await WriteAsync(
            context,
            "revocation.lift",
            row with
            {
                Id = Guid.CreateVersion7(now).ToString(),
                Reason = body.Reason!,
                By = actor,
                At = now,
                Lifted = true,
            },
            StatusCodes.Status200OK
        );
    }

    public async Task<IResult> ListAsync(HttpContext context)
    {
        if (PageLimit.Read(context, out var limit) is { } problem)
        {
            return problem;
        }

        Cursor? after = null;
        if (context.Request.Query["cursor"] is [{ } text] && (after = Cursor.Decode(text)) is null)
        {
            return AdminProblem.BadParameter("cursor", "it does not belong to this list.");
        }

        var rows = (await store.ListRevocationsAsync(after is null ? limit + 1 : LookBack, context.RequestAborted)).AsEnumerable();
        if (after is not null)
        {
            rows = rows.SkipWhile(row => row.Id != after.Id).Skip(1);
        }

        var page = rows.Take(limit + 1).ToList();
        var items = new JsonArray([.. page.Take(limit).Select(static row => JsonSerializer.SerializeToNode(row, RegistryJson.Options))]);
        var body = new JsonObject { ["items"] = items };
        if (page.Count > limit)
        {
            var next = new Cursor(null, page[limit - 1].Id).Encode();
            body["next_cursor"] = next;
            PageLink.Write(context, next);
        }

        return new AdminResult(StatusCodes.Status200OK, Encoding.UTF8.GetBytes(body.ToJsonString()));
    }

    private async Task<IResult> WriteAsync(HttpContext context, string @event, Revocation row, int status)
    {
        // A token hash or jti is no secret, but it is nobody's business in a target either way: the id leads to the row.
        var target = row.Target is RevocationTarget.Token or RevocationTarget.TokenHash ? "token" : row.Value;
        var name = JsonNamingPolicy.KebabCaseLower.ConvertName(row.Target.ToString());
        var edit = new Edit(@event, $"{name}/{target}", _ => new EditPlan([]) { Revocations = [row], Note = row.Reason });
        if ((await editor.WriteAsync(context, edit)).Failed(out var problem, out var outcome))
        {
            return problem;
        }

        return outcome.DryRun
            ? AdminResult.Json(DryRunReport.Of(outcome, rules))
            : new AdminResult(status, JsonSerializer.SerializeToUtf8Bytes(row, RegistryJson.Options));
    }
}
