using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using PhiGateway.Audit.Journal;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.TokenService.Configuration;
using PhiGateway.TokenService.Endpoints;
using PhiGateway.TokenService.Grants;
using PhiGateway.TokenService.Trail;

namespace PhiGateway.TokenService.Registering;

/// <summary>
/// <c>POST /register</c> (RFC 7591; UDAP with a software statement; Client ID Metadata Documents by their address) and
/// <c>GET /register/{client_id}</c>: a stranger asks to be registered and learns what became of it.
/// </summary>
/// <remarks>
/// Security: it writes one row beside the registry, which no decision reads. A client is made by a person and approved by another one; until
/// then the <c>client_id</c> that is answered is unknown to every door.
/// </remarks>
internal sealed class RegistrationEndpoint(
    TokenServiceOptions options,
    ISnapshotSource snapshots,
    IRegistrationRequests requests,
    ApplicationIntake intake,
    ITokenRoom room,
    TokenTrail trail,
    TimeProvider time
)
{
    private const string What = "token.register";
    private const string Requests = "registration-requests";

    // As long as a request waits for people, and no shorter than a month: what has lapsed has another id than the same words now (IdOf).
    private static readonly TimeSpan Kept = TimeSpan.FromDays(31);

    private readonly StrangerRoom _room = new(time, options.Registration!.RequestsPerHourPerPeer, options.Registration.RequestsPerHour);

    // A look costs one read of one row.
    private readonly StrangerRoom _looks = new(
        time,
        options.Registration!.RequestsPerHourPerPeer * 12,
        options.Registration.RequestsPerHour * 12
    );

    /// <summary>Takes a request.</summary>
    public async Task RunAsync(HttpContext http)
    {
        if (!_room.TryTake(http.Connection.RemoteIpAddress, out var wait))
        {
            room.CountExhausted(Requests);
            await RefuseAsync(http, OAuthError.TooManyStrangers(wait), "registration:no-room", null);
            return;
        }

        var application = await intake.ReadAsync(http);
        if (application.Words is not { } words)
        {
            await RefuseAsync(http, application.Error!, application.Flaw, null);
            return;
        }

        var now = time.GetUtcNow();
        var asked = new RegistrationRequest
        {
            Id = IdOf(words, now),
            ReceivedAt = now,
            Until = now + Kept,
            Peer = Audit.Records.PeerNetwork.Of(http.Connection.RemoteIpAddress),
            Words = words,
        };
        if (await TryAddAsync(asked, http.RequestAborted) is not { IsKept: true } added)
        {
            await RefuseAsync(http, OAuthError.Busy, "registration:not-kept", asked.ClientId);
            return;
        }

        if (added.Request is not { } request)
        {
            room.CountExhausted("pending-registrations");
            await RefuseAsync(http, OAuthError.QueueFull, "registration:queue-full", asked.ClientId);
            return;
        }

        // On record before it is answered; who asks again for the same finds the row and has it recorded then.
        try
        {
            await trail.RecordApplicationAsync(http, request, snapshots.Current);
        }
        catch (JournalUnavailableException)
        {
            await Answers.WriteErrorAsync(http, OAuthError.Busy);
            return;
        }

        http.Response.Headers.Location = PlaceOf(request);
        await Answers.WriteAsync(http, StatusCodes.Status201Created, json => Write(json, request, application.Statement));
    }

    /// <summary>Says what became of a request: whoever knows its id, which is no secret, learns one word.</summary>
    public async Task ShowAsync(HttpContext http)
    {
        if (!_looks.TryTake(http.Connection.RemoteIpAddress, out var wait))
        {
            room.CountExhausted(Requests);
            await Answers.WriteErrorAsync(http, OAuthError.TooManyStrangers(wait));
            return;
        }

        var id = http.Request.RouteValues["id"] as string;
        RegistrationRequest? request = null;
        try
        {
            request = IsId(id) ? await requests.FindAsync(id!, http.RequestAborted) : null;
        }
#pragma warning disable CA1031 // Whatever is wrong with the database: nobody knows now.
        catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
        {
            await Answers.WriteErrorAsync(http, OAuthError.Busy);
            return;
        }

        if (request is null)
        {
            await Answers.WriteErrorAsync(http, OAuthError.UnknownRegistration);
            return;
        }

        await Answers.WriteAsync(
            http,
            StatusCodes.Status200OK,
            json =>
            {
                json.WriteString("client_id", request.ClientId);
                json.WriteString("registration_status", StatusOf(request));
            }
        );
    }

    // The same words in the same month are the same request: repeating it takes no room of others', and a declined one stays declined.
    private static string IdOf(RegistrationWords words, DateTimeOffset now)
    {
        var month = now.ToString("yyyy-MM", CultureInfo.InvariantCulture);
        var text = JsonSerializer.SerializeToUtf8Bytes(new { month, words }, RegistryJson.Options);
        return "reg-" + Convert.ToHexStringLower(SHA256.HashData(text).AsSpan(0, 16));
    }

    private static bool IsId(string? text) =>
        text is { Length: 36 } && text.StartsWith("reg-", StringComparison.Ordinal) && text.AsSpan(4).IndexOfAnyExcept(Hex) < 0;

    private static System.Buffers.SearchValues<char> Hex { get; } = System.Buffers.SearchValues.Create("0123456789abcdef");

    private async Task<AddedRequest> TryAddAsync(RegistrationRequest asked, CancellationToken cancellationToken)
    {
        try
        {
            return new AddedRequest(true, await requests.TryAddAsync(asked, options.Registration!.MostPending, cancellationToken));
        }
#pragma warning disable CA1031 // Whatever is wrong with the database: what it does not keep was not asked.
        catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
        {
            return new AddedRequest(false, null);
        }
    }

    // What a request for a token would show as well: whether its path is open now.
    private string StatusOf(RegistrationRequest request)
    {
        var closed = TokenQuestions.Ask(snapshots.Current, options.Name, request.ClientId, time.GetUtcNow(), out var client);
        var isOpen = client is not null && closed is null;
        var isRevoked = client is not null && closed?.Reason == DenyReason.Revoked;
        return request.State switch
        {
            RegistrationState.Taken when isOpen => "approved",
            RegistrationState.Taken when isRevoked => "declined",
            RegistrationState.Declined => "declined",
            _ => "pending",
        };
    }

    private string PlaceOf(RegistrationRequest request) => $"{options.RegistrationEndpoint}/{request.Id}";

    private void Write(Utf8JsonWriter json, RegistrationRequest request, string? statement)
    {
        var words = request.Words;
        json.WriteString("client_id", request.ClientId);
        json.WriteNumber("client_id_issued_at", request.ReceivedAt.ToUnixTimeSeconds());
        json.WriteString("registration_status", StatusOf(request));
        json.WriteString("registration_client_uri", PlaceOf(request));
        json.WriteString("client_name", words.Name);
        json.WriteStartArray("grant_types");
        json.WriteStringValue("client_credentials");
        json.WriteEndArray();
        json.WriteString("token_endpoint_auth_method", "private_key_jwt");
        if (words.Scope is { } scope)
        {
            json.WriteString("scope", scope);
        }

        if (words.JwksUri is { } address)
        {
            json.WriteString("jwks_uri", address);
        }
        else if (statement is null)
        {
            json.WriteStartObject("jwks");
            json.WritePropertyName("keys");
            JsonSerializer.Serialize(json, words.Keys, RegistryJson.Options);
            json.WriteEndObject();
        }

        if (statement is not null)
        {
            // RFC 7591 section 3.2.1: unmodified.
            json.WriteString("software_statement", statement);
        }
    }

    private Task RefuseAsync(HttpContext http, OAuthError error, string? detail, string? clientId)
    {
        trail.RecordRefused(http, What, error.Code, detail, error.Status, clientId, null, snapshots.Current);
        return Answers.WriteErrorAsync(http, error);
    }

    // What the store said: whether it answered at all, and the request where it had room.
    private readonly record struct AddedRequest(bool IsKept, RegistrationRequest? Request);
}
