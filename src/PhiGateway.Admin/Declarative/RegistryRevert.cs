using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Decisions;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Shipping;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;
using PhiGateway.RegistryFiles.Files;

namespace PhiGateway.Admin.Declarative;

/// <summary>
/// Takes the documents of a registry file back to what they were at a moment, put together from the trail. Takes moment and document, answers
/// with the plan or with what was written; called by endpoints and console.
/// </summary>
/// <remarks>
/// It is an edit like any other: states, approvals and reviews stay as they are, what it opens waits for an approval by somebody else, and it
/// is written only as exactly the plan that was seen.
/// </remarks>
internal sealed class RegistryRevert(WorkingSetSource sets, RegistryEditor editor, IAuditStore trail, TrailSearch looks, TimeProvider time)
{
    private const string Event = "config.revert";

    /// <summary>What it would change.</summary>
    public async Task<Outcome<ConfigChange>> PlanAsync(AdminCall call, RevertBody body) =>
        (await EditOfAsync(call, body, isSeen: false)).Failed(out var problem, out var back)
        || (await editor.PreviewAsync(call, back.Edit)).Failed(out problem, out var outcome)
            ? problem
            : new ConfigChange(outcome, back.Tag());

    /// <summary>Writes it, all or nothing, over exactly the plan that was seen; a dry run says what it would be.</summary>
    public async Task<Outcome<ConfigChange>> WriteAsync(AdminCall call, RevertBody body)
    {
        if (call.IsDryRun)
        {
            return await PlanAsync(call, body);
        }

        return
            (await EditOfAsync(call, body, isSeen: true)).Failed(out var problem, out var back)
            || (await editor.WriteAsync(call, back.Edit)).Failed(out problem, out var outcome)
            ? problem
            : new ConfigChange(outcome, back.Tag());
    }

    private async Task<Outcome<WayBack>> EditOfAsync(AdminCall call, RevertBody body, bool isSeen)
    {
        if (body.At is null || TrailQueryReader.Moment(body.At) is not { } at)
        {
            return AdminProblem.Invalid("/at", "invalid", "Name one moment, such as 2026-11-01T00:00:00Z.");
        }

        if (at > time.GetUtcNow())
        {
            return AdminProblem.Invalid("/at", "invalid", "The moment lies ahead.");
        }

        if (body.Document is not null && RegistryHistory.Find(body.Document) is null)
        {
            return AdminProblem.Invalid("/document", "invalid", RegistryHistory.Expected);
        }

        var one = body.Document is null ? string.Empty : " document=" + body.Document;
        var note = string.Create(CultureInfo.InvariantCulture, $"at={at.UtcDateTime:O}{one}");
        // The records of the edit have the call's own id; the look into the trail has another.
        await looks.RecordAsync(call with { RequestId = Guid.CreateVersion7(time.GetUtcNow()) }, "config.export", note, null, null);
        var now = await sets.GetAsync(call.Cancelled);
        var deleted = await sets.DeletedSinceAsync(now, at, call.Cancelled);
        if (await RegistryThen.FindAsync(trail, now, at, deleted, call.Cancelled) is not { } then)
        {
            return ConfigCommands.NotInTheTrail;
        }

        // The tag is of what is taken back; what follows from it (approvals that end) follows again when it is written.
        var tag = string.Empty;
        var edit = new Edit(
            Event,
            "config",
            set =>
            {
                if (Plan(call, body, then, set).Failed(out var problem, out var plan))
                {
                    return problem;
                }

                tag = TagOf(plan);
                return isSeen && IfMatch(call, tag) is { } unseen ? unseen : plan with { Note = note };
            }
        );
        return new WayBack(edit, () => tag);
    }

    private static Outcome<EditPlan> Plan(AdminCall call, RevertBody body, WorkingSet then, WorkingSet set)
    {
        bool IsAsked(RegistryKind kind, string id) => body.Document is null || body.Document == KindWord.Of(kind, id);
        var root = FileExport.Write(
            then,
            (kind, id) => IsAsked(kind, id) && !ReferenceEquals(then.Find(kind, id)!.Item, set.Find(kind, id)?.Item)
        );
        return
            RegistryFile.Read(JsonSerializer.SerializeToUtf8Bytes(root), yaml: false).Failed(out var refusal, out var file)
            || FilePlanner
                .Plan(file, set, call.Person, (kind, id) => body.Prune && IsAsked(kind, id) && then.Find(kind, id) is null)
                .Failed(out refusal, out var writes)
            ? AdminProblem.Of(refusal)
            : new EditPlan(writes);
    }

    // Exactly what was seen is written: whoever changed one of these documents meanwhile is not overwritten unseen.
    private static AdminProblem? IfMatch(AdminCall call, string tag)
    {
        if (call.IfMatch is null)
        {
            return AdminProblem.PreconditionRequired with { Detail = "Send the ETag of the dry run as If-Match." };
        }

        return ETag.ListContains(call.IfMatch, tag)
            ? null
            : new AdminProblem(
                412,
                "precondition-failed",
                "It has changed since you saw it",
                "The plan is another by now; look at it again."
            );
    }

    private static string TagOf(EditPlan plan)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var write in plan.Writes)
        {
            hash.AppendData(
                Encoding.UTF8.GetBytes(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{KindWord.Of(write.Kind, write.Id)}\n{write.ExpectedVersion}\n{write.Json}\n"
                    )
                )
            );
        }

        return $"\"{Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16))}\"";
    }

    // The edit, and the tag of what it was last planned as.
    private sealed record WayBack(Edit Edit, Func<string> Tag);
}
