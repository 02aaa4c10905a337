using System.Text.Json;
using System.Text.Json.Serialization;
using PhiGateway.Admin.Calls;

namespace PhiGateway.Console.Sessions;

/// <summary>
/// Who a session is of, as it goes along in a sealed cookie from node to node: nothing of what was opened, waits or runs in it.
/// </summary>
/// <param name="Token">The session's own token, under whose hash each node keeps it.</param>
/// <param name="Person">Whose it is.</param>
/// <param name="Method">How that was proven.</param>
/// <param name="Roles">In which roles.</param>
/// <param name="Name">Name as shown.</param>
/// <param name="Begun">When it began.</param>
/// <param name="Seen">A click of the person, at most a minute before the last.</param>
/// <param name="Form">Token of its forms.</param>
/// <param name="ProviderSubject">The person at the identity provider; null: not known.</param>
/// <param name="ProviderId">The session there; null: not known.</param>
/// <param name="SignedInAt">When the person signed in there; null: it does not say.</param>
/// <param name="Acr">How; null: it does not say.</param>
/// <param name="ProviderSaid">When the provider said who it is; null: not known.</param>
internal sealed record SealedSession(
    string Token,
    string Person,
    string Method,
    IReadOnlyList<string> Roles,
    string Name,
    DateTimeOffset Begun,
    DateTimeOffset Seen,
    string Form,
    string? ProviderSubject,
    string? ProviderId,
    DateTimeOffset? SignedInAt,
    string? Acr,
    DateTimeOffset? ProviderSaid = null
)
{
    /// <summary>Of a session.</summary>
    public static SealedSession Of(string token, ConsoleSession session) =>
        new(
            token,
            session.Caller.Person,
            session.Caller.Method,
            session.Caller.Roles,
            session.Name,
            session.Begun,
            session.LastSeen,
            session.FormToken,
            session.Provider?.Subject,
            session.Provider?.Id,
            session.Proof.At,
            session.Proof.Acr,
            session.Provider?.Said
        );

    /// <summary>The session at the provider; null: none is known.</summary>
    [JsonIgnore]
    public ProviderSession? Provider =>
        ProviderSubject is null && ProviderId is null ? null : new ProviderSession(ProviderSubject, ProviderId, ProviderSaid);

    /// <summary>The session that goes on from it.</summary>
    public ConsoleSession Open() =>
        new(new AdminCaller(Person, Method, Roles), Name, string.Empty, Begun, Provider)
        {
            FormToken = Form,
            LastSeen = Seen,
            Proof = new SignInProof(SignedInAt, Acr),
        };

    /// <summary>Its bytes.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this);

    /// <summary>Out of its bytes, which nobody but a node wrote; null: they are of another version.</summary>
    public static SealedSession? Read(byte[] bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<SealedSession>(bytes) is { Token: not null, Person: not null, Roles: not null } read
                ? read
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
