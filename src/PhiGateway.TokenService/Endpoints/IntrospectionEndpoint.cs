using System.Text.Json;
using Microsoft.AspNetCore.Http;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Snapshot;
using PhiGateway.TokenService.Configuration;
using PhiGateway.TokenService.Grants;
using PhiGateway.TokenService.Signing;
using PhiGateway.TokenService.Trail;

namespace PhiGateway.TokenService.Endpoints;

/// <summary>
/// <c>POST /introspect</c> (RFC 7662, SMART App Launch): whether a client's own token would be taken now. Of any other text the answer is
/// that it is not active, and nothing else.
/// </summary>
internal sealed class IntrospectionEndpoint(
    TokenServiceOptions options,
    ISnapshotSource snapshots,
    ClientAuthentication authentication,
    TokenSigner signer,
    TokenTrail trail,
    TimeProvider time
)
{
    private const string What = "token.introspect";

    public async Task RunAsync(HttpContext http)
    {
        // A form may come slowly: what is revoked meanwhile is revoked.
        var (form, unread) = await TokenForm.ReadAsync(http.Request);
        var snapshot = await snapshots.FindFreshAsync(http.RequestAborted) ?? snapshots.Current;
        if (form is null)
        {
            await RefuseAsync(http, snapshot, unread!, "form", null);
            return;
        }

        var sender = await authentication.AuthenticateAsync(form, snapshot, http);
        using var place = sender.Place;
        if (sender.Assertion is not { } assertion)
        {
            await RefuseAsync(http, snapshot, AsAnswered(sender.Error!), sender.Detail, sender.ClaimedId);
            return;
        }

        // Keys may have been fetched. By a registry that is out of sight nothing is active.
        var authenticatedBy = snapshot;
        var fresh = await snapshots.FindFreshAsync(http.RequestAborted);
        snapshot = fresh ?? snapshots.Current;
        if (authentication.FindWithdrawn(sender, authenticatedBy, snapshot, http) is { } withdrawn)
        {
            await RefuseAsync(http, snapshot, OAuthError.Unauthenticated, withdrawn, assertion.ClientId);
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

        var token = signer.Read(text);
        var isActive = fresh is not null && IsActive(snapshot, token, text, assertion.ClientId);
        trail.RecordIntrospected(http, snapshot.FindClient(options.Name, assertion.ClientId), assertion.ClientId, isActive, snapshot);
        await Answers.WriteAsync(http, StatusCodes.Status200OK, json => Write(json, isActive ? token : null));
    }

    // RFC 7662 section 2.3.
    private static OAuthError AsAnswered(OAuthError error) =>
        ReferenceEquals(error, OAuthError.InvalidClient) ? OAuthError.Unauthenticated : error;

    private bool IsActive(RegistrySnapshot snapshot, IssuedToken? token, string text, string clientId)
    {
        var now = time.GetUtcNow();
        return token is not null
            && token.ClientId == clientId
            && token.ExpiresAt > now
            && !Revoked.Is(snapshot, options, token, text)
            && TokenQuestions.Ask(snapshot, options.Name, clientId, now, out var client) is null
            && client is not null
            && (token.Task is not { } task || TaskQuestions.Find(client, task, now) is not null)
            && IsForSomethingOpen(snapshot, client, token);
    }

    // What it was given for may have been taken from the use case since, or be stopped.
    private static bool IsForSomethingOpen(RegistrySnapshot snapshot, ClientEntry client, IssuedToken token) =>
        client.UseCase is { } useCase
        && AssertedPurposes.Of(token.Purposes, useCase) is not null
        && TokenQuestions.FindStop(snapshot, token.Purposes) is null;

    private void Write(Utf8JsonWriter json, IssuedToken? token)
    {
        json.WriteBoolean("active", token is not null);
        if (token is null)
        {
            return;
        }

        json.WriteString("iss", options.Issuer);
        json.WriteString("aud", options.Audience);
        json.WriteString("sub", token.Subject);
        json.WriteString("client_id", token.ClientId);
        json.WriteString("jti", token.Id);
        json.WriteString("scope", token.Scope);
        json.WriteString("token_type", token.KeyThumbprint is null ? "Bearer" : "DPoP");
        json.WriteNumber("iat", token.IssuedAt.ToUnixTimeSeconds());
        json.WriteNumber("exp", token.ExpiresAt.ToUnixTimeSeconds());
        TokenSigner.WriteSignIn(json, token);
        TokenSigner.WriteTask(json, token);
        TokenSigner.WriteBinding(json, token);
    }

    private Task RefuseAsync(HttpContext http, RegistrySnapshot snapshot, OAuthError error, string? detail, string? clientId)
    {
        trail.RecordRefused(http, What, error.Code, detail, error.Status, clientId, null, snapshot);
        return Answers.WriteErrorAsync(http, error);
    }
}
