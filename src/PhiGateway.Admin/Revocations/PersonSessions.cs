using System.Security.Cryptography;
using System.Text;
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

    /// <summary>A person as revoked by what the identity provider calls them. No name of a person: those are e-mail addresses or logins.</summary>
    public static string KeyOfSubject(string subject) =>
        "provider-subject/" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(subject)));

    /// <summary>Whether a session that began at a moment has ended since.</summary>
    /// <param name="person">Whose it is.</param>
    /// <param name="begun">When it began.</param>
    /// <param name="subject">The person at the identity provider; null: not known.</param>
    /// <param name="said">When the provider said who it is, by its own clock, by which it also says that somebody's sessions end; null: when the
    /// session began.</param>
    public bool IsOver(string person, DateTimeOffset begun, string? subject = null, DateTimeOffset? said = null)
    {
        var snapshot = snapshots.Current;
        return TokenQuestions.IsSubjectRevoked(snapshot, Issuer, KeyOf(person), begun)
            || TokenQuestions.IsSubjectRevoked(snapshot, Issuer, person, begun)
            || (subject is not null && TokenQuestions.IsSubjectRevoked(snapshot, Issuer, KeyOfSubject(subject), said ?? begun));
    }

    /// <summary>Ends every session of a person that has begun before now.</summary>
    public Task<Outcome<RevocationOutcome>> EndAsync(AdminCall call, string? person, string? reason) =>
        string.IsNullOrWhiteSpace(person)
            ? Task.FromResult<Outcome<RevocationOutcome>>(AdminProblem.Invalid("/person", "required", "Say whose sessions end."))
            : revocations.RevokeAsync(
                call,
                new RevokeBody(RevocationTarget.Subject, KeyOf(person), Issuer, null, reason),
                endsByItself: true
            );
}
