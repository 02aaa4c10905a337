using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Gateway.Upstream.Lean;
using PhiGateway.Policy.Vocabulary;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Model;

namespace PhiGateway.Gateway.Upstream;

/// <summary>
/// Sends calls to the destination that YARP's clusters choose, by health and load: reads over plain HTTP/1.1 by connections of the
/// gateway's own, everything else by the cluster's HTTP client. The bytes are the gateway's own in both.
/// </summary>
internal sealed class YarpUpstream(
    IEnumerable<ILoadBalancingPolicy> policies,
    LeanClient lean,
    StorageClient storage,
    GatewayOptions options,
    TimeProvider clock
) : IUpstream
{
    private const int Unauthorized = 401;
    private const string TraceParent = "traceparent";

    private static readonly MediaTypeHeaderValue Json = new(KnownMediaTypes.FhirJson) { CharSet = "utf-8" };

    private readonly ILoadBalancingPolicy[] _policies = [.. policies];

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<UpstreamReply> SendAsync(UpstreamCall call, GatewayExchange exchange, CancellationToken cancellationToken)
    {
        var (route, proxy) = (exchange.Ingressed.Route, exchange.Ingressed.Proxy);
        if (StorageClient.IsFor(call))
        {
            return await storage.SendAsync(call, route, cancellationToken);
        }

        var destination = Pick(exchange, proxy);
        if (destination?.Model?.Config is not { } target)
        {
            return Failed(DenyReason.UpstreamUnavailable, null, wasSent: false, UpstreamFaults.NoDestination);
        }

        if (route.Certificate is { Current: null })
        {
            return Failed(DenyReason.UpstreamCredential, destination, wasSent: false);
        }

        // Security: where the cluster has a credential of its own, that goes or nothing does.
        var authorization = route.Credential is { } credential
            ? credential.Current ?? await credential.RenewAsync(null, cancellationToken)
            : ForwardedOf(route, exchange);
        if (route.Credential is not null && authorization is null)
        {
            return Failed(DenyReason.UpstreamCredential, destination, wasSent: false);
        }

        if (options.LeanReads && IsPlain(proxy.Cluster.Config) && LeanClient.CanSend(call, authorization))
        {
            var read = await ReadAsync(call, exchange, destination, target.Address, authorization, cancellationToken);
            return read.Status == Unauthorized && await RenewAsync(call, route, read, authorization, cancellationToken) is { } fresh
                ? await ReadAsync(call, exchange, destination, target.Address, fresh, cancellationToken)
                : read;
        }

        var reply = await ProxyAsync(call, exchange, destination, target.Address, authorization, cancellationToken);
        return reply.Status == Unauthorized && await RenewAsync(call, route, reply, authorization, cancellationToken) is { } other
            ? await ProxyAsync(call, exchange, destination, target.Address, other, cancellationToken)
            : reply;
    }

    // The gateway's own span, for the upstream's to join it: where spans are sent anywhere. Of a client's context nothing is taken over.
    private UpstreamCall Traced(UpstreamCall call) =>
        options.Telemetry.Otlp is not null && Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } span }
            ? call with
            {
                Headers = [.. call.Headers, KeyValuePair.Create(TraceParent, span)],
            }
            : call;

    // What the upstream refused is made anew. A read is asked for once more with that; a write is not, whoever answered 401 and why.
    private static async ValueTask<string?> RenewAsync(
        UpstreamCall call,
        PhiRoute route,
        UpstreamReply reply,
        string? refused,
        CancellationToken cancellationToken
    )
    {
        if (route.Credential is not { } credential || refused is null)
        {
            return null;
        }

        string? fresh;
        try
        {
            fresh = await credential.RenewAsync(refused, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Whoever asked is gone: what was answered goes back too, with its connection.
            reply.Answer.Value.Dispose();
            throw;
        }

        if (fresh is null || call is not { Method: "GET" or "HEAD", ContentType: null })
        {
            return null;
        }

        reply.Answer.Value.Dispose();
        return fresh;
    }

    private async ValueTask<UpstreamReply> ProxyAsync(
        UpstreamCall call,
        GatewayExchange exchange,
        DestinationState destination,
        string address,
        string? authorization,
        CancellationToken cancellationToken
    )
    {
        var (route, proxy) = (exchange.Ingressed.Route, exchange.Ingressed.Proxy);
        using var message = Write(Traced(call), authorization, address, proxy.Cluster.Config.HttpRequest, exchange);
        CancellationTokenSource? deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(route.Timeout);
        try
        {
            var response = await proxy.Cluster.HttpClient.SendAsync(message, deadline.Token);
            // The same patience for every further piece of the answer; the source is the answer's from here on.
            deadline.CancelAfter(Timeout.InfiniteTimeSpan);
            var pace = new UpstreamPace(deadline, route.Timeout, options.Limits.LongestAnswer, options.Limits.LeastRate, clock);
            deadline = null;
            return new UpstreamReply(new UpstreamAnswer(response, pace), destination.DestinationId);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed(DenyReason.UpstreamTimeout, destination, wasSent: true);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or InvalidOperationException)
        {
            // Without a connection nothing was sent; with one, nobody knows how much arrived.
            var wasSent =
                fault
                is not HttpRequestException
                {
                    HttpRequestError: HttpRequestError.NameResolutionError
                        or HttpRequestError.ConnectionError
                        or HttpRequestError.SecureConnectionError
                };
            return Failed(DenyReason.UpstreamUnavailable, destination, wasSent, UpstreamFaults.WordOf(fault));
        }
        finally
        {
            deadline?.Dispose();
        }
    }

    private ValueTask<UpstreamReply> ReadAsync(
        UpstreamCall call,
        GatewayExchange exchange,
        DestinationState destination,
        string address,
        string? authorization,
        CancellationToken cancellationToken
    ) =>
        options.Telemetry.Otlp is null
            ? ReadOnceAsync(call, exchange, destination, address, authorization, cancellationToken)
            : ReadTracedAsync(call, exchange, destination, address, authorization, cancellationToken);

    // What the HTTP client does by itself: the upstream's spans hang on this one.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<UpstreamReply> ReadTracedAsync(
        UpstreamCall call,
        GatewayExchange exchange,
        DestinationState destination,
        string address,
        string? authorization,
        CancellationToken cancellationToken
    )
    {
        using var span = UpstreamSpans.Start(call.Method);
        var reply = await ReadOnceAsync(Traced(call), exchange, destination, address, authorization, cancellationToken);
        if (span is not null)
        {
            UpstreamSpans.End(span, reply.Status, reply.Answer.Result.Refusal?.Code);
        }

        return reply;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<UpstreamReply> ReadOnceAsync(
        UpstreamCall call,
        GatewayExchange exchange,
        DestinationState destination,
        string address,
        string? authorization,
        CancellationToken cancellationToken
    )
    {
        var patience = exchange.Ingressed.Route.Timeout;
        var times = new LeanTimes(patience, patience, options.Limits.LongestAnswer, options.Limits.LeastRate);
        try
        {
            var (id, certificate) = (exchange.IdText, exchange.Ingressed.Route.Certificate);
            var answer = await lean.SendAsync(call, address, authorization, id, times, cancellationToken, certificate);
            return new UpstreamReply(new UpstreamAnswer(answer.Head.Known, answer.Body), destination.DestinationId);
        }
        catch (TimeoutException)
        {
            return Failed(DenyReason.UpstreamTimeout, destination, wasSent: true);
        }
        catch (IOException fault)
        {
            var wasSent = fault is not NoConnectionException;
            return Failed(DenyReason.UpstreamUnavailable, destination, wasSent, UpstreamFaults.WordOf(fault));
        }
    }

    // What an operator sets for a cluster's client holds for that client only.
    private static bool IsPlain(ClusterConfig cluster) =>
        cluster.HttpClient is null && (cluster.HttpRequest?.Version is not { } version || version == HttpVersion.Version11);

    private static string? ForwardedOf(PhiRoute route, GatewayExchange exchange) =>
        route.ForwardsClientToken ? exchange.Http.Request.Headers.Authorization.ToString() : null;

    private static UpstreamReply Failed(DenyReason reason, DestinationState? destination, bool wasSent, string? detail = null) =>
        new(StageResult<UpstreamAnswer>.Refuse(reason, detail), destination?.DestinationId, wasSent);

    private static HttpRequestMessage Write(
        UpstreamCall call,
        string? authorization,
        string address,
        Yarp.ReverseProxy.Forwarder.ForwarderRequestConfig? config,
        GatewayExchange exchange
    )
    {
        var message = new HttpRequestMessage(MethodOf(call.Method), new Uri(Join(address, call.PathAndQuery), UriKind.Absolute))
        {
            Version = config?.Version ?? HttpVersion.Version11,
            VersionPolicy = config?.VersionPolicy ?? HttpVersionPolicy.RequestVersionOrLower,
        };
        if (call.ContentType is not null)
        {
            message.Content = new ReadOnlyMemoryContent(call.Body);
            message.Content.Headers.ContentType =
                call.ContentType == KnownMediaTypes.FhirJson ? Json : MediaTypeHeaderValue.Parse(call.ContentType);
        }

        foreach (var header in call.Headers)
        {
            message.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        if (authorization is not null)
        {
            message.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        message.Headers.TryAddWithoutValidation(KnownHeaders.RequestId, exchange.IdText);
        return message;
    }

    private static string Join(string address, string pathAndQuery)
    {
        var root = address.EndsWith('/') ? address[..^1] : address;
        return string.Concat(root, pathAndQuery);
    }

    private static HttpMethod MethodOf(string method) =>
        method switch
        {
            "GET" => HttpMethod.Get,
            "POST" => HttpMethod.Post,
            "PUT" => HttpMethod.Put,
            "PATCH" => HttpMethod.Patch,
            "DELETE" => HttpMethod.Delete,
            _ => throw new ArgumentOutOfRangeException(nameof(method)),
        };

    private DestinationState? Pick(GatewayExchange exchange, IReverseProxyFeature proxy)
    {
        var available = proxy.AvailableDestinations;
        if (available.Count <= 1)
        {
            return available.Count == 0 ? null : available[0];
        }

        var wanted = proxy.Cluster.Config.LoadBalancingPolicy ?? LoadBalancingPolicies.RoundRobin;
        foreach (var policy in _policies)
        {
            if (string.Equals(policy.Name, wanted, StringComparison.OrdinalIgnoreCase))
            {
                return policy.PickDestination(exchange.Http, proxy.Route.Cluster!, available);
            }
        }

        return null;
    }
}
