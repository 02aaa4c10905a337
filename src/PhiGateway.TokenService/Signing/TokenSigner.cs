using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PhiGateway.Identity.Tokens;
using PhiGateway.TokenService.Configuration;

namespace PhiGateway.TokenService.Signing;

/// <summary>Writes and signs tokens, and reads its own again; ES256, <c>typ</c> <c>at+jwt</c>.</summary>
internal sealed class TokenSigner(TokenServiceOptions options, KeyRing ring)
{
    /// <summary>
    /// Longest text of a token that is issued, and read again: beside its scheme it fits into the 16 KB that a node reads of an
    /// <c>Authorization</c> header.
    /// </summary>
    public const int MaximumLength = (16 * 1024) - 64;

    /// <summary>The token's text, signed by the key that is in force.</summary>
    /// <exception cref="SigningException">No signature is to be had now.</exception>
    public async ValueTask<string> SignAsync(IssuedToken token, CancellationToken cancellationToken)
    {
        var key = ring.Current ?? throw new SigningException("no-key");
        var header = Base64Url.EncodeToString(Encoding.ASCII.GetBytes($$"""{"alg":"ES256","typ":"at+jwt","kid":"{{key.Id}}"}"""));
        var payload = new ArrayBufferWriter<byte>(1024);
        Write(payload, token);
        var input = $"{header}.{Base64Url.EncodeToString(payload.WrittenSpan)}";
        var signature = await key.SignAsync(Encoding.ASCII.GetBytes(input), cancellationToken);
        return $"{input}.{Base64Url.EncodeToString(signature)}";
    }

