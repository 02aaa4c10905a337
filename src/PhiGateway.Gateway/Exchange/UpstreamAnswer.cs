using System.IO.Compression;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Exchange;

/// <summary>An upstream's answer, headers read, body not; owned by the exchange.</summary>
internal sealed class UpstreamAnswer : IDisposable
{
    private readonly UpstreamHead _head;
    private readonly HttpResponseMessage? _response;
    private readonly Stream? _body;
    private readonly UpstreamPace? _pace;

    /// <summary>One that an HTTP client read.</summary>
    /// <param name="response">The answer as it came.</param>
    /// <param name="pace">How long its body may be waited for; null: without end.</param>
    public UpstreamAnswer(HttpResponseMessage response, UpstreamPace? pace = null)
        : this(UpstreamHead.Of(response)) => (_response, _pace) = (response, pace);

    /// <summary>One that is read from a connection of the gateway's own.</summary>
    /// <param name="head">Status and headers.</param>
    /// <param name="body">The body as it comes; keeps to its limits of time itself.</param>
    public UpstreamAnswer(in UpstreamHead head, Stream body)
        : this(head) => _body = body;

    private UpstreamAnswer(in UpstreamHead head)
    {
        _head = head;
        MediaType = KnownMediaTypes.WithoutParameters(head.ContentType);
    }

    public int Status => _head.Status;

    /// <summary>Media type without parameters, lower case; empty when absent.</summary>
    public string MediaType { get; }

    /// <summary>Whether it says that it is JSON, FHIR's or any other. Security: one that does not say what it is may be anybody's.</summary>
    public bool SaysJson => MediaType.Length > 0 && (KnownMediaTypes.IsFhirJson(MediaType) || KnownMediaTypes.IsJson(MediaType));

    /// <summary>Declared length of the body; null when unknown.</summary>
    public long? Length => _head.Length;

    public EntityTagHeaderValue? ETag => EntityTagHeaderValue.TryParse(_head.ETag, out var tag) ? tag : null;

    /// <summary>The version that the tag names; null: it names none.</summary>
    public string? VersionId => VersionTags.Read(_head.ETag);

    public DateTimeOffset? LastModified =>
        Microsoft.Net.Http.Headers.HeaderUtilities.TryParseDate(_head.LastModified, out var time) ? time : null;

    /// <summary>Where a created resource is, as the upstream says it.</summary>
    public Uri? Location => PlaceOf(_head.Location);

    /// <summary>Where an asynchronous job is polled, as the upstream says it.</summary>
    public Uri? ContentLocation => PlaceOf(_head.ContentLocation);

    /// <summary>How long the upstream asks to be left alone, in whole seconds; null: it does not say, or nothing that can be read.</summary>
    /// <param name="now">The moment that a date is held against.</param>
    public int? WaitAt(DateTimeOffset now) => RetryAfter.Read(_head.RetryAfter, now);

    /// <summary>Until when the files that a manifest names are there; null: it does not say, or nothing that can be read.</summary>
    public DateTimeOffset? Expires => Microsoft.Net.Http.Headers.HeaderUtilities.TryParseDate(_head.Expires, out var time) ? time : null;

    /// <summary>How far a job is, in the upstream's words, which may hold anything; null: it does not say.</summary>
    public string? Progress => _head.Progress;

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

            if (_head.ContentEncoding is null && Length > buffer.Most)
            {
                return StageResult.Refuse(DenyReason.AnswerTooLarge);
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
        var body = _body ?? await _response!.Content.ReadAsStreamAsync(cancellationToken);
        body = _pace is null ? body : new PacedStream(body, _pace);

        // The gateway asks for no encoding; one that comes all the same is undone, or the body is not read at all.
        return _head.ContentEncoding?.Trim().ToLowerInvariant() switch
        {
            null or "identity" => body,
            "gzip" or "x-gzip" => RatioLimitedStream.Over(body, static wire => new GZipStream(wire, CompressionMode.Decompress)),
            "br" => RatioLimitedStream.Over(body, static wire => new BrotliStream(wire, CompressionMode.Decompress)),
            "deflate" => RatioLimitedStream.Over(body, static wire => new ZLibStream(wire, CompressionMode.Decompress)),
            _ => null,
        };
    }

    public void Dispose()
    {
        _response?.Dispose();
        _body?.Dispose();
        _pace?.Dispose();
    }

    private static Uri? PlaceOf(string? text) => Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out var place) ? place : null;
}
