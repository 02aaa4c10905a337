using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using PhiGateway.Identity.Common;
using PhiGateway.TokenService.Configuration;

namespace PhiGateway.TokenService.Signing;

/// <summary>
/// Speaks with the Transit engine of Vault or OpenBao: reads a key's public halves, and has data signed
/// (<c>POST {mount}/sign/{name}/sha2-256</c>, <c>marshaling_algorithm=jws</c>).
/// </summary>
/// <remarks>
/// Thread-safe. No redirects, no proxy, no cookies; bounded in time, size and number at once. Security: it is given what is signed, and its
/// answer is believed only after the signature was verified by the key that is published.
/// </remarks>
internal sealed class TransitClient : IDisposable
{
    // A key that was rotated each day for years: every version is in one answer.
    private const int MaximumBytes = 1024 * 1024;
    private const int AtOnce = 64;

    private static readonly TimeSpan TokenFresh = TimeSpan.FromSeconds(5);

    private readonly SignerOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpClient _client;
    private readonly SemaphoreSlim _room = new(AtOnce);
    private readonly Uri _key;
    private readonly Uri _sign;
    private volatile HeldToken? _token;

    public TransitClient(
        SignerOptions options,
        TimeProvider time,
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect
    )
    {
        _options = options;
        _time = time;
        // The time of a call is that of its token: room, connection and answer together.
        _client = PinnedClient.Create(options.Timeout, Timeout.InfiniteTimeSpan, MaximumBytes, connect, TlsOf(options));
        var engine = $"{options.Address.TrimEnd('/')}/v1/{options.Mount}";
        _key = new Uri($"{engine}/keys/{options.Key}");
        _sign = new Uri($"{engine}/sign/{options.Key}/sha2-256");
    }

    /// <summary>The key with its versions, as the engine describes it.</summary>
    /// <exception cref="SigningException">It cannot be had now.</exception>
    public Task<JsonDocument> GetKeyAsync(CancellationToken cancellationToken) =>
        SendAsync(() => new HttpRequestMessage(HttpMethod.Get, _key), cancellationToken);

    /// <summary>A signature of one version over data, not verified yet.</summary>
    /// <exception cref="SigningException">It cannot be had now.</exception>
    public async ValueTask<byte[]> SignAsync(int version, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new Dictionary<string, object>
            {
                ["input"] = Convert.ToBase64String(data.Span),
                ["key_version"] = version,
                ["marshaling_algorithm"] = "jws",
            }
        );
        using var answer = await SendAsync(
            () =>
            {
                var content = new ByteArrayContent(body);
                content.Headers.ContentType = new("application/json");
                return new HttpRequestMessage(HttpMethod.Post, _sign) { Content = content };
            },
            cancellationToken
        );

        // "vault:v3:" and base64url.
        var prefix = string.Create(CultureInfo.InvariantCulture, $":v{version}:");
        if (
            answer.RootElement.ValueKind == JsonValueKind.Object
            && answer.RootElement.TryGetProperty("data", out var said)
            && said.ValueKind == JsonValueKind.Object
            && said.TryGetProperty("signature", out var member)
            && member.ValueKind == JsonValueKind.String
            && member.GetString() is { } text
            && text.IndexOf(prefix, StringComparison.Ordinal) is > 0 and var at
            && Base64Url.IsValid(text.AsSpan(at + prefix.Length))
        )
        {
            return Base64Url.DecodeFromChars(text.AsSpan(at + prefix.Length));
        }

        throw new SigningException("mismatch");
    }

    public void Dispose()
    {
        _client.Dispose();
        _room.Dispose();
    }

    private async Task<JsonDocument> SendAsync(Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        time.CancelAfter(_options.Timeout);
        var hasRoom = false;
        try
        {
            await _room.WaitAsync(time.Token);
            hasRoom = true;
            using var request = make();
            if (TokenNow() is { } token)
            {
                request.Headers.Add("X-Vault-Token", token);
            }

            if (_options.Namespace is { } name)
            {
                request.Headers.Add("X-Vault-Namespace", name);
            }

            using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseContentRead, time.Token);
            return response.StatusCode == HttpStatusCode.OK
                ? JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(time.Token))
                : throw new SigningException("refused");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SigningException("late");
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            throw new SigningException("unreachable");
        }
        catch (JsonException)
        {
            throw new SigningException("refused");
        }
        finally
        {
            if (hasRoom)
            {
                _room.Release();
            }
        }
    }

    // Whoever renews it writes another one in its place.
    private string? TokenNow()
    {
        if (_options.Token is not { } reference)
        {
            return null;
        }

        var now = _time.GetUtcNow();
        if (_token is { } held && now - held.At < TokenFresh && now >= held.At)
        {
            return held.Text;
        }

        if (!SecretReference.TryResolve(reference, out var text, out _))
        {
            return _token?.Text ?? throw new SigningException("refused");
        }

        _token = new HeldToken(text, now);
        return text;
    }

    private static SslClientAuthenticationOptions TlsOf(SignerOptions options)
    {
        var tls = new SslClientAuthenticationOptions();
        if (options.Certificate is { } file && SecretReference.TryResolve(options.CertificateKey!, out var key, out _))
        {
            tls.ClientCertificates = [X509Certificate2.CreateFromPem(File.ReadAllText(file), key)];
        }

        if (options.Authorities is { } authorities)
        {
            var roots = new X509Certificate2Collection();
            roots.ImportFromPemFile(authorities);
            tls.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                DisableCertificateDownloads = true,
            };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        }

        return tls;
    }

    private sealed record HeldToken(string Text, DateTimeOffset At);
}
