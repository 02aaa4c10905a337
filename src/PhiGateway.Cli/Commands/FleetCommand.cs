using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Cosigning;
using PhiGateway.Proof.Fleet;
using PhiGateway.Proof.Heads;
using PhiGateway.Proof.Verification;

namespace PhiGateway.Cli.Commands;

/// <summary>
/// Defines <c>audit fleet</c>: what the fleet log of a node has, or, from a copy of it, whether it holds and what the logs of nodes have lost.
/// </summary>
internal static class FleetCommand
{
    public static Command Create(CommonOptions common)
    {
        var fleet = new Option<DirectoryInfo?>("--fleet")
        {
            Description = "A copy of a fleet log's published files, which is verified; without it the node is asked.",
        };
        var key = new Option<string?>("--vkey") { Description = "The fleet log's key that you have from elsewhere: name+id+base64." };
        var logs = new Option<DirectoryInfo[]>("--log")
        {
            Description = "Folders of published files of nodes' logs, of one log or of all of a node: held against the fleet log.",
        };
        var policy = new Option<FileInfo?>("--policy")
        {
            Description = "A policy file (C2SP tlog-policy): the fleet log must be cosigned by as many witnesses as it asks for.",
        };
        var command = new Command(
            "fleet",
            "Shows the fleet log, or verifies a copy of it and logs against it; 1 when something was changed."
        )
        {
            fleet,
            key,
            logs,
            policy,
        };
        return CliRun.Action(
            command,
            common,
            async (parsed, run, cancellationToken) =>
            {
                if (parsed.GetValue(fleet) is { } folder)
                {
                    return Verify(
                        folder,
                        (KeyOf(parsed.GetValue(key)), VerifyCommand.PolicyOf(parsed.GetValue(policy))),
                        parsed.GetValue(logs) ?? [],
                        run
                    );
                }

                var report = (await run.Client.SendAsync(HttpMethod.Get, "/admin/v1/audit/fleet", cancellationToken)).Json;
                if (run.Format == OutputFormat.Table)
                {
                    Printer.List(run.Out, run.Format, report["logs"]!.AsArray(), "log", "size", "at", "is_contradicted");
                }
                else
                {
                    Printer.Whole(run.Out, run.Format, report);
                }

                return ExitCodes.Ok;
            }
        );
    }

    private static int Verify(DirectoryInfo folder, (NoteKey? Key, WitnessPolicy? Policy) trusted, DirectoryInfo[] logs, CliRun run)
    {
        IReadOnlyList<LogHead> heads;
        try
        {
            heads = FleetVerifier.Read(folder.FullName, trusted.Key, trusted.Policy);
        }
        catch (Exception fault) when (fault is InvalidDataException or IOException)
        {
            run.Note(fault.Message);
            return ExitCodes.Findings;
        }

        var of = heads.ToLookup(static head => head.Log, StringComparer.Ordinal);
        run.Note(string.Create(CultureInfo.InvariantCulture, $"{heads.Count} heads of {of.Count} logs verified"));
        var found = new JsonArray();
        var held = new HashSet<string>(StringComparer.Ordinal);
        foreach (var log in logs.SelectMany(FoldersOf))
        {
            var verifier = new OfflineVerifier(log, null, null);
            verifier.VerifyHeads([.. of[verifier.Name]]);
            held.Add(verifier.Name);
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

        foreach (var missing in of.Select(static log => log.Key).Where(log => logs.Length > 0 && !held.Contains(log)))
        {
            run.Note($"{missing} is in the fleet log and was not held against it");
        }

        Printer.List(run.Out, run.Format, found, "code", "log", "record", "words");
        return found.Count == 0 ? ExitCodes.Ok : ExitCodes.Findings;
    }

    private static IEnumerable<string> FoldersOf(DirectoryInfo directory)
    {
        if (!directory.Exists)
        {
            throw new CliFault(ExitCodes.Usage, $"{directory} cannot be read.");
        }

        return OfflineVerifier.IsLog(directory.FullName)
            ? [directory.FullName]
            : Directory.GetDirectories(directory.FullName).Where(OfflineVerifier.IsLog).Order(StringComparer.Ordinal);
    }

    private static NoteKey? KeyOf(string? text) =>
        text is null
            ? null
            : NoteKey.Parse(text)
                ?? throw new CliFault(ExitCodes.Usage, "--vkey: a key as the fleet log publishes it is expected: name+id+base64.");
}
