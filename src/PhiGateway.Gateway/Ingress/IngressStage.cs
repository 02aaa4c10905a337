using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using PhiGateway.Apis;
using PhiGateway.Fhir;
using PhiGateway.Fhir.Canonical;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Ingress.Wire;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Ingress;

/// <summary>
/// The Ingress stage of the pipeline: checks host, route, headers and request line, and fills the exchange with their one reading; refuses
/// whatever could be read in more than one way.
/// </summary>
internal sealed class IngressStage(GatewayOptions options, OwnHosts hosts) : IStage
{
    private readonly bool _hasProxies = options.TrustedProxies.Addresses.Count > 0;

    public string Name => "Ingress";

    public ValueTask<StageResult> RunAsync(GatewayExchange exchange) => new(Read(exchange));

    private StageResult Read(GatewayExchange exchange)
    {
        var request = exchange.Http.Request;

        // 1. Bytes that could be read in two ways; what stands here then is not what was sent.
        if ((request.Method == WireFlaw.Method || _hasProxies) && exchange.Http.Features.Get<WireFlaw>() is { } flaw)
        {
            return StageResult.Refuse(flaw.Reason, flaw.Detail, flaw.Status);
        }

        // 2. The host: one, and one of ours.
        if (!hosts.Contain(request))
        {
            return StageResult.Refuse(DenyReason.UnknownHost);
        }

        // 3. A route.
        if (exchange.Known is not { Route: { } route, Proxy: { } proxy })
        {
            return StageResult.Refuse(DenyReason.NoRoute);
        }

        // 4. Headers: nothing that asks for another method, path or protocol, nothing meant twice.
        var rawTarget = exchange.Http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var broken = HeaderPolicy.FindBroken(request, rawTarget);
        if (broken is not null)
        {
            return StageResult.Refuse(ReasonOf(broken), broken);
        }

        // 5. The line, from the raw target: Request.Path was decoded once already and two targets share one path.
        var reading = route.Api is null
            ? CanonicalReader.ReadAsked(request.Method, rawTarget, route.Base)
            : CanonicalReader.Read(request.Method, rawTarget, route.Base, ApiTable.MostSegments);
        if (!reading.TryGet(out var canonical, out var refusal))
        {
            return StageResult.Refuse(refusal, reading.Detail);
        }

        // 6. A body only where the method gives it a meaning (RFC 9110 section 9.3.1).
        var hasBody = exchange.Http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? false;
        if (hasBody && !FhirRequestReader.ExpectsBody(canonical))
        {
            return StageResult.Refuse(DenyReason.MalformedRequest, "body-without-meaning");
        }

        if (hasBody && request.ContentLength > options.Limits.MaxRequestBody)
        {
            return StageResult.Refuse(DenyReason.BodyTooLarge);
        }

        // 7. The public documents are known by their place; what kind anything else is, its meaning says.
        var document = PublicDocuments.Find(route, canonical);
        if (document != PublicDocument.None)
        {
            exchange.Say(RequestKind.PublicDocument);
        }

        exchange.Fill(new Ingressed(route, proxy, canonical, HeaderPolicy.Read(request.Headers), document));
        return StageResult.Continue;
    }

    private static DenyReason ReasonOf(string header)
    {
        if (header == HeaderNames.ContentEncoding)
        {
            return DenyReason.UnsupportedMediaType;
        }

        return header == HeaderNames.Upgrade ? DenyReason.UpgradeRefused : DenyReason.MalformedHeader;
    }
}
