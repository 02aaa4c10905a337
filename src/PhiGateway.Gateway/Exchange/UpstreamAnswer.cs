using System.IO.Compression;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Exchange;

/// <summary>An upstream's answer, headers read, body not; owned by the exchange.</summary>
/// <param name="response">The answer as it came.</param>
/// <param name="pace">How long its body may be waited for; null: without end.</param>
internal sealed class UpstreamAnswer(HttpResponseMessage response, UpstreamPace? pace = null) : IDisposable
{
    public int Status { get; } = (int)response.StatusCode;

    /// <summary>Media type without parameters, lower case; empty when absent.</summary>
    public string MediaType { get; } = response.Content.Headers.ContentType?.MediaType?.ToLowerInvariant() ?? string.Empty;

    /// <summary>Declared length of the body; null when unknown.</summary>
    public long? Length { get; } = response.Content.Headers.ContentLength;

    public EntityTagHeaderValue? ETag => response.Headers.ETag;

    public DateTimeOffset? LastModified => response.Content.Headers.LastModified;

    /// <summary>Where a created resource is, as the upstream says it.</summary>
    public Uri? Location => response.Headers.Location;

    /// <summary>Where an asynchronous job is polled, as the upstream says it.</summary>
    public Uri? ContentLocation => response.Content.Headers.ContentLocation;

    /// <summary>How long to wait, where the upstream says it as a number; null otherwise.</summary>
    public TimeSpan? RetryAfter => response.Headers.RetryAfter?.Delta;

    /// <summary>What is not empty must be FHIR's JSON.</summary>
    public StageResult CheckType(PooledBuffer body) =>
        body.Length == 0 || KnownMediaTypes.IsFhirJson(MediaType)
            ? StageResult.Continue
            : StageResult.Refuse(DenyReason.UnreadableAnswer, "media-type");

    /// <summary>Reads the whole body; refuses one that is too large, cut short or in an encoding that cannot be read.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<StageResult> ReadAsync(PooledBuffer buffer, CancellationToken cancellationToken)
    {
        try
        {
            await using var stream = await OpenAsync(cancellationToken);
            if (stream is null)
            {
                return StageResult.Refuse(DenyReason.UnreadableAnswer, "content-encoding");
            }

            buffer.Expect(Length ?? 0);
            return await buffer.TryReadAsync(stream, cancellationToken)
                ? StageResult.Continue
                : StageResult.Refuse(DenyReason.AnswerTooLarge);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or InvalidDataException or InvalidOperationException)
        {
            return StageResult.Refuse(DenyReason.UnreadableAnswer, "cut-short");
        }
    }

    /// <summary>The body, decompressed; null when its encoding is not one that can be read.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Stream?> OpenAsync(CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        body = pace is null ? body : new PacedStream(body, pace);
        var encodings = response.Content.Headers.ContentEncoding;
        if (encodings.Count == 0)
        {
            return body;
        }

        // The gateway asks for no encoding; one that comes all the same is undone, or the body is not read at all.
        return encodings.Count > 1
            ? null
            : encodings.First().ToLowerInvariant() switch
            {
                "identity" => body,
                "gzip" or "x-gzip" => RatioLimitedStream.Over(body, static wire => new GZipStream(wire, CompressionMode.Decompress)),
                "br" => RatioLimitedStream.Over(body, static wire => new BrotliStream(wire, CompressionMode.Decompress)),
                "deflate" => RatioLimitedStream.Over(body, static wire => new ZLibStream(wire, CompressionMode.Decompress)),
                _ => null,
            };
    }

    public void Dispose()
    {
        response.Dispose();
        pace?.Dispose();
    }
}
