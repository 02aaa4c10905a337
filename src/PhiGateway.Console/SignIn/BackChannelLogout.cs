using System.Text.Json;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using PhiGateway.Admin.Calls;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Console.Http;
using PhiGateway.Console.Sessions;

namespace PhiGateway.Console.SignIn;

/// <summary>
/// Ends sessions when the identity provider says so (OpenID Connect Back-Channel Logout 1.0): somebody has left, or signed out elsewhere.
/// </summary>
internal static class BackChannelLogout
{
    private const string Event = "http://schemas.openid.net/event/backchannel-logout";
    private const string Provider = "identity-provider";
    private const int MostCharacters = 16 * 1024;

    // A token is sent at once; an old one is somebody else's.
    private static readonly TimeSpan MostAge = TimeSpan.FromMinutes(5);

    /// <summary>Answers 200 when what the token names has ended here, 400 when it is none of the provider's.</summary>
    public static async Task RunAsync(HttpContext context, string scheme)
    {
        var form = await ConsoleForm.ReadAsync(context);
        if (
            form?["logout_token"] is not [{ Length: > 0 and <= MostCharacters } text]
            || await ReadAsync(context, scheme, text) is not { } token
        )
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        var services = context.RequestServices;
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var call = new AdminCall(new AdminCaller(Provider, "back-channel", []), Guid.CreateVersion7(now), context.RequestAborted)
        {
            Method = context.Request.Method,
            Peer = context.Connection.RemoteIpAddress?.ToString(),
        };
        var ended = await services.GetRequiredService<SessionFleet>().EndAllAsync(call, token.Subject, token.Session);
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

    private static async Task<Ended?> ReadAsync(HttpContext context, string scheme, string text)
    {
        var options = context.RequestServices.GetRequiredService<IOptionsMonitor<OpenIdConnectOptions>>().Get(scheme);
        if (options.ConfigurationManager is not { } source)
        {
            return null;
        }

        var parameters = options.TokenValidationParameters.Clone();
        parameters.IssuerSigningKeys = (await source.GetConfigurationAsync(context.RequestAborted)).SigningKeys;
        var result = await new JsonWebTokenHandler { MapInboundClaims = false }.ValidateTokenAsync(text, parameters);
        if (!result.IsValid || result.SecurityToken is not JsonWebToken token)
        {
            return null;
        }

        var age = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow() - token.IssuedAt;
        using var payload = JsonDocument.Parse(Base64UrlEncoder.Decode(token.EncodedPayload));
        var claims = payload.RootElement;
        var (subject, session) = (TextOf(claims, "sub"), TextOf(claims, "sid"));

        // An id token has a nonce or no such event: it ends nothing.
        if (claims.TryGetProperty("nonce", out _) || !IsLogout(claims) || age > MostAge || (subject is null && session is null))
        {
            return null;
        }

        return new Ended(session is null ? subject : null, session);
    }

    private static bool IsLogout(JsonElement claims) =>
        claims.TryGetProperty("events", out var events) && events.ValueKind == JsonValueKind.Object && events.TryGetProperty(Event, out _);

    private static string? TextOf(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    // With a session named, only that one ends.
    private sealed record Ended(string? Subject, string? Session);
}
