using PhiGateway.Identity.Common;

namespace PhiGateway.Identity.Issuers;

/// <summary>Downloads small JSON documents of issuers and clients: no redirects, no proxy, no cookies, bounded in size and time.</summary>
internal sealed class JwksDownload : IDisposable
{
    private const int MaximumBytes = 256 * 1024;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly HttpClient _client;

    /// <param name="connect">Opens the connections, by the host's own rules; null: as the runtime does.</param>
    public JwksDownload(Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect) =>
        _client = PinnedClient.Create(Timeout, Timeout, MaximumBytes, connect);

    /// <summary>Reads a key set at its address; a failure is told in words.</summary>
    public async Task<JwksReading> ReadAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            return JwksReader.Read(await GetAsync(address, cancellationToken));
        }
        catch (Exception fault) when (WordsOf(fault, cancellationToken) is { } words)
        {
            return JwksReading.Failed(words);
        }
    }

    /// <summary>A document's bytes.</summary>
    /// <exception cref="HttpRequestException">It cannot be had; a redirect counts as failure: the address is pinned.</exception>
    public async Task<byte[]> GetAsync(Uri address, CancellationToken cancellationToken)
    {
        using var response = await _client.GetAsync(address, HttpCompletionOption.ResponseContentRead, cancellationToken);
        return response.StatusCode == System.Net.HttpStatusCode.OK
            ? await response.Content.ReadAsByteArrayAsync(cancellationToken)
            : throw new HttpRequestException(null, null, response.StatusCode);
    }

    /// <summary>What a failed download is called; null: it is another fault.</summary>
    public static string? WordsOf(Exception fault, CancellationToken cancellationToken) =>
        fault switch
        {
            HttpRequestException { StatusCode: { } status } => $"the issuer answered {(int)status}",
            HttpRequestException or IOException => "the issuer cannot be reached",
            OperationCanceledException when !cancellationToken.IsCancellationRequested => "the issuer did not answer in time",
            _ => null,
        };

    public void Dispose() => _client.Dispose();
}
