using System.Globalization;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Evidence;
using PhiGateway.Proof.Verification;
using PhiGateway.Storage;

namespace PhiGateway.Gateway.Composition;

/// <summary>
/// <c>import-archive</c>: verifies an archive of the trail whole, and then makes an embedded store of it that is only read. Needs this
/// configuration's pseudonym key, by which patients are found.
/// </summary>
internal static class ImportArchiveCommand
{
    private const int PerBatch = 1000;

    /// <summary>Imports and says how many; 1 when the archive does not hold, with the fault by its name.</summary>
    /// <param name="options">Configuration.</param>
    /// <param name="archive">File that an export wrote.</param>
    /// <param name="into">File of the store; nothing may be there.</param>
    /// <param name="keys">Keys of logs that are known from elsewhere; empty: those in the archive are taken.</param>
    /// <param name="output">Where it says what it did.</param>
    /// <param name="error">Where it says why not.</param>
    public static async Task<int> RunAsync(
        GatewayOptions options,
        string archive,
        string into,
        IReadOnlyList<NoteKey> keys,
        TextWriter output,
        TextWriter error
    )
    {
        try
        {
            // Whole before a row is written: what is cut or changed is never imported in part.
            var logs = new SortedSet<string>(StringComparer.Ordinal);
            var records = 0L;
            foreach (var (log, _) in ArchiveFormat.Read(File.ReadLines(archive), keys))
            {
                logs.Add(log);
                records++;
            }

            var pseudonym = LogSecrets.ReadPseudonym(FirstStart.KeyPathOf(options));
            var entries = ArchiveFormat.Read(File.ReadLines(archive), keys).Select(read => EntryOf(read.Log, read.Record, pseudonym));
            await ArchiveStorage.FillAsync(
                into,
                entries.Chunk(PerBatch).Select(static batch => (IReadOnlyList<AuditEntry>)batch),
                BodyKeys.Read(options),
                CancellationToken.None
            );
            await output.WriteLineAsync(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{records} records verified and stored in {into}. Read them by Admin:AuditConnectionString: "
                        + $"{ArchiveStorage.OptionsOf(into).ConnectionString}"
                )
            );
            if (keys.Count == 0)
            {
                // Without a key from elsewhere an archive shows only that it fits together, as one that was made up does.
                await error.WriteLineAsync(
                    $"No key was given: nobody vouched for {string.Join(", ", logs)}. Anybody may have made this archive; "
                        + "import it again with the keys of its logs, as they were written down elsewhere."
                );
            }

            return 0;
        }
        catch (Exception fault) when (StartFaults.IsForOperators(fault) || fault is System.Text.Json.JsonException)
        {
            await error.WriteLineAsync($"Nothing was imported: {fault.Message}");
            return 1;
        }
    }

    private static AuditEntry EntryOf(string log, ProvenRecord record, PatientPseudonym pseudonym)
    {
        var frame = new JournalFrame(record.Sequence, record.ChainHash ?? new byte[32], record.Body);
        try
        {
            return new AuditEntryReader(log, pseudonym).Read(frame);
        }
        catch (System.Text.Json.JsonException)
        {
            throw new InvalidDataException($"Record {record.Sequence} of {log} is what its log has, and cannot be read.");
        }
    }
}
