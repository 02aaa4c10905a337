using System.CommandLine;
using System.Text.Json.Nodes;
using PhiGateway.Audit.Keeping;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Cosigning;
using PhiGateway.Proof.Verification;

namespace PhiGateway.Cli.Commands;

/// <summary>
/// Defines <c>audit verify</c>, which verifies a transparency log from its files, with the journal and rows of the store where they are
/// given.
/// </summary>
internal static class VerifyCommand
{
    private const int RowsPerBatch = 2000;

    public static Command Create(CommonOptions common)
    {
        var log = new Option<DirectoryInfo>("--log")
        {
            Description = "Folder of the published files: of one log, or of all logs of a node.",
            Required = true,
        };
        var key = new Option<string?>("--vkey") { Description = "A key of the log that you have from elsewhere: name+id+base64." };
        var policy = new Option<FileInfo?>("--policy")
        {
            Description = "Policy file (C2SP tlog-policy) that you have from elsewhere: logs, witnesses and how many must have cosigned.",
        };
        var journal = new Option<DirectoryInfo?>("--journal") { Description = "The journal's directory; needs --log-keys." };
        var rows = new Option<FileInfo?>("--rows")
        {
            Description = "Rows of audit_event, a JSON object a line (docs/audit.md); needs --log-keys.",
        };
        var heads = new Option<FileInfo?>("--heads") { Description = "Rows of audit_head, a JSON object a line." };
        var secrets = new Option<DirectoryInfo?>("--log-keys") { Description = "Folder of the log's private keys, for its salts." };
        var pseudonym = new Option<FileInfo?>("--pseudonym-key") { Description = "Default: pseudonym.key in the journal's directory." };
        var command = new Command("verify", "Verifies a transparency log and what it covers; 1 when something was changed.")
        {
            log,
            key,
            policy,
            journal,
            rows,
            heads,
            secrets,
            pseudonym,
        };
        return CliRun.Action(
            command,
            common,
            (parsed, run, _) =>
            {
                var given = new Given(
                    KeyOf(parsed.GetValue(key)),
                    PolicyOf(parsed.GetValue(policy)),
                    parsed.GetValue(journal)?.FullName,
                    parsed.GetValue(rows),
                    parsed.GetValue(heads),
                    SecretsOf(parsed.GetValue(secrets), parsed.GetValue(journal), parsed.GetValue(pseudonym))
                );
                if (given.Secrets is null && (given.Journal is not null || given.Rows is not null))
                {
                    throw new CliFault(ExitCodes.Usage, "Records can only be compared with the log's salts: name --log-keys.");
                }

                return Task.FromResult(Run(parsed.GetValue(log)!, given, run));
            }
        );
    }

    private static int Run(DirectoryInfo directory, Given given, CliRun run)
    {
        var folders = OfflineVerifier.IsLog(directory.FullName)
            ? [directory.FullName]
            : Folders(directory).Where(OfflineVerifier.IsLog).Order(StringComparer.Ordinal).ToArray();
        if (folders.Length == 0)
        {
            throw new CliFault(ExitCodes.Usage, $"{directory} holds no transparency log.");
        }

        var found = new JsonArray();
        try
        {
            var deleted = new DeletedMonths();
            var verifiers = folders.Select(folder => new OfflineVerifier(folder, given.Key, given.Secrets, deleted)).ToList();
            TakeDeletions(verifiers, deleted, given.Rows);
            foreach (var verifier in verifiers)
            {
                Verify(verifier, given);
                run.Note($"{verifier.Name}: {verifier.Size} records under the checkpoint");
                foreach (var finding in verifier.Findings.Items)
                {
                    found.Add(
                        new JsonObject
                        {
                            ["code"] = finding.Code,
                            ["log"] = finding.Log,
                            ["record"] = finding.Sequence,
                            ["words"] = finding.Words,
                        }
                    );
                }
            }
        }
        catch (InvalidDataException fault)
        {
            throw new CliFault(ExitCodes.Usage, fault.Message);
        }
        catch (Exception fault) when (fault is KeyNotFoundException or FormatException or InvalidOperationException)
        {
            throw new CliFault(ExitCodes.Usage, "A line of the rows is not a row of its table.");
        }

        Printer.List(run.Out, run.Format, found, "code", "log", "record", "words");
        return found.Count == 0 ? ExitCodes.Ok : ExitCodes.Findings;
    }

    // Security: rows come from whoever may fill the store: a deletion counts when one of the logs here proves its record.
    private static void TakeDeletions(List<OfflineVerifier> verifiers, DeletedMonths deleted, FileInfo? rows)
    {
        if (rows is null)
        {
            return;
        }

        foreach (var row in RowFiles.ReadDeletions(rows).Where(row => verifiers.Exists(verifier => verifier.IsProven(row))))
        {
            deleted.Add(row);
        }
    }

    private static void Verify(OfflineVerifier verifier, Given given)
    {
        if (given.Policy is not null)
        {
            verifier.VerifyWitnesses(given.Policy);
        }

        if (given.Journal is not null)
        {
            verifier.VerifyJournal(given.Journal);
        }

        if (given.Rows is not null)
        {
            foreach (var batch in RowFiles.ReadRecords(given.Rows, verifier.Name).Chunk(RowsPerBatch))
            {
                verifier.VerifyRows(batch);
            }

            verifier.EndRows();
        }

        if (given.Heads is not null)
        {
            verifier.VerifyHeads([.. RowFiles.ReadHeads(given.Heads, verifier.Name)]);
        }
    }

    private static string[] Folders(DirectoryInfo directory) => directory.Exists ? Directory.GetDirectories(directory.FullName) : [];

    private static NoteKey? KeyOf(string? text) =>
        text is null
            ? null
            : NoteKey.Parse(text)
                ?? throw new CliFault(ExitCodes.Usage, "--vkey: a key as the log publishes it is expected: name+id+base64.");

    /// <summary>Reads the policy that was named; null: none was.</summary>
    internal static WitnessPolicy? PolicyOf(FileInfo? file)
    {
        if (file is null)
        {
            return null;
        }

        if (!file.Exists)
        {
            throw new CliFault(ExitCodes.Usage, $"{file} cannot be read.");
        }

        return WitnessPolicy.Parse(File.ReadAllText(file.FullName), out var problem)
            ?? throw new CliFault(ExitCodes.Usage, $"{file} is no policy: {problem}.");
    }

    private static LogSecrets? SecretsOf(DirectoryInfo? keys, DirectoryInfo? journal, FileInfo? pseudonym)
    {
        if (keys is null)
        {
            return null;
        }

        var file = pseudonym?.FullName ?? Path.Combine(journal?.FullName ?? ".", "pseudonym.key");
        try
        {
            return LogSecrets.Read(keys.FullName, file);
        }
        catch (InvalidDataException fault)
        {
            throw new CliFault(ExitCodes.Usage, fault.Message);
        }
    }

    private sealed record Given(NoteKey? Key, WitnessPolicy? Policy, string? Journal, FileInfo? Rows, FileInfo? Heads, LogSecrets? Secrets);
}
