using System.Net;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Egress;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Upstream;

/// <summary>
/// Fetches an export file from where the server behind keeps it: only below a base that the cluster names, by the rules of egress, without
/// the upstream's credential and without anything of the client's. Asked by <see cref="YarpUpstream"/>; thread-safe.
/// </summary>
internal sealed class StorageClient(EgressConnector connector, GatewayOptions options, TimeProvider clock) : IDisposable
{
    private readonly HttpMessageInvoker _client = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectCallback = connector.ConnectAsync,
        }
    );

    /// <summary>Whether a call goes to a storage and not below the upstream's base.</summary>
    public static bool IsFor(UpstreamCall call) =>
        call.PathAndQuery.StartsWith("https://", StringComparison.Ordinal)
        || call.PathAndQuery.StartsWith("http://", StringComparison.Ordinal);

    /// <summary>Makes the call; a place that the cluster does not name (any more) is not called.</summary>
    public async ValueTask<UpstreamReply> SendAsync(UpstreamCall call, PhiRoute route, CancellationToken cancellationToken)
    {
        if (call.Method != "GET" || UpstreamPlace.FindBelow(call.PathAndQuery, route.Storage) is not { } place)
        {
            return Failed(DenyReason.UpstreamRefused, wasSent: false);
        }

        using var message = new HttpRequestMessage(HttpMethod.Get, new Uri(place, UriKind.Absolute));
        foreach (var header in call.Headers)
        {
            message.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        CancellationTokenSource? deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(route.Timeout);
        try
        {
            var response = await _client.SendAsync(message, deadline.Token);
            deadline.CancelAfter(Timeout.InfiniteTimeSpan);
            var pace = new UpstreamPace(deadline, route.Timeout, options.Limits.LongestAnswer, options.Limits.LeastRate, clock);
            deadline = null;
            return new UpstreamReply(new UpstreamAnswer(response, pace), "storage");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed(DenyReason.UpstreamTimeout, wasSent: true);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or InvalidOperationException)
        {
            return Failed(DenyReason.UpstreamUnavailable, wasSent: true, UpstreamFaults.WordOf(fault));
        }
        finally
        {
            deadline?.Dispose();
        }
    }

    public void Dispose() => _client.Dispose();

    private static UpstreamReply Failed(DenyReason reason, bool wasSent, string? detail = null) =>
        new(StageResult<UpstreamAnswer>.Refuse(reason, detail), "storage", wasSent);
}
