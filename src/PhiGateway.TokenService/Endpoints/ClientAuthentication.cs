using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using PhiGateway.Identity.Assertions;
using PhiGateway.Identity.Workloads;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.TokenService.Configuration;
using PhiGateway.TokenService.Grants;

namespace PhiGateway.TokenService.Endpoints;

/// <summary>
/// Finds out which registered client sends a request: by its assertion (<c>private_key_jwt</c>), or, of a client without a key, by the
/// certificate of its connection: one that the registry has (RFC 8705 section 2.2), or one of a registered name that a configured authority
/// signed (section 2.1). Used by every endpoint.
/// </summary>
internal sealed class ClientAuthentication(
    TokenServiceOptions options,
    ClientAssertions assertions,
    ITokenRoom room,
    FalseSignatures falseSignatures,
    TimeProvider time,
    ClientAuthorities? authorities = null
)
{
    private const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    // SMART and RFC 7523 say the endpoint; newer clients say the issuer, and some read that as an address, with a slash behind the host.
    private readonly string[] _audiences = [options.TokenEndpoint, options.Issuer, options.Issuer + "/"];

    /// <summary>Authenticates the client of a form, and takes room for its request, which the caller gives back.</summary>
    public async ValueTask<AuthenticatedClient> AuthenticateAsync(TokenForm form, RegistrySnapshot snapshot, HttpContext http)
    {
        var sender = await FindAsync(form, snapshot, http);
        if (sender.Assertion is not { } assertion || snapshot.FindClient(options.Name, assertion.ClientId) is not { } client)
        {
            return sender;
        }

        return room.Enter(client, out var wait) is { } place
            ? sender with
            {
                Place = place,
            }
            : new AuthenticatedClient(null, assertion.ClientId, OAuthError.TooMany(wait), "client:no-room");
    }

    /// <summary>
    /// Why the key or the certificate by which a request was authenticated counts no more; null: it does. Time has passed since, and its
    /// credential may have been revoked meanwhile, or have ended.
    /// </summary>
    /// <param name="sender">Who was authenticated.</param>
    /// <param name="before">The registry by which they were.</param>
    /// <param name="after">The registry now.</param>
    /// <param name="http">The request.</param>
    public string? FindWithdrawn(AuthenticatedClient sender, RegistrySnapshot before, RegistrySnapshot after, HttpContext http)
    {
        if (sender.Assertion is not { } assertion || ReferenceEquals(before, after))
        {
            return null;
        }

        if (sender.IsByCertificate)
        {
            return OfCertificate(assertion.ClientId, after, http).Assertion is null ? "certificate:withdrawn" : null;
        }

        return TokenQuestions.IsStillKeyOf(before, after, options.Name, assertion.ClientId, assertion.Key, time.GetUtcNow())
            ? null
            : "assertion:withdrawn-key";
    }

    private async ValueTask<AuthenticatedClient> FindAsync(TokenForm form, RegistrySnapshot snapshot, HttpContext http)
    {
        var assertion = form["client_assertion"];
        if (assertion is null && form["client_assertion_type"] is null && form["client_secret"] is null && form["client_id"] is { } holder)
        {
            var shown = OfCertificate(holder, snapshot, http);
            if (shown.Assertion is not null)
            {
                falseSignatures.NoteGood(holder, http.Connection.RemoteIpAddress);
            }

            return shown;
        }

        if (form["client_assertion_type"] != AssertionType || assertion is null || form["client_secret"] is not null)
        {
            return new AuthenticatedClient(null, form["client_id"], OAuthError.InvalidClient, "assertion:absent");
        }

        using var read = ClientAssertions.Read(assertion);
        var client = read?.Client;
        if (read is null || client is null || (form["client_id"] is { } named && named != client))
        {
            return new AuthenticatedClient(null, client, OAuthError.InvalidClient, "assertion:client");
        }

        // Security: whoever knows a client's name can have signatures verified, each of which costs up to a millisecond.
        if (FindSpent(client, snapshot, http) is { } spent)
        {
            return spent;
        }

        var keys = TokenQuestions.KeysOf(snapshot, options.Name, client, time.GetUtcNow());
        if (keys.Count == 0)
        {
            return new AuthenticatedClient(null, client, OAuthError.InvalidClient, "assertion:unknown-client");
        }

        // Security: nobody is called at the word of a client that people have not let in, or let in no more.
        if (
            keys.Any(static key => key.JwksUri is not null)
            && TokenQuestions.Ask(snapshot, options.Name, client, time.GetUtcNow(), out _) is not null
        )
        {
            keys = [.. keys.Where(static key => key.JwksUri is null)];
            if (keys.Count == 0)
            {
                return new AuthenticatedClient(null, client, OAuthError.InvalidClient, "assertion:closed-client");
            }
        }

        var check = await assertions.CheckAsync(
            read,
            new RegisteredKeys(
                [.. keys.Where(static key => key.Jwk is not null).Select(static key => key.Jwk!)],
                [.. keys.Where(static key => key.JwksUri is not null).Select(static key => key.JwksUri!)]
            ),
            AudiencesOf(http),
            http.RequestAborted,
            () => WaitOf(snapshot, client) == TimeSpan.Zero
        );
        Note(check, client, snapshot, http);
        var error = check.Flaw == AssertionCheck.NoRoom ? OAuthError.TooMany(WaitOf(snapshot, client)) : ErrorOf(check);
        return new AuthenticatedClient(check.Assertion, client, error, check.Flaw);
    }

    // Why nobody looks at the signature of an assertion now; null: somebody does.
    private AuthenticatedClient? FindSpent(string client, RegistrySnapshot snapshot, HttpContext http)
    {
        var peer = http.Connection.RemoteIpAddress;
        var wait = falseSignatures.WaitOf(client, peer, IsNear(client, snapshot, peer), out var detail);
        if (wait > TimeSpan.Zero)
        {
            room.CountExhausted("false-signatures");
            return new AuthenticatedClient(null, client, OAuthError.TooManyFalse(wait), detail);
        }

        // Where the client is known to be, what it asks too often costs no signature either; elsewhere nobody is told that it is busy.
        return falseSignatures.HasProven(client, peer) && WaitOf(snapshot, client) is var busy && busy > TimeSpan.Zero
            ? new AuthenticatedClient(null, client, OAuthError.TooMany(busy), AssertionCheck.NoRoom)
            : null;
    }

    private void Note(in AssertionCheck check, string client, RegistrySnapshot snapshot, HttpContext http)
    {
        var peer = http.Connection.RemoteIpAddress;
        if (check.Assertion is not null)
        {
            falseSignatures.NoteGood(client, peer);
        }
        else if (check.IsFalse || check.Flaw is AssertionCheck.NotSigned or AssertionCheck.Replayed)
        {
            falseSignatures.NoteFalse(client, peer, IsNear(client, snapshot, peer));
        }
    }

    private bool IsNear(string clientId, RegistrySnapshot snapshot, IPAddress? peer) =>
        TokenQuestions.IsInNetworksOf(snapshot, options.Name, clientId, peer);

    // Some libraries say the very endpoint that they call.
    private string[] AudiencesOf(HttpContext http) =>
        http.Request.Path.Value is "/revoke" or "/introspect" ? [.. _audiences, options.Issuer + http.Request.Path.Value] : _audiences;

    private TimeSpan WaitOf(RegistrySnapshot snapshot, string clientId) =>
        snapshot.FindClient(options.Name, clientId) is { } client ? room.WaitOf(client) : TimeSpan.Zero;

    private AuthenticatedClient OfCertificate(string clientId, RegistrySnapshot snapshot, HttpContext http)
    {
        if (http.Connection.ClientCertificate is not { } certificate)
        {
            return new AuthenticatedClient(null, clientId, OAuthError.InvalidClient, "assertion:absent");
        }

        var now = time.GetUtcNow();
        var hash = Convert.ToHexStringLower(certificate.GetCertHash(HashAlgorithmName.SHA256));
        if (TokenQuestions.IsCertificateOf(snapshot, options.Name, clientId, hash, now))
        {
            return ByCertificate(clientId, "x5t:" + hash);
        }

        // Names first: whoever bears none that is registered has no chain built.
        var named = authorities is null ? [] : TokenQuestions.CertificateNamesOf(snapshot, options.Name, clientId, now);
        foreach (var credential in named)
        {
            if (ClientAuthorities.Names(certificate, credential))
            {
                return FindSpent(clientId, snapshot, http) ?? OfChain(clientId, certificate, credential, snapshot, http);
            }
        }

        var flaw = named.Count > 0 ? "certificate:name" : "certificate:unknown";
        return new AuthenticatedClient(null, clientId, OAuthError.InvalidClient, flaw);
    }

    // A chain has signatures too, and anybody can make a certificate that bears a name.
    private AuthenticatedClient OfChain(
        string clientId,
        X509Certificate2 certificate,
        Credential credential,
        RegistrySnapshot snapshot,
        HttpContext http
    )
    {
        if (authorities!.Vouch(certificate))
        {
            return ByCertificate(clientId, "tls:" + credential.Id);
        }

        var peer = http.Connection.RemoteIpAddress;
        falseSignatures.NoteFalse(clientId, peer, IsNear(clientId, snapshot, peer));
        return new AuthenticatedClient(null, clientId, OAuthError.InvalidClient, "certificate:chain");
    }

    private static AuthenticatedClient ByCertificate(string clientId, string key) =>
        new(new ClaimedAssertion(clientId, [], key), clientId, null, null) { IsByCertificate = true };

    private static OAuthError? ErrorOf(AssertionCheck check)
    {
        if (check.Assertion is not null)
        {
            return null;
        }

        return check.IsUnavailable ? OAuthError.Busy : OAuthError.InvalidClient;
    }
}

/// <summary>Who sent a request, or why nobody knows.</summary>
/// <param name="Assertion">Set exactly when there is no error.</param>
/// <param name="ClaimedId">Whom the request names, verified or not.</param>
/// <param name="Error">What the client is told.</param>
/// <param name="Detail">What failed, for the record.</param>
internal readonly record struct AuthenticatedClient(ClaimedAssertion? Assertion, string? ClaimedId, OAuthError? Error, string? Detail)
{
    /// <summary>Whether the certificate of the connection said it: what the client is given is bound to that.</summary>
    public bool IsByCertificate { get; init; }

    /// <summary>The place that the request has among its client's; given back at its end.</summary>
    public IDisposable? Place { get; init; }
}
