using System.Data.Common;
using System.Net.Sockets;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Journal.Files;
using PhiGateway.Audit.Shipping;
using PhiGateway.Gateway.Configuration;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// Tells a node's first start from one whose journal or pseudonym key is gone: the second needs an operator's word. Asked by
/// <see cref="GatewayHost"/> before the journal is opened.
/// </summary>
internal static class FirstStart
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>File of the pseudonym key.</summary>
    public static string KeyPathOf(GatewayOptions options) => Path.Combine(options.Audit.Journal.Directory, "pseudonym.key");

    /// <summary>Continues when nothing is missing, or when the operator says that it may be.</summary>
    /// <returns>What a new journal should say of the ones before it; null when it is no new one, or the first.</returns>
    /// <exception cref="JournalOpenException">Something of this node's is missing, in words.</exception>
    public static async Task<string?> EnsureAsync(GatewayOptions options, IAuditStore store, CancellationToken cancellationToken)
    {
        var directory = options.Audit.Journal.Directory;
        if (FileJournal.ExistsIn(directory))
        {
            return File.Exists(KeyPathOf(options)) || options.Audit.Journal.AcceptNew
                ? null
                : throw new JournalOpenException(
                    $"The pseudonym key {KeyPathOf(options)} is gone, though the journal beside it is there. Restore it: with a new one nobody "
                        + "finds a patient's older records. To go on with a new one all the same, start once with "
                        + "PhiGateway:Audit:Journal:AcceptNew=true. See docs/runbooks/key-lost.md."
                );
        }

        if (await FindEarlierAsync(options, store, cancellationToken) is not { } earlier)
        {
            return null;
        }

        return options.Audit.Journal.AcceptNew
            ? $"A new journal, by an operator's word: {earlier}."
            : throw new JournalOpenException(
                $"The journal directory {directory} is empty, though this node had a journal: {earlier}. Restore the directory, or give the "
                    + "node a name of its own. To begin a new journal all the same, start once with "
                    + "PhiGateway:Audit:Journal:AcceptNew=true: what the old one held and was not shipped is lost to the trail. "
                    + "See docs/runbooks/restore-from-backup.md."
            );
    }

    private static async Task<string?> FindEarlierAsync(GatewayOptions options, IAuditStore store, CancellationToken cancellationToken)
    {
        if (options.Registry.LastGoodFile is { } file && File.Exists(file))
        {
            return $"its last good snapshot {file} is there";
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            var logs = await store.ListLogsAsync(options.Node, patience.Token).WaitAsync(Patience, cancellationToken);
            return logs.Count == 0 ? null : $"the store has records of {logs[^1]}";
        }
        catch (Exception fault)
            when (!cancellationToken.IsCancellationRequested
                && (
                    patience.IsCancellationRequested
                    || fault is DbException or TimeoutException or SocketException or OperationCanceledException
                )
            )
        {
            // A driver that is told to give up may do so in any words.
            // A store that is away cannot tell; a node must be able to start without it.
            return null;
        }
    }
}
