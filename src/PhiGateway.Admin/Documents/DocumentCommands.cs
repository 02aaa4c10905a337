using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Access;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Documents;

/// <summary>Create, replace, patch and delete for every kind of document.</summary>
internal sealed class DocumentCommands(RegistryEditor editor, IRegistryRules rules, TimeProvider time)
{
    public async Task<IResult> CreateAsync(HttpContext context, RegistryRoute route)
    {
        if ((await RequestBody.ReadObjectAsync(context)).Failed(out var problem, out var body))
        {
            return problem;
        }

        string? secret = null;
        if (route.Kind == RegistryKind.AdminKey && NewKey(body, out secret) is { } refusal)
        {
            return refusal;
        }

        if (DocumentDraft.Read(Unmanaged(route), body, null, null, AdminCaller.Of(context).Person).Failed(out problem, out var draft))
        {
            return problem;
        }

        return await WriteAsync(
            context,
            route,
            draft.Id,
            "create",
            set => set.Find(route.Kind, draft.Id) is null ? Put(route, draft, 0) : AdminProblem.Exists(route.Word),
            secret
        );
    }

    public async Task<IResult> ReplaceAsync(HttpContext context, RegistryRoute route, string id)
    {
        if ((await RequestBody.ReadObjectAsync(context)).Failed(out var problem, out var body))
        {
            return problem;
        }

        return await WriteAsync(
            context,
            route,
            id,
            ETag.IsCreateOnly(context) ? "create" : "update",
            set =>
            {
                var current = set.Find(route.Kind, id)?.Item;
                if (Precondition(context, route, current) is { } refused)
                {
                    return refused;
                }

                return Plan(context, route, id, body, current);
            }
        );
    }

    public async Task<IResult> PatchAsync(HttpContext context, RegistryRoute route, string id)
    {
        if ((await RequestBody.ReadObjectAsync(context, mediaType: "application/merge-patch+json")).Failed(out var problem, out var patch))
        {
            return problem;
        }

        return await WriteAsync(
            context,
            route,
            id,
            "update",
            set =>
            {
                if (set.Find(route.Kind, id)?.Item is not { } current)
                {
                    return AdminProblem.NotFound(route.Word);
                }

                return ETag.Require(context, current.Version) is { } refused
                    ? refused
                    : Plan(context, route, id, MergePatch.Apply(Parse(current), patch), current);
            }
        );
    }

    public Task<IResult> DeleteAsync(HttpContext context, RegistryRoute route, string id) =>
        WriteAsync(
            context,
            route,
            id,
            "delete",
            set =>
            {
                if (set.Find(route.Kind, id) is not { } current)
                {
                    return AdminProblem.NotFound(route.Word);
                }

                return (ETag.Require(context, current.Item.Version) ?? DeleteGuard.Check(set, current)) is { } refused
                    ? refused
                    : new EditPlan([new RegistryWrite(route.Kind, id, null, current.Item.Version)]);
            }
        );

    private async Task<IResult> WriteAsync(
        HttpContext context,
        RegistryRoute route,
        string id,
        string verb,
        Func<WorkingSet, Outcome<EditPlan>> plan,
        string? secret = null
    )
    {
        var edit = new Edit(route.Word + "." + verb, route.Word + "/" + id, plan) { ProblemStatus = verb == "delete" ? 409 : 422 };
        if ((await editor.WriteAsync(context, edit)).Failed(out var problem, out var outcome))
        {
            return problem;
        }

        return outcome.DryRun ? AdminResult.Json(DryRunReport.Of(outcome, rules)) : Answer(route, outcome, secret);
    }

    private static AdminResult Answer(RegistryRoute route, EditOutcome outcome, string? secret)
    {
        var item = outcome.Items[0];
        if (item.Deleted)
        {
            return new AdminResult(StatusCodes.Status204NoContent, default);
        }

        var body = DocumentMeta.Render(item);
        var open = Encoding.UTF8.GetBytes(body.ToJsonString());
        if (secret is not null)
        {
            body["key"] = secret;
        }

        return new AdminResult(
            item.Version == 1 || secret is not null ? StatusCodes.Status201Created : StatusCodes.Status200OK,
            secret is null ? open : Encoding.UTF8.GetBytes(body.ToJsonString())
        )
        {
            ETag = ETag.Of(item.Version),
            Location = $"/admin/v1/{route.Segment}/{item.Id}",
            WithoutSecret = secret is null ? default(ReadOnlyMemory<byte>?) : open,
        };
    }

    private static Outcome<EditPlan> Plan(HttpContext context, RegistryRoute route, string id, JsonObject body, RegistryItem? current)
    {
        if (current is null && route.Kind == RegistryKind.AdminKey)
        {
            return AdminProblem.Conflict("create-by-post", "Admin keys are created by POST, which shows the key once.");
        }

        var json = current is null ? null : Parse(current);
        if (
            DocumentDraft
                .Read(route, (JsonObject)body.DeepClone(), id, json, AdminCaller.Of(context).Person)
                .Failed(out var problem, out var draft)
        )
        {
            return problem;
        }

        if (draft.Entity is Organization next && json is not null && OrganizationGuard.Check(json, next) is { } refused)
        {
            return refused;
        }

        return Put(route, draft, current?.Version ?? 0);
    }

    private static EditPlan Put(RegistryRoute route, Draft draft, long version) =>
        new([new RegistryWrite(route.Kind, draft.Id, draft.Json, version)]);

    private static AdminProblem? Precondition(HttpContext context, RegistryRoute route, RegistryItem? current)
    {
        if (ETag.IsCreateOnly(context))
        {
            return current is null ? null : AdminProblem.PreconditionFailed(current.Version);
        }

        return current is null
            ? context.Request.Headers.IfMatch.Count == 0
                ? AdminProblem.PreconditionRequired
                : AdminProblem.NotFound(route.Word)
            : ETag.Require(context, current.Version);
    }

    private AdminProblem? NewKey(JsonObject body, out string? secret)
    {
        secret = AdminKeyHash.NewKey();
        foreach (var member in (string[])["hash", "created"])
        {
            if (body.ContainsKey(member))
            {
                return AdminProblem.Invalid("/" + member, "managed", $"'{member}' is set by the gateway.");
            }
        }

        body["hash"] = AdminKeyHash.Of(secret);
        body["created"] = JsonValue.Create(time.GetUtcNow());
        return null;
    }

    // The members of a new admin key were just set here.
    private static RegistryRoute Unmanaged(RegistryRoute route) =>
        route.Kind == RegistryKind.AdminKey ? route with { Managed = [] } : route;

    private static JsonObject Parse(RegistryItem item) => StoredBody.WithoutNotes(item.Json);
}
