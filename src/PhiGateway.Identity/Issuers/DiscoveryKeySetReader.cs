using System.Text.Json;
using PhiGateway.Identity.Common;

namespace PhiGateway.Identity.Issuers;

/// <summary>Finds and reads an issuer's keys by OpenID Connect Discovery 1.0.</summary>
/// <remarks>
/// Security: no redirects, no proxy, https except on loopback, and the document must name the very issuer that was configured (section
/// 4.3).
/// </remarks>
internal sealed class DiscoveryKeySetReader : IKeySetReader, IDisposable
{
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    private readonly string _issuer;
    private readonly Uri _document;
    private readonly JwksDownload _download;

    /// <param name="issuer">The configured <c>iss</c>.</param>
    /// <param name="connect">Opens the connections, by the host's own rules; null: as the runtime does.</param>
    /// <param name="document">Where its discovery document is; null: where OpenID Connect has it.</param>
    public DiscoveryKeySetReader(
        string issuer,
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect = null,
        Uri? document = null
    )
    {
        _issuer = issuer;
        _document = document ?? new Uri(issuer.TrimEnd('/') + "/.well-known/openid-configuration");
        _download = new JwksDownload(connect);
    }

    /// <summary>The last document that named the right issuer; null: none was read.</summary>
    public byte[]? Document { get; private set; }

    /// <summary>What that document says of the issuer's endpoints.</summary>
    public IssuerPlaces Places { get; private set; } = IssuerPlaces.None;

    public async Task<JwksReading> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var document = await _download.GetAsync(_document, cancellationToken);
            var keys = FindKeys(document, out var problem);
            if (keys is null)
            {
                return JwksReading.Failed(problem);
            }

            var reading = JwksReader.Read(await _download.GetAsync(keys, cancellationToken));
            if (reading.Keys is not null)
            {
                Document = document;
                Places = IssuerPlaces.Read(document, _document.Scheme == Uri.UriSchemeHttp && _document.IsLoopback);
            }

            return reading;
        }
        catch (Exception fault) when (JwksDownload.WordsOf(fault, cancellationToken) is { } words)
        {
            return JwksReading.Failed(words);
        }
    }

    public void Dispose() => _download.Dispose();

    private Uri? FindKeys(byte[] json, out string problem)
    {
        JsonDocument document;
        try
        {
            document = OneWayJson.Parse(json, Strict);
        }
        catch (JsonException)
        {
            problem = "the discovery document is not JSON";
            return null;
        }

        using (document)
        {
            var root = document.RootElement;
            problem = "the discovery document names another issuer";
            if (
                root.ValueKind != JsonValueKind.Object
                || !root.TryGetProperty("issuer", out var named)
                || !ClaimText.TryRead(named, out var issuer)
                || issuer != _issuer
            )
            {
                return null;
            }

            problem = "the discovery document has no jwks_uri over https";
            if (
                !root.TryGetProperty("jwks_uri", out var location)
                || !ClaimText.TryRead(location, out var text)
                || !Uri.TryCreate(text, UriKind.Absolute, out var keys)
            )
            {
                return null;
            }

            // Loopback http is for the issuer that itself lives there; an https issuer never sends us down to http.
            return
                keys.Scheme == Uri.UriSchemeHttps
                || (keys.Scheme == Uri.UriSchemeHttp && keys.IsLoopback && _document.Scheme == Uri.UriSchemeHttp)
                ? keys
                : null;
        }
    }
}
