using System.CommandLine;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;

namespace PhiGateway.Cli.Commands;

/// <summary>
/// Defines <c>audit prove</c>: a bundle of evidence for one access, for the accesses of one patient, or for a case, which a shell and OpenSSL
/// verify.
/// </summary>
internal static class ProveCommand
{
    public static Command Create(CommonOptions common)
    {
        var ids = new Argument<string[]>("id")
        {
            Description = "Decision or request id; several are a case.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var folder = new Option<DirectoryInfo>("--out") { Description = "A new folder for the bundle.", Required = true };
        Option<string?>[] more =
        [
            new("--patient") { Description = "All accesses of a patient; sent in the body, never in a URL." },
            new("--tenant") { Description = "With --patient: tenant; * means each." },
            new("--from") { Description = "With --patient: from this moment on." },
            new("--to") { Description = "With --patient: before this moment." },
            new("--case") { Description = "The records that show the alerts of a case." },
            new("--why") { Description = "What it is made for, such as the number of a case; recorded." },
        ];
        var alerts = new Option<string[]>("--alert") { Description = "The records that show an alert; may be repeated." };
        var command = new Command("prove", "Makes a bundle of evidence, which a shell and OpenSSL verify; itself recorded.")
        {
            ids,
            folder,
        };
        more.ToList().ForEach(command.Options.Add);
        command.Options.Add(alerts);
        return CliRun.Action(
            command,
            common,
            async (parsed, run, cancellationToken) =>
            {
                var given = parsed.GetValue(ids) ?? [];
                var body = new JsonObject();
                foreach (var option in more)
                {
                    if (parsed.GetValue(option) is { } value)
                    {
                        body[option.Name[2..]] = value;
                    }
                }

                if (parsed.GetValue(alerts) is { Length: > 0 } shown)
                {
                    body["alerts"] = new JsonArray([.. shown.Select(static id => (JsonNode)id)]);
                }

                if (given.Length > 0 && (body.ContainsKey("patient") || body.ContainsKey("alerts") || body.ContainsKey("case")))
                {
                    throw new CliFault(ExitCodes.Usage, "Either ids or --patient or --case or --alert.");
                }

                var answer =
                    given is [var one] && body.Count == 0
                        ? await run.Client.SendAsync(
                            HttpMethod.Get,
                            $"/admin/v1/audit/{Uri.EscapeDataString(one)}/evidence",
                            cancellationToken
                        )
                        : await run.Client.SendAsync(HttpMethod.Post, "/admin/v1/audit:evidence", cancellationToken, With(body, given));
                var files = answer.Json["files"]!.AsArray();
                var names = BundleFolder.Write(parsed.GetValue(folder)!, files);
                run.Note($"{names} files in {parsed.GetValue(folder)}; verify them with: sh verify.sh");
                return ExitCodes.Ok;
            }
        );
    }

    private static JsonObject With(JsonObject body, string[] ids)
    {
        if (ids.Length > 0)
        {
            body["ids"] = new JsonArray([.. ids.Select(static id => (JsonNode)id)]);
        }

        return body;
    }
}
