using System.Globalization;
using System.Security.Cryptography;
using PhiGateway.Audit.Journal.Files;
using PhiGateway.Audit.Journal.Segments;

namespace PhiGateway.Audit.Journal;

/// <summary>
/// Opens a journal directory: takes its lock, recovers what is there, clears a torn tail and returns the running journal.
/// </summary>
internal static class JournalOpener
{
    public static async Task<FileJournal> OpenAsync(JournalOptions options, TimeProvider clock, IJournalFiles files)
    {
        if (options.Validate() is { Count: > 0 } problems)
        {
            throw new JournalOpenException(string.Join(' ', problems));
        }

        var held = JournalLock.Take(options.Directory);
        try
        {
            return await OpenLockedAsync(options, clock, files, held);
        }
        catch (Exception e)
        {
            held.Dispose();
            if (e is JournalOpenException)
            {
                throw;
            }

            if (JournalFiles.IsDiskFault(e))
            {
                throw new JournalOpenException($"The journal in {options.Directory} cannot be opened: {e.Message}", e);
            }

            throw;
        }
    }

    private static async Task<FileJournal> OpenLockedAsync(
        JournalOptions options,
        TimeProvider clock,
        IJournalFiles files,
        JournalLock held
    )
    {
        var found = JournalRecovery.Read(options.Directory);
        var log = found.Checkpoint?.Log ?? NewName(options.LogName, clock);
        if (!log.StartsWith(options.LogName + "/", StringComparison.Ordinal))
        {
            throw new JournalOpenException(
                $"The journal in {options.Directory} belongs to the log {log}, not to a node "
                    + $"named {options.LogName}. Give the node its own directory, or its old name."
            );
        }

        var checkpoint = JournalCheckpoint.Open(options.Directory, found.Checkpoint);
        try
        {
            if (found.Checkpoint is null)
            {
                checkpoint.Write(log, -1, JournalChain.Genesis(log), clean: false);
                checkpoint.Flush();
                files.SyncDirectory(options.Directory);
            }

            // What the records know beyond the checkpoint, which a power cut may have left behind.
            if (found.Enforced != checkpoint.Enforced)
            {
                checkpoint.WriteEnforced(found.Enforced);
            }

            if (options.AcceptRepaired && checkpoint.IsForked)
            {
                checkpoint.WriteForked(false);
            }

            ClearTail(found, files);
            var journal = new FileJournal(options, clock, files, held, checkpoint, found, log);
            await journal.StartAsync(found);
            return journal;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    // The torn bytes go before anything new is written: behind a new record they would look like lost ones.
    private static void ClearTail(RecoveredJournal found, IJournalFiles files)
    {
        if (found.Tail is not { TornBytes: > 0 } tail)
        {
            return;
        }

        const int Block = 4096;
        var start = tail.End / Block * Block;
        using var file = files.OpenForAppend(found.Segments[^1].Path);
        var bytes = new byte[(tail.DirtyEnd - start + Block - 1) / Block * Block];
        tail.LastBlock.CopyTo(bytes, 0);
        file.WriteDurable(bytes, start);
    }

    private static string NewName(string node, TimeProvider clock) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{node}/{clock.GetUtcNow():yyyyMMdd'T'HHmmss}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}"
        );
}
