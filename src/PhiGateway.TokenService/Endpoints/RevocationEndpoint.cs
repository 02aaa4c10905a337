using Microsoft.AspNetCore.Http;
using PhiGateway.Audit.Journal;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.TokenService.Configuration;
using PhiGateway.TokenService.Grants;
using PhiGateway.TokenService.Signing;
using PhiGateway.TokenService.Trail;

namespace PhiGateway.TokenService.Endpoints;

/// <summary>
/// <c>POST /revoke</c> (RFC 7009): a client gives one of its own tokens back, which is dead on every node within a second. Of any other text
/// it learns nothing.
/// </summary>
internal sealed class RevocationEndpoint(
    TokenServiceOptions options,
    ISnapshotSource snapshots,
    ClientAuthentication authentication,
    IRegistryStore store,
    TokenSigner signer,
    TokenTrail trail,
    TimeProvider time
)
{
    private const string What = "token.revoke";

    public async Task RunAsync(HttpContext http)
    {
        // A form may come slowly: by the registry that there is when it is read.
        var (form, unread) = await TokenForm.ReadAsync(http.Request);
        var snapshot = snapshots.Current;
        if (form is null)
        {
            await RefuseAsync(http, snapshot, unread!, "form", null);
            return;
        }

        var sender = await authentication.AuthenticateAsync(form, snapshot, http);
        using var place = sender.Place;
        if (sender.Assertion is not { } assertion)
        {
            await RefuseAsync(http, snapshot, sender.Error!, sender.Detail, sender.ClaimedId);
            return;
        }

        // Keys may have been fetched: who came by one that was withdrawn meanwhile ends nobody's tokens.
        var authenticatedBy = snapshot;
        snapshot = snapshots.Current;
        if (authentication.FindWithdrawn(sender, authenticatedBy, snapshot, http) is { } withdrawn)
        {
            await RefuseAsync(http, snapshot, OAuthError.InvalidClient, withdrawn, assertion.ClientId);
            return;
        }

        if (form["token"] is not { } text)
        {
            await RefuseAsync(http, snapshot, OAuthError.Malformed("The token is missing."), "token", assertion.ClientId);
            return;
        }

        // Not "of no meaning here": nobody can say.
        if (!signer.CanRead)
        {
            await RefuseAsync(http, snapshot, OAuthError.Busy, "signing:no-key", assertion.ClientId);
            return;
        }

        var now = time.GetUtcNow();
        if (
            signer.Read(text) is { } token
            && token.ClientId == assertion.ClientId
            && token.ExpiresAt > now
            && snapshot.FindClient(options.Name, token.ClientId) is { } client
            && !Revoked.Is(snapshot, options, token, text)
            && !await TryRevokeAsync(http, snapshot, client, token, text)
        )
        {
            await Answers.WriteErrorAsync(http, OAuthError.Busy);
            return;
        }

        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.Headers.CacheControl = "no-store";
    }

    // On record first: what was revoked without a record would be a hole in the story.
    private async Task<bool> TryRevokeAsync(HttpContext http, RegistrySnapshot snapshot, ClientEntry client, IssuedToken token, string text)
    {
        try
        {
            await trail.RecordRevokedAsync(http, client, snapshot, token, text);
            var now = time.GetUtcNow();
            await store.RevokeAsync(
                new Revocation(
                    Guid.CreateVersion7(now).ToString(),
                    RevocationTarget.TokenHash,
                    TokenSigner.HashOf(text),
                    null,
                    null,
                    "given back by its client",
                    $"client/{client.Client.Id}",
                    now
                )
                {
                    Until = token.ExpiresAt,
                },
                CancellationToken.None
            );
            return true;
        }
#pragma warning disable CA1031 // Whatever is wrong with journal or database: the client is told that its token is still alive.
        catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    private Task RefuseAsync(HttpContext http, RegistrySnapshot snapshot, OAuthError error, string? detail, string? clientId)
    {
        trail.RecordRefused(http, What, error.Code, detail, error.Status, clientId, null, snapshot);
        return Answers.WriteErrorAsync(http, error);
    }
}
