using System.CommandLine;
using System.Globalization;
using PhiGateway.Audit.Records;
using PhiGateway.Cli.Common;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Evidence;

namespace PhiGateway.Cli.Commands;

/// <summary>Defines <c>audit read</c>: verifies an archive of the trail and prints the records in it, without store, node or network.</summary>
internal static class ReadCommand
{
    public static Command Create(CommonOptions common)
    {
        var file = new Argument<FileInfo>("archive") { Description = "File that audit export --archive wrote." };
        var keys = new Option<string[]>("--vkey")
        {
            Description = "Keys of logs that you have from elsewhere: name+id+base64; without any those in the file are taken.",
        };
        var patient = new Option<string?>("--patient") { Description = "Only records that name this patient, by logical id." };
        var id = new Option<string?>("--id") { Description = "Only this decision and what belongs to it." };
        var client = new Option<string?>("--client") { Description = "Only records of this client." };
        var command = new Command("read", "Verifies an archive and prints its records, one JSON object a line; 1 when it does not hold.")
        {
            file,
            keys,
            patient,
            id,
            client,
        };
        return CliRun.Action(
            command,
            common,
            (parsed, run, _) =>
            {
                var trusted = (parsed.GetValue(keys) ?? []).Select(KeyOf).ToList();
                var wanted = new Wanted(parsed.GetValue(patient), IdOf(parsed.GetValue(id)), parsed.GetValue(client));
                return Task.FromResult(Read(parsed.GetValue(file)!, trusted, wanted, run));
            }
        );
    }

    private static int Read(FileInfo file, List<NoteKey> trusted, Wanted wanted, CliRun run)
    {
        if (!file.Exists)
        {
            throw new CliFault(ExitCodes.Usage, $"{file} cannot be read.");
        }

        var (verified, shown) = (0L, 0L);
        try
        {
            foreach (var (_, record) in ArchiveFormat.Read(File.ReadLines(file.FullName), trusted))
            {
                verified++;
                if (wanted.Takes(record))
                {
                    shown++;
                    run.Out.WriteLine(System.Text.Encoding.UTF8.GetString(record.Body));
                }
            }
        }
        catch (InvalidDataException fault)
        {
            run.Note(fault.Message);
            return ExitCodes.Findings;
        }

        run.Note(string.Create(CultureInfo.InvariantCulture, $"{verified} records verified, {shown} shown"));
        return ExitCodes.Ok;
    }

    private static Guid? IdOf(string? text)
    {
        if (text is null)
        {
            return null;
        }

        return Guid.TryParse(text, out var id) ? id : throw new CliFault(ExitCodes.Usage, "--id: a decision or request id is expected.");
    }

    private static NoteKey KeyOf(string text) =>
        NoteKey.Parse(text) ?? throw new CliFault(ExitCodes.Usage, "--vkey: a key as the log publishes it is expected: name+id+base64.");

    private sealed record Wanted(string? Patient, Guid? Id, string? Client)
    {
        public bool Takes(ProvenRecord record)
        {
            if (Patient is null && Id is null && Client is null)
            {
                return true;
            }

            try
            {
                var read = AuditRecordReader.Read(record.Body);
                return (Patient is null || read.Patients.Contains(Patient))
                    && (Id is null || read.Id == Id || read.ParentId == Id)
                    && (Client is null || read.Client == Client);
            }
            catch (System.Text.Json.JsonException)
            {
                return false;
            }
        }
    }
}
