using System.Text.Json.Nodes;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Clients;

/// <summary>Puts a new credential beside the old one and lets the old one end after an overlap.</summary>
internal sealed class CredentialRotation(RegistryEditor editor, TimeProvider time)
{
    // Longer than any change window; an overlap without end is two credentials.
    private const int MaxOverlapHours = 30 * 24;

    private const int DefaultOverlapHours = 7 * 24;

    /// <summary>Adds the new credential and ends the one it replaces.</summary>
    public async Task<Outcome<Rotation>> RotateAsync(AdminCall call, string id, RotateInput body)
    {
        if (body.OverlapHours is < 0 or > MaxOverlapHours)
        {
            return AdminProblem.Invalid("/overlap_hours", "out-of-range", $"0 to {MaxOverlapHours} hours.");
        }

        if (body.Credential is null)
        {
            return AdminProblem.Invalid("/credential", "required", "The new credential is required.");
        }

        var draftBody = (JsonObject)body.Credential.DeepClone();
        draftBody["client"] ??= id;
        draftBody["created"] ??= JsonValue.Create(Today());
        if (
            DocumentDraft
                .Read(RegistryKind.Credential, draftBody, null, null, call.Person, "/credential")
                .Failed(out var refusal, out var draft)
        )
        {
            return AdminProblem.Of(refusal);
        }

        if (((Credential)draft.Entity).Client != id)
        {
            return AdminProblem.Invalid("/credential/client", "other-client", "The new credential belongs to the client that is rotated.");
        }

        var edit = new Edit("client.rotate", "client/" + id, set => Plan(call, set, id, body, draft));
        return (await editor.WriteAsync(call, edit)).Failed(out var problem, out var outcome) ? problem : new Rotation(draft.Id, outcome);
    }

    private Outcome<EditPlan> Plan(AdminCall call, WorkingSet set, string id, RotateInput body, Draft draft)
    {
        if (set.Find(RegistryKind.Client, id) is not { } client)
        {
            return AdminProblem.NotFound("client");
        }

        if (ETag.Optional(call, client.Item) is { } stale)
        {
            return stale;
        }

        if (set.Find(RegistryKind.Credential, draft.Id) is not null)
        {
            return AdminProblem.Exists("credential");
        }

        var old = set.CredentialsOf(id)
            .Where(credential => body.Replaces is null ? credential.OverlapUntil is null : credential.Id == body.Replaces)
            .ToList();
        if (old.Count != 1)
        {
            return AdminProblem.Invalid(
                "/replaces",
                "ambiguous",
                old.Count == 0 ? "The client has no such credential." : "The client has several credentials; name the one that is replaced."
            );
        }

        var until = time.GetUtcNow().AddHours(body.OverlapHours ?? DefaultOverlapHours);
        return new EditPlan([
            new RegistryWrite(RegistryKind.Credential, draft.Id, draft.Json, 0),
            new RegistryWrite(
                RegistryKind.Credential,
                old[0].Id,
                RegistryJson.Serialize(old[0] with { OverlapUntil = until }),
                set.Find(RegistryKind.Credential, old[0].Id)!.Item.Version
            ),
        ])
        {
            Note = body.Reason,
        };
    }

    private DateOnly Today() => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
}

/// <summary>A rotation as it is read: the credential as JSON, so that every finding about it has its place.</summary>
internal sealed record RotateInput(JsonObject? Credential = null, string? Replaces = null, int? OverlapHours = null, string? Reason = null);

/// <summary>The result of rotating a credential.</summary>
/// <param name="Credential">Id of the new credential.</param>
/// <param name="Edit">The change.</param>
internal sealed record Rotation(string Credential, EditOutcome Edit);

/// <summary>Body of a rotation.</summary>
/// <param name="Credential">The new credential, as in <c>POST /credentials</c>; its client may be left out.</param>
/// <param name="Replaces">Id of the old one; may be left out while there is only one.</param>
/// <param name="OverlapHours">How long the old one is still honoured; default 168, at most 720.</param>
/// <param name="Reason">Why, in words without patient data.</param>
public sealed record RotateBody(Credential? Credential = null, string? Replaces = null, int? OverlapHours = null, string? Reason = null);
