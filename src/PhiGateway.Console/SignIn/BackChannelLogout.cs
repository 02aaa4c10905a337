using System.Text.Json;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using PhiGateway.Admin.Access;
using PhiGateway.Admin.Configuration;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Console.Http;
using PhiGateway.Console.Sessions;
using PhiGateway.Identity.Tokens;

namespace PhiGateway.Console.SignIn;

/// <summary>
/// Ends sessions when the identity provider says so (OpenID Connect Back-Channel Logout 1.0): somebody has left, or signed out elsewhere.
/// </summary>
internal static class BackChannelLogout
{
    private const string Event = "http://schemas.openid.net/event/backchannel-logout";
    private const string Provider = "identity-provider";
    private const string NoKeys = "keys";
    private const int MostCharacters = 16 * 1024;

    // A token is sent at once; an old one is somebody else's.
    private static readonly TimeSpan MostAge = TimeSpan.FromMinutes(5);

    // One of a later moment would end sessions that have not begun.
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Answers 200 when what the token names has ended here, 400 when it is none of the provider's, 503 when the provider's keys cannot be had,
    /// or too many false ones came from there.
    /// </summary>
    public static async Task RunAsync(HttpContext context, string scheme)
    {
        var services = context.RequestServices;
        context.Response.Headers.CacheControl = "no-store";
        var form = await ConsoleForm.ReadAsync(context);
        var (token, flaw) = form?["logout_token"] is [{ Length: > 0 and <= MostCharacters } text]
            ? await ReadAsync(context, scheme, text)
            : (null, "form");
        if (token is null)
        {
            // A few in a minute stand on record, the rest are counted.
            _ = services.GetRequiredService<FailedAuthentications>().Record(context, "logout-token:" + flaw);

            // A provider sends again what met a node without its keys, or was not looked at.
            context.Response.StatusCode = flaw is NoKeys or FalseTokens.Budget
                ? StatusCodes.Status503ServiceUnavailable
                : StatusCodes.Status400BadRequest;
            return;
        }

        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var ended = await services.GetRequiredService<SessionFleet>().EndAllAsync(token.Subject, token.Session, token.At);
        services
            .GetRequiredService<IAuditJournal>()
            .TryAppend(
                new AuditRecord
                {
                    Id = Guid.CreateVersion7(now),
                    Kind = AuditKind.Auth,
                    Event = "console.back-channel-logout",
                    Time = now,
                    Decision = "permit",
                    Actor = Provider,
                    Peer = context.Connection.RemoteIpAddress?.ToString(),
                    Note = FormattableString.Invariant($"sessions ended: {ended}"),
                }
            );
    }

    private static async Task<(Ended? Ended, string? Flaw)> ReadAsync(HttpContext context, string scheme, string text)
    {
        var options = context.RequestServices.GetRequiredService<IOptionsMonitor<OpenIdConnectOptions>>().Get(scheme);
        try
        {
            _ = await options.ConfigurationManager!.GetConfigurationAsync(context.RequestAborted);
        }
        catch (InvalidOperationException)
        {
            return (null, NoKeys);
        }

        // Security: anybody may show one. The provider shows all of them, from where it showed good ones before.
        var peer = context.Connection.RemoteIpAddress;
        var falseTokens = context.RequestServices.GetRequiredService<StrangersTokens>().Room;
        if (!falseTokens.HasRoom(peer, Provider, Provider))
        {
            context.RequestServices.GetRequiredService<AdminOptions>().CountExhausted(FalseTokens.Budget);
            return (null, FalseTokens.Budget);
        }

        // The handler asks for the keys anew where it finds none.
        var parameters = options.TokenValidationParameters.Clone();
        parameters.ConfigurationManager = (BaseConfigurationManager)options.ConfigurationManager!;
        var result = await new JsonWebTokenHandler { MapInboundClaims = false }.ValidateTokenAsync(text, parameters);
        if (!result.IsValid || result.SecurityToken is not JsonWebToken token)
        {
            if (result.Exception is SecurityTokenInvalidSignatureException)
            {
                falseTokens.NoteFalse(peer, Provider, Provider);
            }

            return (null, "signature");
        }

        var age = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow() - token.IssuedAt;
        using var payload = JsonDocument.Parse(Base64UrlEncoder.Decode(token.EncodedPayload));
        var claims = payload.RootElement;
        var (subject, session) = (TextOf(claims, "sub"), TextOf(claims, "sid"));

        // An id token has a nonce or no such event: it ends nothing.
        var flaw = (claims.TryGetProperty("nonce", out _), IsLogout(claims), TextOf(claims, "jti")) switch
        {
            (true, _, _) => "nonce",
            (_, false, _) => "events",
            (_, _, null) => "jti",
            _ when age > MostAge || age < -Skew => "iat",
            _ when subject is null && session is null => "subject",
            _ => null,
        };
        if (flaw is not null)
        {
            // It costs as much as one that is false, and whoever once signed in has an id token to show again and again.
            falseTokens.NoteFalse(peer, Provider, Provider);
            return (null, flaw);
        }

        falseTokens.NoteGood(peer, Provider, Provider);
        return (new Ended(session is null ? subject : null, session, new DateTimeOffset(token.IssuedAt, TimeSpan.Zero)), null);
    }

    private static bool IsLogout(JsonElement claims) =>
        claims.TryGetProperty("events", out var events) && events.ValueKind == JsonValueKind.Object && events.TryGetProperty(Event, out _);

    private static string? TextOf(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // With a session named, only that one ends.
    private sealed record Ended(string? Subject, string? Session, DateTimeOffset At);
}
