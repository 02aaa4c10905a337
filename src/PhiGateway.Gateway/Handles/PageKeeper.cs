using System.Security.Cryptography;
using System.Text;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Gateway.Handles;

/// <summary>
/// Keeps the content of a page's handle that is too long for an address, sealed, in the registry's database, and gives a short name for it
/// that every node of the fleet opens; called where pages are written and read.
/// </summary>
/// <remarks>
/// A search by POST may name a thousand records; the address of its next page cannot. Bounded by clients
/// (<c>Limits:KeptPages</c>) and by the time that a page is good for. Where nothing can be kept, there is no such address, and the page says so.
/// </remarks>
internal sealed class PageKeeper(HandleSealer sealer, IKeptPages pages, GatewayOptions options, ILogger<PageKeeper> log)
{
    /// <summary>Bytes of one content, sealed: what is longer is not kept.</summary>
    private const int Longest = 128 * 1024;

    // The page that leaves does not wait for a database that does not answer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Keeps it; null: it is too long, its client has too many, or the database does not take it now.</summary>
    /// <param name="content">What the page needs.</param>
    /// <param name="decision">For the log.</param>
    /// <param name="cancelled">The client went away.</param>
    public async ValueTask<string?> KeepAsync(HandleContent content, Guid decision, CancellationToken cancelled)
    {
        if (options.Limits.KeptPages == 0 || sealer.SealBytes(content) is not { } bytes || bytes.Length > Longest)
        {
            return null;
        }

        var name = sealer.NewName();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        patience.CancelAfter(Patience);
        try
        {
            var page = new KeptPage(IdOf(name), content.Binding.Client, bytes, content.Expires);
            if (await pages.TryKeepAsync(page, options.Limits.KeptPages, patience.Token))
            {
                return name;
            }

            GatewayLog.PagesFull(log, decision, content.Binding.Client);
            return null;
        }
#pragma warning disable CA1031 // Whatever is wrong with the database, the page at hand can leave.
        catch (Exception fault) when (!cancelled.IsCancellationRequested)
#pragma warning restore CA1031
        {
            GatewayLog.PageNotKept(log, decision, fault.GetType().Name);
            return null;
        }
    }

    /// <summary>Whether a handle is a name that some node gave.</summary>
    public bool IsName(string handle) => sealer.IsName(handle);

    /// <summary>The handle that a name stands for; null: there is none any more. Throws when the database is away.</summary>
    /// <param name="name">One of <see cref="IsName"/>.</param>
    /// <param name="cancelled">The client went away.</param>
    public async ValueTask<HandleContent?> FindAsync(string name, CancellationToken cancelled)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        patience.CancelAfter(Patience);
        return await pages.FindAsync(IdOf(name), patience.Token) is { } bytes ? sealer.Unseal(bytes) : null;
    }

    private static string IdOf(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(name)));
}
