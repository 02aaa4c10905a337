using System.Net;
using System.Net.Sockets;
using PhiGateway.Sinks.Configuration;
using PhiGateway.Sinks.Feeding;

namespace PhiGateway.Sinks.Http;

/// <summary>
/// Posts a batch to a receiver's address and says in <see cref="SinkException"/> why it was not taken; follows no redirect, uses no proxy.
/// Used by the sinks that speak HTTP.
/// </summary>
internal sealed class HttpReceiver : IDisposable
{
    private const int MostOfAnAnswer = 64 * 1024;

    private readonly HttpClient _http;

    public HttpReceiver(SinkOptions options, TlsTrust trust, SinkConnect connect) =>
        _http = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseProxy = false,
                UseCookies = false,
                SslOptions = trust.Client(new Uri(options.Address!).IdnHost),
                PooledConnectionLifetime = TimeSpan.FromMinutes(5),
                ConnectCallback = async (context, cancelled) =>
                    new NetworkStream(await connect(context.DnsEndPoint, cancelled), ownsSocket: true),
            }
        )
        {
            Timeout = options.Timeout,
        };

    /// <summary>Posts; what the receiver says to it is read only where the caller wants it, and up to 64 KiB.</summary>
    /// <returns>The answer's body; empty where it is not wanted or longer.</returns>
    /// <exception cref="SinkException">It was not taken: all of it is sent again.</exception>
    public async Task<byte[]> PostAsync(HttpRequestMessage request, bool readAnswer, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                throw new SinkException($"The receiver answered {(int)answer.StatusCode}.")
                {
                    RetryAfter = answer.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable
                        ? answer.Headers.RetryAfter?.Delta
                        : null,
                };
            }

            return readAnswer ? await ReadAsync(answer, _http.Timeout, cancellationToken) : [];
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SinkException("The receiver did not answer in time.");
        }
        catch (HttpRequestException fault)
        {
            throw new SinkException($"The receiver cannot be reached ({fault.HttpRequestError}).", fault);
        }
    }

    public void Dispose() => _http.Dispose();

    // That it was taken is known by then: a body that breaks off, is too long or does not come takes nothing back.
    private static async Task<byte[]> ReadAsync(HttpResponseMessage answer, TimeSpan longest, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(longest);
        try
        {
            await using var body = await answer.Content.ReadAsStreamAsync(patience.Token);
            var bytes = new byte[MostOfAnAnswer + 1];
            var read = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, patience.Token);
            return read > MostOfAnAnswer ? [] : bytes[..read];
        }
        catch (Exception fault) when (fault is IOException or HttpRequestException)
        {
            return [];
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [];
        }
    }
}
