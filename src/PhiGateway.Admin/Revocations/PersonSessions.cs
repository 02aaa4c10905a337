using PhiGateway.Admin.Calls;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;

namespace PhiGateway.Admin.Revocations;

/// <summary>
/// Ends what a person has open at the console, on every node: a revocation of the subject under a name of the console's own, so that it is
/// on record, reaches each node with the registry and is kept over restarts. Asked at every click.
/// </summary>
internal sealed class PersonSessions(RevocationCommands revocations, ISnapshotSource snapshots)
{
    /// <summary>The name under which persons are revoked here; no issuer of tokens.</summary>
    public const string Issuer = "phi-gateway-console";

    /// <summary>A person as revoked: no spelling makes two of one.</summary>
    public static string KeyOf(string person) => person.Trim().ToLowerInvariant();

    /// <summary>Whether a session that began at a moment has ended since.</summary>
    public bool IsOver(string person, DateTimeOffset begun)
    {
        var snapshot = snapshots.Current;
        return TokenQuestions.IsSubjectRevoked(snapshot, Issuer, KeyOf(person), begun)
            || TokenQuestions.IsSubjectRevoked(snapshot, Issuer, person, begun);
    }

    /// <summary>Ends every session of a person that has begun before now.</summary>
    public Task<Outcome<RevocationOutcome>> EndAsync(AdminCall call, string? person, string? reason) =>
        string.IsNullOrWhiteSpace(person)
            ? Task.FromResult<Outcome<RevocationOutcome>>(AdminProblem.Invalid("/person", "required", "Say whose sessions end."))
            : revocations.RevokeAsync(call, new RevokeBody(RevocationTarget.Subject, KeyOf(person), Issuer, null, reason));
}
