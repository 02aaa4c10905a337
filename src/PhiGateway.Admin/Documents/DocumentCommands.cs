using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.Admin.Access;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Documents;

/// <summary>Creates, replaces, patches and deletes documents of every kind; called by their endpoints.</summary>
internal sealed class DocumentCommands(RegistryEditor editor, TaskGrowth growth, TimeProvider time)
{
    // More places help nobody.
    private const int MaxNamed = 20;

    // They stand in front of the records on every page of a search, for everybody who reads the trail.
    private const int MostSearches = 200;

    /// <summary>Creates one document under the id that its body names; a new admin key comes with its secret.</summary>
    public async Task<Outcome<DocumentChange>> CreateAsync(AdminCall call, RegistryKind kind, JsonObject body)
    {
        string? secret = null;
        if (kind == RegistryKind.AdminKey && NewKey(body, out secret) is { } managed)
        {
            return managed;
        }

        if (Draft(call, kind, body, null, null, isOwn: kind == RegistryKind.AdminKey).Failed(out var problem, out var draft))
        {
            return problem;
        }

        // Not one administrator's choice: it works once an approver has released it, and its secret is only a part until then. So is a key
        // that is made disabled: its maker wants to know no more of it.
        var isPart =
            draft.Entity is AdminKey key && (PrivilegedKeyGuard.IsPrivileged(key) || key.Disabled) && !PrivilegedKeyGuard.IsFree(call);
        if (isPart)
        {
            draft = draft with
            {
                Json = RegistryJson.Serialize((AdminKey)draft.Entity with { Disabled = true, Handover = KeyHandover.Unclaimed }),
            };
        }

        if (kind == RegistryKind.AdminKey)
        {
            draft = draft with { Json = AuthorNote.Known(draft.Json, isPart ? [] : call.Persons) };
        }

        var written = await WriteAsync(
            call,
            kind,
            draft.Id,
            "create",
            set =>
            {
                if (Full(set, kind) is { } full)
                {
                    return full;
                }

                return set.Find(kind, draft.Id) is null ? Put(kind, draft, 0) : AdminProblem.Exists(KindWord.Of(kind));
            }
        );
        if (written.Failed(out problem, out var outcome))
        {
            return problem;
        }

        return new DocumentChange(outcome, secret, isPart ? DocumentChange.Part : DocumentChange.Whole);
    }

    /// <summary>Replaces one document, or creates it when the call is to create only.</summary>
    public Task<Outcome<EditOutcome>> ReplaceAsync(AdminCall call, RegistryKind kind, string id, JsonObject body) =>
        WriteAsync(
            call,
            kind,
            id,
            call.CreateOnly ? "create" : "update",
            set =>
            {
                var current = set.Find(kind, id)?.Item;
                if (current is null && Full(set, kind) is { } full)
                {
                    return full;
                }

                return Precondition(call, kind, current) is { } refused
                    ? Stale(refused, current, body)
                    : Plan(call, kind, id, body, current);
            }
        );

    /// <summary>Changes one document by JSON Merge Patch.</summary>
    public Task<Outcome<EditOutcome>> PatchAsync(AdminCall call, RegistryKind kind, string id, JsonObject patch) =>
        WriteAsync(
            call,
            kind,
            id,
            "update",
            set =>
            {
                if (set.Find(kind, id)?.Item is not { } current)
                {
                    return AdminProblem.NotFound(KindWord.Of(kind));
                }

                var next = DocumentMerge.Apply(Parse(current), patch);
                return ETag.Require(call, current) is { } refused ? Stale(refused, current, next) : Plan(call, kind, id, next, current);
            }
        );

    /// <summary>Deletes one document softly.</summary>
    public Task<Outcome<EditOutcome>> DeleteAsync(AdminCall call, RegistryKind kind, string id) =>
        WriteAsync(
            call,
            kind,
            id,
            "delete",
            set =>
            {
                if (set.Find(kind, id) is not { } current)
                {
                    return AdminProblem.NotFound(KindWord.Of(kind));
                }

                return (ETag.Require(call, current.Item) ?? DeleteGuard.Check(set, current)) is { } refused
                    ? refused
                    : new EditPlan([new RegistryWrite(kind, id, null, current.Item.Version)]);
            }
        );

    private async Task<Outcome<EditOutcome>> WriteAsync(
        AdminCall call,
        RegistryKind kind,
        string id,
        string verb,
        Func<WorkingSet, Outcome<EditPlan>> plan
    )
    {
        var edit = new Edit($"{KindWord.Of(kind)}.{verb}", KindWord.Of(kind, id), plan) { ProblemStatus = verb == "delete" ? 409 : 422 };
        var written = await editor.WriteAsync(call, edit);
        if (written.Value is { } outcome)
        {
            await growth.AfterAsync(call, outcome);
        }

        return written;
    }