    /// <summary>SHA-256 of what is signed, lower-case hex: the token's identity, by which it is revoked and recorded.</summary>
    public static string HashOf(string token) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(token[..token.LastIndexOf('.')])));

    /// <summary>Every hash under which a token that was signed here may be revoked.</summary>
    public static TokenHashes HashesOf(string token) => TokenHashes.Of(token, "ES256");

    /// <summary>
    /// Whether tokens can be read: a node that started while its signer was away has no key, and knows no token for its own.
    /// </summary>
    public bool CanRead => ring.Keys.Count > 0;

    /// <summary>A token that was signed here by a key that is still published; null: any other text.</summary>
    public IssuedToken? Read(string? token)
    {
        if (token is not { Length: > 0 and <= MaximumLength } || !Ascii.IsValid(token))
        {
            return null;
        }

        var parts = token.Split('.');
        if (
            parts.Length != 3
            || !TryDecode(parts[0], out var header)
            || !TryDecode(parts[1], out var payload)
            || !TryDecode(parts[2], out var signature)
        )
        {
            return null;
        }

        try
        {
            using var head = JsonDocument.Parse(header);
            var key =
                head.RootElement.ValueKind == JsonValueKind.Object
                && head.RootElement.TryGetProperty("kid", out var kid)
                && kid.ValueKind == JsonValueKind.String
                    ? ring.Find(kid.GetString())
                    : null;
            // Everything below was written by SignAsync.
            return key is not null && key.Verifies(Encoding.ASCII.GetBytes(token[..token.LastIndexOf('.')]), signature)
                ? ReadClaims(payload)
                : null;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static IssuedToken ReadClaims(byte[] payload)
    {
        using var document = JsonDocument.Parse(payload);
        var claims = document.RootElement;
        if (!TaskDetail.TryRead(claims, out var task) || !ParentTokens.TryRead(claims, out var parents))
        {
            throw new JsonException("A task or a parent that cannot be read.");
        }

        var confirmation = claims.TryGetProperty("cnf", out var cnf) ? cnf : default;
        var (client, subject) = (claims.GetProperty("client_id").GetString()!, claims.GetProperty("sub").GetString());
        return new IssuedToken
        {
            ClientId = client,
            Person = subject == client ? null : subject,
            AuthenticatedAt = claims.TryGetProperty("auth_time", out var moment)
                ? DateTimeOffset.FromUnixTimeSeconds(moment.GetInt64())
                : null,
            Acr = TextOf(claims, "acr"),
            Id = claims.GetProperty("jti").GetString()!,
            IssuedAt = DateTimeOffset.FromUnixTimeSeconds(claims.GetProperty("iat").GetInt64()),
            ExpiresAt = DateTimeOffset.FromUnixTimeSeconds(claims.GetProperty("exp").GetInt64()),
            Scope = claims.GetProperty("scope").GetString()!,
            Purposes =
            [
                .. claims
                    .GetProperty("extensions")
                    .GetProperty("hl7-b2b")
                    .GetProperty("purpose_of_use")
                    .EnumerateArray()
                    .Select(static item => item.GetString()!),
            ],
            Task = task,
            Parents = parents,
            KeyThumbprint = TextOf(confirmation, "jkt"),
            CertificateThumbprint = TextOf(confirmation, "x5t#S256"),
        };
    }

    private static string? TextOf(JsonElement holder, string name) =>
        holder.ValueKind == JsonValueKind.Object && holder.TryGetProperty(name, out var value) ? value.GetString() : null;

    // As SignAsync writes it and in no other way: a token that was revoked by the hash of its text would come back under another.
    private static bool TryDecode(string text, out byte[] bytes)
    {
        bytes = [];
        if (!Base64Url.IsValid(text))
        {
            return false;
        }

        try
        {
            bytes = Base64Url.DecodeFromChars(text);
        }
        catch (FormatException)
        {
            return false;
        }

        return string.Equals(Base64Url.EncodeToString(bytes), text, StringComparison.Ordinal);
    }

    private void Write(IBufferWriter<byte> output, IssuedToken token)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("iss", options.Issuer);
        json.WriteString("aud", options.Audience);
        json.WriteString("sub", token.Subject);
        json.WriteString("client_id", token.ClientId);
        json.WriteString("jti", token.Id);
        json.WriteNumber("iat", token.IssuedAt.ToUnixTimeSeconds());
        json.WriteNumber("exp", token.ExpiresAt.ToUnixTimeSeconds());
        json.WriteString("scope", token.Scope);
        json.WriteStartObject("extensions");
        json.WriteStartObject("hl7-b2b");
        json.WriteStartArray("purpose_of_use");
        foreach (var purpose in token.Purposes)
        {
            json.WriteStringValue(purpose);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        WriteSignIn(json, token);
        WriteTask(json, token);
        WriteBinding(json, token);
        token.Parents.Write(json);
        json.WriteEndObject();
    }

    /// <summary>What is known of the sign-in of the person behind a token; nothing for others (RFC 9470 section 6).</summary>
    internal static void WriteSignIn(Utf8JsonWriter json, IssuedToken token)
    {
        if (token.AuthenticatedAt is { } moment)
        {
            json.WriteNumber("auth_time", moment.ToUnixTimeSeconds());
        }

        if (token.Acr is { } acr)
        {
            json.WriteString("acr", acr);
        }
    }

    /// <summary>The task of a token that was given for one; nothing for others.</summary>
    internal static void WriteTask(Utf8JsonWriter json, IssuedToken token)
    {
        if (token.Task is null)
        {
            return;
        }

        json.WriteStartArray(TaskDetail.Name);
        json.WriteStartObject();
        json.WriteString("type", TaskDetail.Type);
        json.WriteString(TaskDetail.Identifier, token.Task);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    /// <summary>The confirmation of a bound token; nothing for others.</summary>
    internal static void WriteBinding(Utf8JsonWriter json, IssuedToken token)
    {
        var (name, value) = token.KeyThumbprint is { } key ? ("jkt", key) : ("x5t#S256", token.CertificateThumbprint);
        if (value is null)
        {
            return;
        }

        json.WriteStartObject("cnf");
        json.WriteString(name, value);
        json.WriteEndObject();
    }
}
