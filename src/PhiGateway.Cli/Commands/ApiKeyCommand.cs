using System.CommandLine;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;

namespace PhiGateway.Cli.Commands;

/// <summary>Defines <c>client issue-key</c>: an API key for a client, shown once or put into a file.</summary>
internal static class ApiKeyCommand
{
    public static Command Create(CommonOptions common, Argument<string> client)
    {
        var id = new Option<string>("--id") { Description = "Id of the new credential.", Required = true };
        var expires = new Option<string>("--expires") { Description = "First day on which it is not valid.", Required = true };
        var rotateBy = new Option<string?>("--rotate-by") { Description = "Day by which it must have been replaced." };
        var replaces = new Option<string?>("--replaces") { Description = "Id of the credential that it replaces." };
        var overlap = new Option<int?>("--overlap-hours") { Description = "How long the old one is still honoured; default 168." };
        var user = new Option<string?>("--basic-user")
        {
            Description = "The key comes as the password of HTTP Basic under this name, and in no other way.",
        };
        var file = new Option<FileInfo?>("--out")
        {
            Description = "Where the key is put, readable by its owner only; default: the terminal.",
        };
        var reason = ClientCommands.Reason();
        return CliRun.Action(
            new Command("issue-key", "Makes an API key for a client that can do nothing else; it is shown once.")
            {
                client,
                id,
                expires,
                rotateBy,
                replaces,
                overlap,
                user,
                file,
                reason,
            },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var body = CliBody.Of(
                    ("id", parsed.GetValue(id)),
                    ("expires", parsed.GetValue(expires)),
                    ("rotate_by", parsed.GetValue(rotateBy)),
                    ("replaces", parsed.GetValue(replaces)),
                    ("overlap_hours", parsed.GetValue(overlap)),
                    ("basic_user", parsed.GetValue(user)),
                    ("reason", parsed.GetValue(reason))
                );
                var answer = await run.Client.SendAsync(
                    HttpMethod.Post,
                    run.Write($"clients/{Uri.EscapeDataString(parsed.GetValue(client)!)}:issue-key"),
                    cancellationToken,
                    body
                );
                var json = (JsonObject)answer.Json;
                if (parsed.GetValue(file) is { } place && json["key"] is { } secret)
                {
                    // It goes into the file alone, and then not to the terminal.
                    CliFiles.WriteSecret(place, (string)secret!);
                    json.Remove("key");
                }

                Printer.One(run.Out, run.Format, json);
                return ExitCodes.Ok;
            }
        );
    }
}
