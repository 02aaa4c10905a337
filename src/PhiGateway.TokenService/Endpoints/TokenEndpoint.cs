using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Identity.Assertions;
using PhiGateway.Identity.Proofs;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.TokenService.Configuration;
using PhiGateway.TokenService.Grants;
using PhiGateway.TokenService.Signing;
using PhiGateway.TokenService.Trail;

namespace PhiGateway.TokenService.Endpoints;

/// <summary>
/// <c>POST /token</c>: SMART Backend Services (RFC 6749 section 4.4), token exchange for a task (RFC 8693) and, for persons of a known
/// provider, identity assertions (ID-JAG). Issues exactly what the registry approved, to whom it approved it, bound where it must be, on
/// record before it leaves.
/// </summary>
internal sealed class TokenEndpoint(
    TokenServiceOptions options,
    ServedEnvironment environment,
    ISnapshotSource snapshots,
    ClientAuthentication authentication,
    AccessReader reader,
    IdentityAssertions identities,
    IKeyProof proofs,
    TokenSigner signer,
    TokenTrail trail,
    TimeProvider time
)
{
    private const string What = TokenIssue.Issued;
    private const string Exchanged = TokenIssue.Exchanged;

    public async Task RunAsync(HttpContext http)
    {
        var (form, unread) = await TokenForm.ReadAsync(http.Request);
        if (await snapshots.FindFreshAsync(http.RequestAborted) is not { } snapshot)
        {
            await RefuseAsync(http, snapshots.Current, OAuthError.Busy, "snapshot-too-old", null, null);
            return;
        }

        if (form is null)
        {
            await RefuseAsync(http, snapshot, unread!, "form", null, null);
            return;
        }

        if (form["grant_type"] is null)
        {
            await RefuseAsync(http, snapshot, OAuthError.Malformed("The grant_type is missing."), "grant-type", form["client_id"], null);
            return;
        }

        var isForPerson = form["grant_type"] == AccessReader.JwtBearer && options.IdentityProviders.Count > 0;
        if (!isForPerson && form["grant_type"] is not ("client_credentials" or AccessReader.Exchange))
        {
            await RefuseAsync(http, snapshot, OAuthError.GrantType, "grant-type", form["client_id"], null);
            return;
        }

        // 1. Who asks.
        var sender = await authentication.AuthenticateAsync(form, snapshot, http);
        using var place = sender.Place;
        if (sender.Assertion is not { } assertion)
        {
            // Its signature held: whose assertion was shown again is known, and somebody is to look.
            var copied = sender.Detail == AssertionCheck.Replayed ? snapshot.FindClient(options.Name, sender.ClaimedId!) : null;
            await RefuseAsync(http, snapshot, sender.Error!, sender.Detail, sender.ClaimedId, copied);
            return;
        }

        // 2. For whom: for itself, or for a person whose provider the client is registered for.
        var person = isForPerson ? await FindPersonAsync(form, assertion.ClientId, http) : default;
        if (isForPerson && person.Identity is null)
        {
            snapshot = snapshots.Current;
            var known = snapshot.FindClient(options.Name, assertion.ClientId);
            await RefuseAsync(http, snapshot, ErrorOf(person), person.Flaw, assertion.ClientId, known);
            return;
        }

        // 3. Whether its path is open: now, since keys may have been fetched. So is what it came with.
        var authenticatedBy = snapshot;
        snapshot = snapshots.Current;
        var now = time.GetUtcNow();
        if (authentication.FindWithdrawn(sender, authenticatedBy, snapshot, http) is { } withdrawn)
        {
            await RefuseAsync(http, snapshot, OAuthError.InvalidClient, withdrawn, assertion.ClientId, null);
            return;
        }

        var closed = TokenQuestions.Ask(snapshot, options.Name, assertion.ClientId, now, out var client);
        if (closed is null && client is not null)
        {
            closed = TokenQuestions.AskPlace(client, environment.Name, http.Connection.RemoteIpAddress, now);
        }

        if (closed is not null || client is null)
        {
            await RefuseAsync(http, snapshot, OAuthError.NotAllowed, $"{closed?.Reason} {closed?.Rule}".Trim(), assertion.ClientId, client);
            return;
        }

        // The same of the provider, whose keys may have been fetched just now.
        if (person.Identity is { } claimed && !MayComeFor(snapshot, assertion.ClientId, claimed.Provider, now))
        {
            await RefuseAsync(http, snapshot, OAuthError.Person, "id-jag:provider", assertion.ClientId, client);
            return;
        }

        if (person.Identity is { } said && TokenQuestions.IsPersonRevoked(snapshot, said.Provider, said.Subject, said.IssuedAt))
        {
            await RefuseAsync(http, snapshot, OAuthError.Person, "id-jag:revoked", assertion.ClientId, client);
            return;
        }

        // 4. For what: resource, task, scopes, purposes; never more than is approved, never more than what is exchanged.
        var what = form["grant_type"] == AccessReader.Exchange ? Exchanged : What;
        var access = reader.Read(form, assertion, person.Identity, client, snapshot, now);
        if (access.Error is { } outside)
        {
            await RefuseAsync(http, snapshot, outside, access.Detail, assertion.ClientId, client, null, access.Task, what);
            return;
        }

        if (TokenQuestions.FindStop(snapshot, access.Purposes) is { } stop)
        {
            var detail = $"{DenyReason.Revoked} {stop}";
            await RefuseAsync(http, snapshot, OAuthError.NotAllowed, detail, assertion.ClientId, client, null, access.Task, what);
            return;
        }

        // 5. Bound to what.
        var bound = await BindAsync(http, client, sender.IsByCertificate);
        if ((bound.Error ?? Unbound(access.Subject, bound)) is { } unbound)
        {
            var detail = bound.Detail ?? "binding:subject-token";
            await RefuseAsync(http, snapshot, unbound, detail, assertion.ClientId, client, bound.Nonce, access.Task, what);
            return;
        }

        var token = new IssuedToken
        {
            ClientId = assertion.ClientId,
            Person = person.Identity?.TokenSubject,
            AuthenticatedAt = person.Identity?.AuthenticatedAt,
            Acr = person.Identity?.Acr,
            Id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)),
            IssuedAt = now,
            ExpiresAt = Earlier(now + LifetimeOf(client, access.Scope), access.Until),
            Scope = access.Scope,
            Purposes = access.Purposes,
            Task = access.Task,
            Parents = access.Parents,
            KeyThumbprint = bound.Key,
            CertificateThumbprint = bound.Certificate,
        };
        await IssueAsync(http, snapshot, client, token, person.Identity, bound.Nonce, access.Subject is not null, assertion.Key);
    }

    // Whom the registry knows is asked before the provider's keys are.
    private Task<IdentityCheck> FindPersonAsync(TokenForm form, string clientId, HttpContext http) =>
        identities.CheckAsync(
            form["assertion"],
            clientId,
            options.Issuer,
            options.Audience,
            provider => MayComeFor(snapshots.Current, clientId, provider, time.GetUtcNow()),
            http.RequestAborted
        );

    private bool MayComeFor(RegistrySnapshot snapshot, string clientId, string provider, DateTimeOffset now) =>
        TokenQuestions.MayComeFor(snapshot, options.Name, clientId, provider, now);

    private async Task IssueAsync(
        HttpContext http,
        RegistrySnapshot snapshot,
        ClientEntry client,
        IssuedToken token,
        ClaimedIdentity? person,
        string? nonce,
        bool isExchange,
        string key
    )
    {
        var what = isExchange ? Exchanged : What;
        string text;
        try
        {
            text = await signer.SignAsync(token, http.RequestAborted);
        }
        catch (SigningException fault)
        {
            await RefuseAsync(http, snapshot, OAuthError.Busy, "signing:" + fault.Flaw, token.ClientId, client, nonce, token.Task, what);
            return;
        }

        if (text.Length > TokenSigner.MaximumLength)
        {
            // Signs of a filter are longer in a token than they are.
            await RefuseAsync(http, snapshot, OAuthError.ScopeTooLong, "scope:too-long", token.ClientId, client, null, token.Task, what);
            return;
        }

        // Last of all that may refuse: an assertion of a person cannot be had anew as a client's own can. Before the record, which says issued.
        if (person is not null && await identities.UseAsync(person, http.RequestAborted) is { Identity: null } used)
        {
            await RefuseAsync(http, snapshot, ErrorOf(used), used.Flaw, token.ClientId, client, nonce, token.Task, what);
            return;
        }

        try
        {
            await trail.RecordIssuedAsync(http, client, snapshot, token, text, what, key);
        }
        catch (JournalUnavailableException)
        {
            await Answers.WriteErrorAsync(http, OAuthError.Busy);
            return;
        }

        if (nonce is not null)
        {
            http.Response.Headers["DPoP-Nonce"] = nonce;
        }

        await Answers.WriteAsync(
            http,
            StatusCodes.Status200OK,
            json =>
            {
                json.WriteString("access_token", text);
                json.WriteString("token_type", token.KeyThumbprint is null ? "Bearer" : "DPoP");
                json.WriteNumber("expires_in", (int)(token.ExpiresAt - token.IssuedAt).TotalSeconds);
                json.WriteString("scope", token.Scope);
                TokenSigner.WriteTask(json, token);
                if (isExchange)
                {
                    json.WriteString("issued_token_type", AccessReader.AccessToken);
                }
            }
        );
    }

    // A token that was bound is exchanged by whoever proves the same again, and what comes of it is bound to the same.
    private static OAuthError? Unbound(IssuedToken? subject, in BoundTo bound) =>
        (subject?.KeyThumbprint ?? bound.Key) == bound.Key && (subject?.CertificateThumbprint ?? bound.Certificate) == bound.Certificate
            ? null
            : OAuthError.Unproven;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset? other) => other is { } end && end < one ? end : one;

    private async ValueTask<BoundTo> BindAsync(HttpContext http, ClientEntry client, bool isByCertificate)
    {
        var (required, mtls, dpop) = TokenQuestions.BindingOf(client);
        if (http.Request.Headers["DPoP"].Count > 0)
        {
            if (isByCertificate)
            {
                // What a certificate got is bound to the certificate, and to nothing else.
                return new BoundTo(OAuthError.Unproven, "binding:certificate", null, null, null);
            }

            var proof = await proofs.ReadAsync(http, options.Issuer);
            if (!proof.Thumbprint.TryGet(out var thumbprint, out var refusal))
            {
                return new BoundTo(ErrorOf(refusal), proof.Thumbprint.Detail ?? refusal.Code, proof.Nonce, null, null);
            }

            return !required || dpop
                ? new BoundTo(null, null, proof.Nonce, thumbprint, null)
                : new BoundTo(OAuthError.Unproven, "binding:mtls", null, null, null);
        }

        if ((isByCertificate || (required && mtls)) && http.Connection.ClientCertificate is { } certificate)
        {
            // RFC 8705 section 3.1: the certificate of this connection is the one that calls must show.
            return new BoundTo(null, null, null, null, Base64Url.EncodeToString(certificate.GetCertHash(HashAlgorithmName.SHA256)));
        }

        return required ? new BoundTo(OAuthError.Unproven, "binding:absent", null, null, null) : default;
    }

    private static OAuthError ErrorOf(in IdentityCheck person)
    {
        if (person.IsUnavailable)
        {
            return OAuthError.Busy;
        }

        return person.Flaw == IdentityCheck.SubjectTooLong ? OAuthError.PersonTooLong : OAuthError.Person;
    }

    private static OAuthError ErrorOf(DenyReason refusal)
    {
        if (refusal == DenyReason.DpopNonceRequired)
        {
            return OAuthError.Nonce;
        }

        return refusal == DenyReason.TooManyProofs ? OAuthError.Busy : OAuthError.Proof;
    }

    // The shortest of what is configured, what the risk allows and what the client may have.
    private TimeSpan LifetimeOf(ClientEntry client, string scope)
    {
        var life = options.TokenLifetime;
        if (options.HighRiskLifetime < life && (client.UseCase is { Risk: RiskTier.High } || ApprovedScope.Changes(scope)))
        {
            life = options.HighRiskLifetime;
        }

        return client.Client.MaxTokenLifetimeSeconds is { } most && TimeSpan.FromSeconds(most) < life ? TimeSpan.FromSeconds(most) : life;
    }

    private Task RefuseAsync(
        HttpContext http,
        RegistrySnapshot snapshot,
        OAuthError error,
        string? detail,
        string? clientId,
        ClientEntry? client,
        string? nonce = null,
        string? task = null,
        string what = What
    )
    {
        trail.RecordRefused(http, what, error.Code, detail, error.Status, clientId, client, snapshot, task);
        return Answers.WriteErrorAsync(http, error, nonce);
    }

    private readonly record struct BoundTo(OAuthError? Error, string? Detail, string? Nonce, string? Key, string? Certificate);
}
