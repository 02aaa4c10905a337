using System.Text.Json.Nodes;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Documents;
using PhiGateway.Admin.Editing;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Clients;

/// <summary>
/// Makes an API key for a client: its hash is registered like any other credential, beside an old one where it replaces it, and the key
/// itself is in the answer, once.
/// </summary>
/// <remarks>Security: nothing keeps the key, neither the registry nor the trail nor what is remembered for a repeated call.</remarks>
internal sealed class ApiKeyIssue(DocumentCommands documents, CredentialRotation rotation, WorkingSetSource sets, TimeProvider time)
{
    private const string Rotated = "/credential";

    /// <summary>Makes one.</summary>
    public async Task<Outcome<KeyIssued>> IssueAsync(AdminCall call, string client, IssueKeyBody body)
    {
        if (string.IsNullOrWhiteSpace(body.Id))
        {
            return AdminProblem.Invalid("/id", "required", "The key needs an id: that of its credential.");
        }

        if (body.Expires is null)
        {
            return AdminProblem.Invalid(
                "/expires",
                "required",
                "A key without an end is none: say the first day on which it is not valid."
            );
        }

        if (body.Replaces is null && body.OverlapHours is not null)
        {
            return AdminProblem.Invalid("/overlap_hours", "not-applicable", "Only a key that replaces another overlaps with it.");
        }

        if ((await sets.GetAsync(call.Cancelled)).Find(RegistryKind.Client, client) is null)
        {
            return AdminProblem.NotFound("client");
        }

        var secret = ApiKeySecret.New();
        var credential = new JsonObject
        {
            ["id"] = body.Id,
            ["client"] = client,
            ["kind"] = "api-key",
            ["keyHash"] = ApiKeySecret.HashOf(secret),
            ["created"] = JsonValue.Create(DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime)),
            ["expires"] = JsonValue.Create(body.Expires),
        };
        if (body.BasicUser is { } user)
        {
            credential["basicUser"] = user;
        }

        if (body.RotateBy is { } rotateBy)
        {
            credential["rotateBy"] = JsonValue.Create(rotateBy);
        }

        if (body.Replaces is null)
        {
            return (await documents.CreateAsync(call, RegistryKind.Credential, credential)).Failed(out var refused, out var made)
                ? refused
                : new KeyIssued(body.Id, made.Edit, secret);
        }

        var input = new RotateInput(credential, body.Replaces, body.OverlapHours, body.Reason);
        return (await rotation.RotateAsync(call, client, input)).Failed(out var problem, out var rotated)
            ? Placed(problem)
            : new KeyIssued(body.Id, rotated.Edit, secret);
    }

    // The credential is no part of this body: what is wrong with it stands at the body's own members.
    private static AdminProblem Placed(AdminProblem problem) =>
        problem with
        {
            Errors = problem
                .Errors?.Select(static error =>
                    error.Pointer.StartsWith(Rotated + "/", StringComparison.Ordinal)
                        ? error with
                        {
                            Pointer = error.Pointer[Rotated.Length..],
                        }
                        : error
                )
                .ToList(),
        };
}

/// <summary>Body of making an API key.</summary>
/// <param name="Id">Id of the new credential; required.</param>
/// <param name="Expires">First day on which it is no longer valid; required.</param>
/// <param name="RotateBy">Day by which it must have been replaced.</param>
/// <param name="Replaces">Id of the credential that it replaces, which is honoured for the overlap; absent: it replaces none.</param>
/// <param name="OverlapHours">How long the old one is still honoured; default 168, at most 720.</param>
/// <param name="Reason">Why, in words without patient data.</param>
/// <param name="BasicUser">User name under which it comes as the password of HTTP Basic, and in no other way; absent: as a bearer token.</param>
public sealed record IssueKeyBody(
    string? Id = null,
    DateOnly? Expires = null,
    DateOnly? RotateBy = null,
    string? Replaces = null,
    int? OverlapHours = null,
    string? Reason = null,
    string? BasicUser = null
);

/// <summary>The answer to making an API key.</summary>
/// <param name="Credential">The credential, with the key's hash.</param>
/// <param name="Key">The key, in this answer and never again; absent when the call is repeated.</param>
public sealed record IssuedKey(Credential Credential, string? Key = null);

/// <summary>What came of making an API key.</summary>
/// <param name="Credential">Id of its credential.</param>
/// <param name="Edit">The change.</param>
/// <param name="Secret">The key.</param>
internal sealed record KeyIssued(string Credential, EditOutcome Edit, string Secret);
