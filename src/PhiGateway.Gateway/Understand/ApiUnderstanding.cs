using PhiGateway.Apis;
using PhiGateway.Fhir;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Understand;

/// <summary>
/// Understands a request on a route whose language is a declared table, and opens the sealed pages and cursors of its answers.
/// </summary>
internal sealed class ApiUnderstanding(HandleSealer sealer)
{
    private const string PageParameter = "_page";

    /// <summary>Gives what the request means; everything after decides on that as on FHIR.</summary>
    public StageResult<Understood> Read(GatewayExchange exchange, ApiTable table, ReadOnlyMemory<byte> body)
    {
        var line = exchange.Ingressed.Canonical;
        if (line is { Method: "GET" or "HEAD", Segments.Count: 0, Query: [{ Name: PageParameter } page] })
        {
            return OpenPage(exchange, table, page.Value);
        }

        var reading = ApiRequestReader.Read(
            line,
            exchange.Ingressed.Headers,
            body,
            table,
            exchange.Ingressed.Route.Language.MaxDepth,
            out var allowed
        );
        if (!reading.TryGet(out var request, out var refusal))
        {
            exchange.AllowedMethods = MethodsOf(allowed);
            exchange.RefusedPlace = reading.Place;
            return StageResult.Refuse(refusal, reading.Detail);
        }

        if (request.Handle is not { } handle)
        {
            return new Understood(request.Meaning, request);
        }

        var opened = OpenCursor(exchange, request, handle);
        if (!opened.Continues)
        {
            // The record tells what was tried.
            exchange.Fill(new Understood(request.Meaning, request));
        }

        return opened;
    }

    private static string? MethodsOf(IReadOnlyList<string> allowed)
    {
        if (allowed.Count == 0)
        {
            return null;
        }

        return string.Join(", ", allowed.Contains("GET") ? allowed.Prepend("HEAD") : allowed);
    }

    // The next page of an earlier question: that question is read, decided and judged again.
    private StageResult<Understood> OpenPage(GatewayExchange exchange, ApiTable table, string handle)
    {
        if (Open(exchange, handle, HandleKind.Page, out var flaw) is not { } content)
        {
            return StageResult.Refuse(DenyReason.HandleNotYours, flaw);
        }

        var (route, original) = (exchange.Ingressed.Route, content.Original);
        if (
            !CanonicalReader.Read(original.Method, original.Target, route.Base, ApiTable.MostSegments).TryGet(out var line, out _)
            || !ApiRequestReader
                .Read(line, original.Headers, original.Body, table, route.Language.MaxDepth, out _)
                .TryGet(out var request, out _)
            || request.Handle is not null
            || request.Meaning.IsWrite
        )
        {
            return StageResult.Refuse(DenyReason.HandleNotYours, "handle-no-longer-understood");
        }

        var asked = new FhirRequest
        {
            Canonical = exchange.Ingressed.Canonical,
            Interaction = Interaction.SearchPage,
            Handle = handle,
            Parts = [],
            Headers = exchange.Ingressed.Headers,
            Template = $"GET /?{PageParameter}",
        };
        return new Understood(
            request.Meaning,
            request with
            {
                From = content.From,
                PageSize = content.Size,
            },
            new Continuation(asked, original, new PagePlace(content.Upstream, content.From))
        );
    }

    // A cursor goes on in the answer to the very question that it stood in the answer of.
    private StageResult<Understood> OpenCursor(GatewayExchange exchange, ApiRequest request, string handle)
    {
        if (Open(exchange, handle, HandleKind.Cursor, out var flaw) is not { } content)
        {
            return StageResult.Refuse(DenyReason.HandleNotYours, flaw);
        }

        if (content.Original.Target != request.Meaning.Canonical.ToTarget())
        {
            return StageResult.Refuse(DenyReason.HandleNotYours, "handle-of-another-request");
        }

        return new Understood(request.Meaning, WithCursor(request, content));
    }

    // A page that is put together may begin within the backend's first one, which has no cursor.
    private static ApiRequest WithCursor(ApiRequest request, HandleContent content) =>
        request with
        {
            Cursor = content.Upstream.Length == 0 ? null : content.Upstream,
            From = content.From,
            PageSize = content.Size,
        };

    private HandleContent? Open(GatewayExchange exchange, string handle, HandleKind kind, out string? flaw)
    {
        flaw = "handle-without-client";
        return HandleBinding.Of(exchange) is { } binding ? sealer.Open(handle, kind, binding, exchange.Now, out flaw) : null;
    }
}
