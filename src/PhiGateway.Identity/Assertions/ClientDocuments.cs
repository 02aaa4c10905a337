using System.Net;
using PhiGateway.Identity.Common;
using PhiGateway.Identity.Issuers;

namespace PhiGateway.Identity.Assertions;

/// <summary>
/// Fetches Client ID Metadata Documents (draft-ietf-oauth-client-id-metadata-document) of hosts that the operator named, for applicants that
/// say where theirs is.
/// </summary>
/// <remarks>
/// Security: a stranger has this node call out. So only to named hosts, by the host's own rules of egress, without redirects, proxy or
/// cookies, few at once, and little is read.
/// </remarks>
public sealed class ClientDocuments : IDisposable
{
    private const int MaximumBytes = 8 * 1024;
    private const int MaximumAddress = 256;
    private const int AtOnce = 2;

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly IReadOnlyList<string> _hosts;
    private readonly HttpClient _client;
    private readonly SemaphoreSlim _room = new(AtOnce);

    /// <param name="hosts">Names of hosts, exact, in lower case.</param>
    /// <param name="connect">Opens the connections, by the host's own rules; null: as the runtime does.</param>
    public ClientDocuments(IReadOnlyList<string> hosts, Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect)
    {
        _hosts = hosts;
        _client = PinnedClient.Create(Timeout, Timeout, MaximumBytes, connect);
    }

    /// <summary>Whether a text is the address of a document that is fetched here: https, written in one way, with a path, of a named host.</summary>
    public bool Takes(string address) =>
        address.Length <= MaximumAddress
        && Uri.TryCreate(address, UriKind.Absolute, out var uri)
        && uri
            is { Scheme: "https", IsDefaultPort: true, Query.Length: 0, Fragment.Length: 0, UserInfo.Length: 0, AbsolutePath.Length: > 1 }
        && string.Equals(uri.AbsoluteUri, address, StringComparison.Ordinal)
        && !address.Contains('%', StringComparison.Ordinal)
        && !address.Contains('|', StringComparison.Ordinal)
        && _hosts.Contains(uri.Host, StringComparer.Ordinal);

    /// <summary>A document's bytes; null: it cannot be had now.</summary>
    /// <param name="address">One that is taken here.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task<byte[]?> FindAsync(string address, CancellationToken cancellationToken)
    {
        if (!_room.Wait(0, cancellationToken))
        {
            return null;
        }

        try
        {
            using var response = await _client.GetAsync(new Uri(address), HttpCompletionOption.ResponseContentRead, cancellationToken);
            return
                response.StatusCode == HttpStatusCode.OK
                && response.Content.Headers.ContentType?.MediaType is { } type
                && (
                    type.Equals("application/json", StringComparison.OrdinalIgnoreCase)
                    || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase)
                )
                ? await response.Content.ReadAsByteArrayAsync(cancellationToken)
                : null;
        }
        catch (Exception fault) when (JwksDownload.WordsOf(fault, cancellationToken) is not null)
        {
            return null;
        }
        finally
        {
            _room.Release();
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _room.Dispose();
    }
}
