using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;

namespace PhiGateway.Cli.Commands;

/// <summary>Defines <c>roster</c>: list, show, members, put, remove, import. Who is on a roster is PHI.</summary>
internal static class RosterCommands
{
    public static Command Create(CommonOptions common)
    {
        var verbs = new DocumentVerbs(common, "rosters", "roster");
        var patient = new Argument<string>("patient") { Description = "Logical id of the patient." };
        return new Command("roster", "Patient sets and who is on them.")
        {
            verbs.List("id", "kind", "title", "source"),
            verbs.Show(),
            Members(common, verbs),
            Put(common, verbs, patient),
            Remove(common, verbs, patient),
            Import(common, verbs),
        };
    }

    private static Command Members(CommonOptions common, DocumentVerbs verbs)
    {
        var limit = new Option<int>("--limit") { Description = "1 to 500.", DefaultValueFactory = static _ => 50 };
        var cursor = new Option<string?>("--cursor") { Description = "Place of the next page." };
        return CliRun.Action(
            new Command("members", "Lists who is on a roster; the look is on record.") { verbs.Id, limit, cursor },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var place = parsed.GetValue(cursor) is { } next ? "&cursor=" + Uri.EscapeDataString(next) : string.Empty;
                var answer = await run.Client.SendAsync(
                    HttpMethod.Get,
                    $"/admin/v1/{verbs.Of(parsed.GetValue(verbs.Id)!)}/members?limit={parsed.GetValue(limit)}{place}",
                    cancellationToken
                );
                Printer.List(run.Out, run.Format, answer.Json, "patient", "from", "until", "source");
                return ExitCodes.Ok;
            }
        );
    }

    private static Command Put(CommonOptions common, DocumentVerbs verbs, Argument<string> patient)
    {
        var from = new Option<string?>("--from") { Description = "First moment of the membership." };
        var until = new Option<string?>("--until") { Description = "First moment no longer a member." };
        var source = new Option<string?>("--source") { Description = "Which feed or person said so." };
        return CliRun.Action(
            new Command("put", "Puts one patient on a roster, or changes until when.") { verbs.Id, patient, from, until, source },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var body = new JsonObject();
                foreach (var option in (Option<string?>[])[from, until, source])
                {
                    if (parsed.GetValue(option) is { } value)
                    {
                        body[option.Name[2..]] = value;
                    }
                }

                var answer = await run.Client.SendAsync(HttpMethod.Put, PathOf(parsed, run, verbs, patient), cancellationToken, body);
                run.Out.WriteLine(answer.Text.Length > 0 ? answer.Text : "done");
                return ExitCodes.Ok;
            }
        );
    }

    private static Command Remove(CommonOptions common, DocumentVerbs verbs, Argument<string> patient) =>
        CliRun.Action(
            new Command("remove", "Takes one patient from a roster.") { verbs.Id, patient },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var answer = await run.Client.SendAsync(HttpMethod.Delete, PathOf(parsed, run, verbs, patient), cancellationToken);
                run.Out.WriteLine(answer.Text.Length > 0 ? answer.Text : "done");
                return ExitCodes.Ok;
            }
        );

    private static Command Import(CommonOptions common, DocumentVerbs verbs)
    {
        var file = new Argument<FileInfo>("file") { Description = "NDJSON, one membership a line." };
        var fromLine = new Option<long?>("--from-line") { Description = "Where an import that broke off is taken up again." };
        return CliRun.Action(
            new Command("import", "Imports memberships from a file, with its digest; 1 when lines were passed over.")
            {
                verbs.Id,
                file,
                fromLine,
            },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var lines = CliFiles.Read(parsed.GetValue(file)!);
                var path = $"{verbs.Of(parsed.GetValue(verbs.Id)!)}/members:import";
                var answer = await run.Client.SendAsync(
                    HttpMethod.Post,
                    run.Write(parsed.GetValue(fromLine) is { } line ? $"{path}?from_line={line}" : path),
                    lines,
                    "application/x-ndjson",
                    cancellationToken,
                    ("Content-Digest", $"sha-256=:{Convert.ToBase64String(SHA256.HashData(lines))}:")
                );

                // The last line of the answer is the result; those before it tell how far it was.
                var result = JsonNode.Parse(answer.Text.TrimEnd().Split('\n')[^1])!;
                Printer.One(run.Out, run.Format, result);
                if ((string?)result["state"] != "done")
                {
                    return ExitCodes.Unreachable;
                }

                return (long)result["rejected"]! == 0 ? ExitCodes.Ok : ExitCodes.Findings;
            }
        );
    }

    private static string PathOf(ParseResult parsed, CliRun run, DocumentVerbs verbs, Argument<string> patient) =>
        run.Write($"{verbs.Of(parsed.GetValue(verbs.Id)!)}/members/{Uri.EscapeDataString(parsed.GetValue(patient)!)}");
}
