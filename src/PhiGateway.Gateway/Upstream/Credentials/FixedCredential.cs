using System.Text;

namespace PhiGateway.Gateway.Upstream.Credentials;

/// <summary>Makes an Authorization out of a secret that somebody else rotates: the whole value, a bearer token, or a password (RFC 7617).</summary>
/// <param name="secret">Where it is kept.</param>
/// <param name="kind">As in the options.</param>
/// <param name="user">The user of Basic.</param>
internal sealed class FixedCredential(SecretSource secret, string kind, string? user) : ICredentialMaker
{
    public TimeSpan? Every => secret.Every;

    public async ValueTask<MadeCredential> MakeAsync(CancellationToken cancellationToken)
    {
        var value = await secret.ReadAsync(cancellationToken);
        return new MadeCredential(
            kind switch
            {
                "Authorization" => value,
                "Bearer" => "Bearer " + value,
                "Basic" => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{value}")),
                _ => throw new CredentialException("its kind is not known"),
            },
            null
        );
    }
}
