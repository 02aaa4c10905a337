using System.Globalization;
using System.Text.Json;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Refusals;
using PhiGateway.Gateway.Release.Leaving;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Release.Batches;

/// <summary>Writes the batch-response: one entry per entry of the request, in their order (R4 3.1.0.11.4).</summary>
internal sealed class BatchWriter : IDisposable
{
    // What is written around a resource, and the blocks in which the writer asks for room.
    private const int Around = 2048 + (3 * 4096);

    private readonly PooledBuffer _output;
    private readonly Utf8JsonWriter _json;

    public BatchWriter(PooledBuffer output)
    {
        _output = output;
        _json = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true });
        _json.WriteStartObject();
        _json.WriteString("resourceType", "Bundle");
        _json.WriteString("type", "batch-response");
        _json.WriteStartArray("entry");
    }

    /// <summary>Makes room for an entry, so that it is written whole once it is begun.</summary>
    /// <param name="resource">Bytes of what may leave.</param>
    /// <exception cref="MemoryExhaustedException">There is none.</exception>
    public void MakeRoom(int resource)
    {
        _json.Flush();
        _output.MakeRoom(resource + Around);
    }

    /// <summary>An entry that was answered.</summary>
    /// <param name="entry">Its exchange; status and disclosure are set.</param>
    /// <param name="answer">The upstream's answer, for its headers.</param>
    /// <param name="location">Where what it created is; null: it created nothing, or that cannot be said.</param>
    /// <param name="resource">What may leave; empty without a resource.</param>
    public void WriteAnswer(GatewayExchange entry, UpstreamAnswer answer, string? location, ReadOnlyMemory<byte> resource)
    {
        var (isOne, isVersioned) = (AnswerHeaders.IsOneResource(entry), AnswerHeaders.IsVersioned(entry));
        _json.WriteStartObject();

        // What a server says of a write (Prefer: return=OperationOutcome) stands in the response (R4 Bundle.entry.response.outcome).
        var isOutcome = AnswerHeaders.IsOfChange(entry) && entry.Disclosure.Resources.Count == 0 && !resource.IsEmpty;
        if (!isOutcome && !resource.IsEmpty && entry.Ingressed.Canonical.Method != "HEAD")
        {
            if (isOne && entry.Disclosure.Resources[0] is { Id: { } id, Type: var type })
            {
                _json.WriteString("fullUrl", $"{entry.Ingressed.Route.Language.GatewayBase}/{type.Name}/{id}");
            }

            _json.WritePropertyName("resource");
            _json.WriteRawValue(resource.Span, skipInputValidation: true);
        }

        _json.WriteStartObject("response");
        _json.WriteString("status", PhraseOf(entry.Status));
        if (location is not null)
        {
            _json.WriteString("location", location);
        }

        if (isVersioned && AnswerHeaders.TagOf(entry) is { } tag)
        {
            _json.WriteString("etag", tag);
        }

        if (isVersioned && answer.LastModified is { } date)
        {
            _json.WriteString("lastModified", date.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        }

        if (isOutcome)
        {
            _json.WritePropertyName("outcome");
            _json.WriteRawValue(resource.Span, skipInputValidation: true);
        }

        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.Flush();
    }

    /// <summary>An entry that was refused: status, code and decision id, as it would have been told by itself.</summary>
    public void WriteRefusal(GatewayExchange entry, DenyReason reason, int? status)
    {
        _json.WriteStartObject();
        _json.WriteStartObject("response");
        _json.WriteString("status", (status ?? reason.Status).ToString(CultureInfo.InvariantCulture));
        _json.WritePropertyName("outcome");
        RefusalWriter.WriteOutcome(_json, entry.Id, reason, entry.RefusedPlace);
        _json.WriteEndObject();
        _json.WriteEndObject();
        _json.Flush();
    }

    /// <summary>Ends the Bundle.</summary>
    public void End()
    {
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
    }

    public void Dispose() => _json.Dispose();

    private static string PhraseOf(int status) =>
        status switch
        {
            200 => "200 OK",
            201 => "201 Created",
            202 => "202 Accepted",
            204 => "204 No Content",
            304 => "304 Not Modified",
            _ => status.ToString(CultureInfo.InvariantCulture),
        };
}
