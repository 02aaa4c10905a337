using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Refusals;

/// <summary>
/// Writes a refusal: OperationOutcome on FHIR routes, problem+json elsewhere; the public text and the decision id, nothing from inside.
/// </summary>
internal static class RefusalWriter
{
    /// <summary>System of the refusal codes in <c>issue.details.coding</c>.</summary>
    public const string CodeSystem = "urn:phi-gateway:refusal";

    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

    /// <summary>Writes the answer; the response must not have begun.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="reason">Why.</param>
    /// <param name="insteadOf">Status that the refusal takes instead of its reason's own; null: the reason's.</param>
    public static async ValueTask WriteAsync(GatewayExchange exchange, DenyReason reason, int? insteadOf)
    {
        var response = exchange.Http.Response;
        var status = insteadOf ?? reason.Status;
        var retryAfter = response.Headers.RetryAfter;
        var (policy, left) = (response.Headers[RateLimitFields.Policy], response.Headers[RateLimitFields.State]);
        response.Clear();
        response.StatusCode = status;
        response.Headers.CacheControl = "no-store";
        response.Headers[KnownHeaders.RequestId] = exchange.IdText;
        if (status is 429 or 503)
        {
            response.Headers.RetryAfter = retryAfter.Count > 0 ? retryAfter : WaitOf(exchange, reason);
            response.Headers[RateLimitFields.Policy] = policy;
            response.Headers[RateLimitFields.State] = left;
        }

        if (status == StatusCodes.Status415UnsupportedMediaType)
        {
            // Bodies come as they are (RFC 9110, 12.5.3).
            response.Headers.AcceptEncoding = "identity";
        }

        if (status == StatusCodes.Status405MethodNotAllowed)
        {
            // What the clinical system does not do here is none of them.
            var undone = reason == DenyReason.UpstreamUnsupported ? exchange.Http.Request.Method : null;
            response.Headers.Allow = exchange.AllowedMethods ?? string.Join(", ", Methods.Where(method => method != undone));
        }

        if (status == StatusCodes.Status401Unauthorized || reason.OAuthError is not null)
        {
            response.Headers.WWWAuthenticate = Challenges.Of(exchange, reason, status);
        }

        if (exchange.ProofNonce is { } nonce)
        {
            response.Headers[KnownHeaders.DpopNonce] = nonce;
        }

        if (exchange.Http.Request.Protocol == "HTTP/1.1" && (exchange.Known.Canonical is null || LeavesUnread(reason)))
        {
            // A request that could not be read to its end leaves the connection in doubt.
            response.Headers.Connection = "close";
        }

        var body = new ArrayBufferWriter<byte>(512);
        if (exchange.Known.Route is null or { Api: not null })
        {
            response.ContentType = KnownMediaTypes.Problem;
            WriteProblem(body, exchange, Told(reason), status);
        }
        else
        {
            response.ContentType = KnownMediaTypes.FhirJsonUtf8;
            WriteOperationOutcome(body, exchange, reason);
        }

        response.ContentLength = body.WrittenCount;
        exchange.Status = status;
        if (!HttpMethods.IsHead(exchange.Http.Request.Method))
        {
            await response.Body.WriteAsync(body.WrittenMemory, exchange.Http.RequestAborted);
        }
    }

    /// <summary>
    /// Answers, on a listener that knows no exchanges, who sent a body too slowly; the answer must not have begun.
    /// </summary>
    public static async Task WriteLateAsync(HttpContext http)
    {
        var reason = DenyReason.BodyTooSlow;
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new Dictionary<string, object>
            {
                ["type"] = $"{CodeSystem}:{reason.Code}",
                ["title"] = reason.PublicText,
                ["status"] = reason.Status,
                ["code"] = reason.Code,
            }
        );
        var response = http.Response;
        response.Clear();
        response.StatusCode = reason.Status;
        response.ContentType = KnownMediaTypes.Problem;
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        if (http.Request.Protocol == "HTTP/1.1")
        {
            // What is still to come of the body is read by nobody.
            response.Headers.Connection = "close";
        }

        await response.Body.WriteAsync(body, http.RequestAborted);
    }

    private static bool LeavesUnread(DenyReason reason) =>
        reason == DenyReason.MalformedRequest || reason == DenyReason.BodyTooLarge || reason == DenyReason.BodyTooSlow;

    // A busy upstream is asked again when it said that it can be.
    private static string WaitOf(GatewayExchange exchange, DenyReason reason) =>
        (reason == DenyReason.UpstreamBusy ? exchange.UpstreamWait ?? 1 : 1).ToString(CultureInfo.InvariantCulture);

    private static void WriteOperationOutcome(IBufferWriter<byte> output, GatewayExchange exchange, DenyReason reason)
    {
        using var json = new Utf8JsonWriter(output);
        WriteOutcome(json, exchange.Id, reason, exchange.RefusedPlace);
    }

    // To a client a record that is missing and a record that is another patient's are the same, to the letter; the trail tells them apart.
    private static DenyReason Told(DenyReason reason) => reason == DenyReason.PatientNotFound ? DenyReason.NotFoundOrWithheld : reason;

    /// <summary>The OperationOutcome of a refusal; also for one entry of a batch.</summary>
    /// <param name="json">Receives it.</param>
    /// <param name="decision">Decision id.</param>
    /// <param name="reason">Why.</param>
    /// <param name="place">What in the request it is about; null: nothing in particular.</param>
    public static void WriteOutcome(Utf8JsonWriter json, Guid decision, DenyReason reason, RequestPlace? place)
    {
        reason = Told(reason);
        json.WriteStartObject();
        json.WriteString("resourceType", "OperationOutcome");
        json.WriteStartArray("issue");
        json.WriteStartObject();
        json.WriteString("severity", "error");
        json.WriteString("code", reason.IssueType);
        json.WriteStartObject("details");
        json.WriteStartArray("coding");
        json.WriteStartObject();
        json.WriteString("system", CodeSystem);
        json.WriteString("code", reason.Code);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteString("text", reason.PublicText);
        json.WriteEndObject();
        json.WriteString("diagnostics", $"decision {decision}");
        if (place is not null)
        {
            WriteExpressions(json, place);
        }

        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    // R4 OperationOutcome.issue: of an element its path, of a parameter its name behind "http.".
    private static void WriteExpressions(Utf8JsonWriter json, RequestPlace place)
    {
        json.WriteStartArray("expression");
        if (place.Entry is { } entry)
        {
            json.WriteStringValue(string.Create(CultureInfo.InvariantCulture, $"Bundle.entry[{entry}]"));
        }

        if (place.Parameter is { } name)
        {
            json.WriteStringValue($"http.{name}");
        }

        json.WriteEndArray();
    }

    private static void WriteProblem(IBufferWriter<byte> output, GatewayExchange exchange, DenyReason reason, int status)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("type", $"{CodeSystem}:{reason.Code}");
        json.WriteString("title", reason.PublicText);
        json.WriteNumber("status", status);
        json.WriteString("code", reason.Code);
        if (exchange.RefusedPlace?.Parameter is { } name)
        {
            json.WriteString("parameter", name);
        }

        json.WriteString("decision", exchange.IdText);
        json.WriteEndObject();
    }
}
