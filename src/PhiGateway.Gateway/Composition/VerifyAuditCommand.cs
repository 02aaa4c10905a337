using System.Data.Common;
using System.Globalization;
using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Shipping;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Proof.Heads;
using PhiGateway.Proof.Verification;
using PhiGateway.Storage;
using PhiGateway.Storage.Common;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// <c>verify-audit</c>: verifies the whole trail of a node, with everything that its configuration names: transparency log, heads, journal and
/// store. The node may run meanwhile.
/// </summary>
internal static class VerifyAuditCommand
{
    private const int RowsPerPage = 2000;
    private const int HeadsPerPage = 1000;

    /// <summary>Verifies and prints; 0 when nothing was found, 1 when something was, or when the store did not answer.</summary>
    public static async Task<int> RunAsync(GatewayOptions options, TextWriter output, TextWriter error)
    {
        var journal = options.Audit.Journal.Directory;
        var published = options.Audit.Log.Directory ?? Path.Combine(journal, "log");
        var keys = options.Audit.Log.KeyDirectory ?? Path.Combine(journal, "log-keys");
        try
        {
            await using var storage = BodyKeys.Open(options, options.Admin.AuditConnectionString ?? options.Audit.Store.ConnectionString);
            var secrets = LogSecrets.Read(keys, FirstStart.KeyPathOf(options));
            var found = 0;
            var deleted = new DeletedMonths();
            var verifiers = Folders(published).Select(folder => new OfflineVerifier(folder, null, secrets, deleted)).ToList();
            var verified = verifiers.Select(static verifier => verifier.Name).ToHashSet(StringComparer.Ordinal);

            // Security: whoever ships may add rows of any log: a deletion counts when one of the logs here proves its record.
            await DeletionReader.ReadAsync(
                storage.Store,
                deleted,
                row => verifiers.Exists(verifier => verifier.IsProven(row)),
                CancellationToken.None
            );
            foreach (var verifier in verifiers)
            {
                await VerifyAsync(verifier, journal, storage);
                found += await PrintAsync(output, verifier);
            }

            found += await UnknownAsync(options.Node, verified, storage, output);
            await output.WriteLineAsync(found == 0 ? "Nothing was found." : $"{found} findings.");
            return found == 0 ? 0 : 1;
        }
        catch (Exception fault) when (fault is InvalidDataException or BodyKeyException or StorageException)
        {
            await error.WriteLineAsync(fault.Message);
        }
        catch (Exception fault) when (fault is DbException or TimeoutException or System.Net.Sockets.SocketException)
        {
            await error.WriteLineAsync($"The store did not answer ({fault.GetType().Name}): the trail could not be verified.");
        }

        return 1;
    }

    private static IEnumerable<string> Folders(string published) =>
        Directory.Exists(published)
            ? Directory.GetDirectories(published).Where(OfflineVerifier.IsLog).Order(StringComparer.Ordinal)
            : throw new InvalidDataException($"There is no transparency log in {published}.");

    private static async Task VerifyAsync(OfflineVerifier verifier, string journal, AuditStorage storage)
    {
        verifier.VerifyJournal(journal);

        // Security: whoever ships may have put rows before the first place of the log too.
        for (long? next = long.MinValue; next is { } place; )
        {
            var page = await storage.Store.ReadFiledAsync(verifier.Name, place, RowsPerPage, CancellationToken.None);
            (var rows, next) = WholePlaces.Of(page, RowsPerPage);
            verifier.VerifyRows(rows);
        }

        verifier.EndRows();
        for (long? next = 0; next is { } size; )
        {
            var heads = await storage.Heads.ReadAsync(verifier.Name, size, HeadsPerPage, CancellationToken.None);
            verifier.VerifyHeads(heads);
            next = HeadPages.Behind(heads, HeadsPerPage);
        }
    }

    private static async Task<int> PrintAsync(TextWriter output, OfflineVerifier verifier)
    {
        await output.WriteLineAsync(
            string.Create(CultureInfo.InvariantCulture, $"{verifier.Name}: {verifier.Size} records under the checkpoint")
        );
        foreach (var finding in verifier.Findings.Items)
        {
            await output.WriteLineAsync(FindingText.Of(finding));
        }

        return verifier.Findings.Counts.Values.Sum();
    }

    // Of this node every log has a folder here; of another, somebody may have signed for it elsewhere.
    private static async Task<int> UnknownAsync(string node, HashSet<string> verified, AuditStorage storage, TextWriter output)
    {
        var unknown = 0;
        var own = await storage.Store.ListLogsAsync(node, CancellationToken.None);
        var stored = await storage.Keeping.ListLogsAsync(CancellationToken.None);
        foreach (var log in own.Union(stored, StringComparer.Ordinal).Where(log => !verified.Contains(log)))
        {
            var isOwn = log.StartsWith(node + "/", StringComparison.Ordinal);
            if (isOwn || (await storage.Heads.ReadAsync(log, 0, 1, CancellationToken.None)).Count == 0)
            {
                unknown++;
                var words = isOwn
                    ? "The store has records of this log, which has no transparency log."
                    : "The store has records of this log, of which nobody ever put a head there.";
                await output.WriteLineAsync(FindingText.Of(new ProofFinding(FindingCode.StoreLogUnknown, log, null, words)));
                continue;
            }

            // Security: whoever ships may begin a log of a node that there never was, and put a head there: only who knows the nodes can tell.
            await output.WriteLineAsync($"{log}: of another node, and not verified here.");
        }

        return unknown;
    }
}