    private Outcome<EditPlan> Plan(AdminCall call, RegistryKind kind, string id, JsonObject body, RegistryItem? current)
    {
        if (current is not null && DeleteGuard.IsKept(StoredBody.Read(current, out _)))
        {
            return AdminProblem.Conflict("kept", "It is evidence, which is not rewritten; use its verbs.");
        }

        if (current is null && kind == RegistryKind.AdminKey)
        {
            return AdminProblem.Conflict("create-by-post", "Admin keys are created by POST, which shows the key once.");
        }

        var json = current is null ? null : Parse(current);
        if (Draft(call, kind, (JsonObject)body.DeepClone(), id, json).Failed(out var problem, out var draft))
        {
            return problem;
        }

        if (draft.Entity is Organization next && json is not null && OrganizationGuard.Check(json, next) is { } refused)
        {
            return AdminProblem.Of(refused);
        }

        if (current is not null && KeyOf(json, kind) is { } was)
        {
            // To edit a key is not to know it; whose it was knows it still.
            var isHandedOn = !PersonName.AreSame(was.Person, ((AdminKey)draft.Entity).Person);
            string[] before = isHandedOn ? [was.Person] : [];
            draft = draft with { Json = AuthorNote.Known(draft.Json, [.. AuthorNote.KnownTo(current), .. before]) };
        }

        return Put(kind, draft, current?.Version ?? 0);
    }

    private Outcome<Draft> Draft(AdminCall call, RegistryKind kind, JsonObject body, string? id, JsonObject? current, bool isOwn = false)
    {
        var now = time.GetUtcNow();
        if (DocumentDraft.Read(kind, body, id, current, call.Person, isOwn: isOwn).Failed(out var refusal, out var draft))
        {
            return AdminProblem.Of(refusal);
        }

        return draft.Entity switch
        {
            AdminKey key when AdminKeyRules.Check(key, KeyOf(current, kind)) is { Count: > 0 } findings => AdminProblem.Invalid(findings),
            AdminKey { Expires: { } end } when current is null && end <= now => AdminProblem.Invalid(
                "/expires",
                "past",
                "A key ends in the future."
            ),
            Alert alert when AlertKinds.IsOurs(alert.Kind, alert.Id) => AdminProblem.Invalid(
                "/kind",
                "managed",
                "The gateway raises and writes such alerts; people acknowledge, close and review them."
            ),
            Organization { Status: OrganizationStatus.Offboarded } when current is null => AdminProblem.Invalid(
                "/status",
                "managed",
                "An organization is offboarded by ':offboard', not by writing it."
            ),
            _ => draft,
        };
    }

    private static AdminKey? KeyOf(JsonObject? current, RegistryKind kind) =>
        current is null || kind != RegistryKind.AdminKey ? null : JsonSerializer.Deserialize<AdminKey>(current, RegistryJson.Options);

    private static AdminProblem? Full(WorkingSet set, RegistryKind kind) =>
        kind == RegistryKind.SavedSearch && set.All<SavedSearch>(kind).Count() >= MostSearches
            ? AdminProblem.Conflict("too-many-searches", $"{MostSearches} searches are kept: give one up that nobody needs.")
            : null;

    private static EditPlan Put(RegistryKind kind, Draft draft, long version) =>
        new([new RegistryWrite(kind, draft.Id, draft.Json, version)]);

    private static AdminProblem? Precondition(AdminCall call, RegistryKind kind, RegistryItem? current)
    {
        if (call.CreateOnly)
        {
            return current is null ? null : AdminProblem.PreconditionFailed(current);
        }

        if (current is not null)
        {
            return ETag.Require(call, current);
        }

        return call.IfMatch is null ? AdminProblem.PreconditionRequired : AdminProblem.NotFound(KindWord.Of(kind));
    }

    // Where what was sent and what stands there now differ: there somebody else was at work, or the caller.
    private static AdminProblem Stale(AdminProblem refused, RegistryItem? current, JsonObject sent)
    {
        if (refused.Status != 412 || current is null)
        {
            return refused;
        }

        var now = Parse(current);
        foreach (var member in ManagedMembers.Of(current.Kind).Append(DocumentDraft.Meta))
        {
            now.Remove(member);
        }

        return refused with
        {
            Errors =
            [
                .. DocumentDiff
                    .Of(now, sent)
                    .Where(line => !line.Pointer.StartsWith("/" + DocumentDraft.Meta, StringComparison.Ordinal))
                    .Where(line => !ManagedMembers.Of(current.Kind).Contains(line.Pointer.TrimStart('/')))
                    .Take(MaxNamed)
                    .Select(static line => new ProblemPointer(line.Pointer, "differs", "What was sent is not what stands there now.")),
            ],
        };
    }

    private AdminProblem? NewKey(JsonObject body, out string? secret)
    {
        secret = AdminKeyHash.NewKey();
        foreach (var member in ManagedMembers.Of(RegistryKind.AdminKey))
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

    private static JsonObject Parse(RegistryItem item) => StoredBody.WithoutNotes(item.Json);
}

/// <summary>The result of creating a document, with the secret of an admin key, which is shown once.</summary>
/// <param name="Edit">The change.</param>
/// <param name="Secret">The secret of an admin key, or a part of it, which is shown once; null: there is none.</param>
/// <param name="Member">The member that shows it.</param>
internal sealed record DocumentChange(EditOutcome Edit, string? Secret, string Member = DocumentChange.Part)
{
    /// <summary>The whole secret.</summary>
    public const string Whole = "key";

    /// <summary>One of its parts: put together with the others, in their order, with a dot between two.</summary>
    public const string Part = "key_part";
}
