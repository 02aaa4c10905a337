using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Calls;

/// <content>The refusals that exist, in the order of their status.</content>
internal sealed partial record AdminProblem
{
    public static readonly AdminProblem Unauthenticated = new(
        401,
        "unauthenticated",
        "Authentication is required",
        "Send an admin key or a token of the configured issuer as a bearer token."
    );
    public static readonly AdminProblem JournalDown = new(
        503,
        "audit-unavailable",
        "The audit journal cannot take the record",
        "Nothing was changed. Try again when the journal is open."
    )
    {
        RetryAfter = 5,
    };
    public static readonly AdminProblem OutcomeUnrecorded = new(
        503,
        "outcome-unrecorded",
        "The outcome could not be recorded",
        "The change was written and its intent is on record, but its outcome could not be journaled."
    );
    public static readonly AdminProblem StoreDown = new(
        503,
        "registry-unavailable",
        "The registry cannot be reached",
        "Nothing was changed by this call, or the change cannot be confirmed. Read before trying again."
    )
    {
        RetryAfter = 5,
    };
    public static readonly AdminProblem ContentDestroyed = new(
        409,
        "content-destroyed",
        "The content of a record was destroyed",
        "The answer would be wrong without it. Ask for a time in which no content was destroyed (audit/keeping/keys)."
    );
    public static readonly AdminProblem BodiesUnreadable = new(
        503,
        "bodies-unreadable",
        "The trail's content cannot be read",
        "It is sealed under a body key that this node does not have, or has another one of. The node's log names it."
    );
    public static readonly AdminProblem StoreSlow = new(
        503,
        "registry-slow",
        "The registry did not answer in time",
        "Whether the change was written is not known. Read before trying again."
    )
    {
        RetryAfter = 5,
    };
    public static readonly AdminProblem Busy = new(
        503,
        "registry-busy",
        "The registry kept changing",
        "Nothing was changed: others wrote at the same moment, again and again."
    )
    {
        RetryAfter = 1,
    };

    /// <summary>Another writer did not let this one in; says which.</summary>
    public static AdminProblem Held(string by) =>
        new(503, "registry-held", "The registry is held by another writer", "Nothing was changed. " + by + ".") { RetryAfter = 5 };

    public static readonly AdminProblem RegistryTooOld = new(
        503,
        "snapshot-too-old",
        "The registry is out of sight",
        "Nothing is permitted while the registry's database has been away too long."
    )
    {
        RetryAfter = 5,
    };
    public static readonly AdminProblem NoRoom = new(
        503,
        "memory-exhausted",
        "The node holds too much at the moment",
        "Nothing was changed: send it again, or to another node."
    )
    {
        RetryAfter = 1,
    };
    public static readonly AdminProblem Fault = new(500, "faulted", "The call could not be processed");
    public static readonly AdminProblem NotHeld = new(
        503,
        "upload-not-held",
        "The upload cannot be held",
        "Nothing was changed: there is no room to hold the upload until its digest is verified."
    )
    {
        RetryAfter = 60,
    };
    public static readonly AdminProblem DigestMismatch = new(
        400,
        "digest-mismatch",
        "The body is not what its digest says",
        "Nothing was changed: what arrived does not have the Content-Digest named."
    )
    {
        Transient = true,
    };
    public static readonly AdminProblem UploadBroken = new(
        400,
        "upload-broken",
        "The body did not arrive whole",
        "Nothing was changed: send it again."
    )
    {
        Transient = true,
    };
    public static readonly AdminProblem ClaimFirst = new(
        403,
        "claim-first",
        "The key must be claimed first",
        "Its parts only fetch the key itself, once: POST /admin/v1/admin-keys:claim (phigw key claim)."
    );
    public static readonly AdminProblem PreconditionRequired = new(
        428,
        "precondition-required",
        "If-Match is required",
        "Send the ETag of the version you saw as If-Match."
    );
    public static readonly AdminProblem TooManyFailures = new(429, "too-many-failures", "Too many failed authentications")
    {
        RetryAfter = 60,
    };

    public static AdminProblem Malformed(string detail, string pointer = "") =>
        new(400, "malformed-body", "The body cannot be read", detail, [new ProblemPointer(pointer, "malformed", detail)]);

    public static AdminProblem BadParameter(string name, string detail) =>
        new(400, "bad-parameter", "A parameter cannot be read", $"Query parameter '{name}': {detail}");

    public static AdminProblem BadHeader(string name, string detail) =>
        new(400, "bad-header", "A header cannot be read", $"Header '{name}': {detail}");

    public static AdminProblem Forbidden(string detail) => new(403, "forbidden", "This is not permitted to you", detail);

    public static AdminProblem NotFound(string what) => new(404, "not-found", "It does not exist", $"There is no such {what}.");

    public static AdminProblem Exists(string what) =>
        new(409, "already-exists", "It exists already", $"A {what} with this id exists already.");

    public static AdminProblem Conflict(string code, string detail) => new(409, code, "It cannot be done in the present state", detail);

    /// <summary>Somebody else was faster: who, and when.</summary>
    public static AdminProblem PreconditionFailed(RegistryItem current) =>
        new(
            412,
            "precondition-failed",
            "It has changed since you saw it",
            $"It is at version {current.Version} now, written by {current.UpdatedBy} at {current.UpdatedAt:yyyy-MM-dd'T'HH:mm:ss'Z'}; "
                + "read it again."
        );

    public static AdminProblem TooLarge(long most) =>
        new(413, "body-too-large", "The body is too large", $"At most {most} bytes are accepted here.");

    public static AdminProblem MediaType(string expected) =>
        new(415, "unsupported-media-type", "The media type is not supported", $"Send {expected}.");

    public static AdminProblem Invalid(IReadOnlyList<ProblemPointer> errors) =>
        new(
            422,
            "invalid",
            "The content does not keep to the rules",
            errors.Count == 1 ? errors[0].Detail : $"{errors.Count} findings.",
            errors
        );

    public static AdminProblem Invalid(string pointer, string code, string detail) => Invalid([new ProblemPointer(pointer, code, detail)]);

    /// <summary>What a bare status means when nothing better is known: routing's own 404, 405 and kin.</summary>
    public static AdminProblem OfStatus(int status) =>
        status switch
        {
            400 => new(400, "malformed-request", "The request cannot be read"),
            401 => Unauthenticated,
            403 => Forbidden("Your roles do not include this."),
            404 => NotFound("resource"),
            405 => new(405, "method-not-allowed", "The method is not supported here"),
            408 => new(408, "timeout", "The request took too long to arrive"),
            413 => new(413, "body-too-large", "The body is too large"),
            415 => new(415, "unsupported-media-type", "The media type is not supported"),
            431 => new(431, "headers-too-large", "The headers are too large"),
            >= 500 => Fault,
            _ => new(status, "refused", "The request was refused"),
        };
}
