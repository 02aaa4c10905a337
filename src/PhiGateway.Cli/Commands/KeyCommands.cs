using System.CommandLine;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;

namespace PhiGateway.Cli.Commands;

/// <summary>Defines <c>key</c> (list, show, create, approve, claim, disable, delete), for the keys to the control plane.</summary>
internal static class KeyCommands
{
    public static Command Create(CommonOptions common)
    {
        var verbs = new DocumentVerbs(common, "admin-keys", "admin key");
        return new Command("key", "Admin keys: who may reach the control plane.")
        {
            verbs.List("id", "person", "roles", "expires", "disabled", "handover"),
            verbs.Show(),
            Make(common),
            ApproveCommands.OfKey(common, verbs),
            Claim(common),
            Disable(common, verbs),
            Delete(common, verbs),
        };
    }

    private static Command Make(CommonOptions common)
    {
        var id = new Argument<string>("id") { Description = "Id of the new key." };
        var person = new Option<string>("--person") { Description = "Whose it is.", Required = true };
        var role = new Option<string[]>("--role")
        {
            Description =
                "viewer, auditor, operator, approver, admin, responder, privacy-officer, audit-consumer, feed, workflow or enforcement-point; may be repeated.",
            Required = true,
        };
        var expires = new Option<string?>("--expires") { Description = "When it ends." };
        var released = new Option<bool>("--to-be-released")
        {
            Description = "Have an approver release it, so that you do not see it whole and its acts do not count as yours.",
        };
        var file = Out("--out", "Where the key, or your part of it, is put, readable by its owner only; default: the terminal.");
        return CliRun.Action(
            new Command("create", "Makes a key; an approver's or auditor's in two parts, of which yours is the first.")
            {
                id,
                person,
                role,
                expires,
                released,
                file,
            },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var body = new JsonObject
                {
                    ["id"] = parsed.GetValue(id),
                    ["person"] = parsed.GetValue(person),
                    ["roles"] = new JsonArray([.. parsed.GetValue(role)!.Select(static name => (JsonNode)name)]),
                };
                if (parsed.GetValue(expires) is { } end)
                {
                    body["expires"] = end;
                }

                if (parsed.GetValue(released))
                {
                    body["disabled"] = true;
                }

                Show(run, await DocumentVerbs.PostAsync(run, "admin-keys", body, cancellationToken), parsed.GetValue(file));
                return ExitCodes.Ok;
            }
        );
    }

    private static Command Claim(CommonOptions common)
    {
        var file = Out("--out", "Where the key is put, readable by its owner only; default: the terminal.");
        return CliRun.Action(
            new Command("claim", "Fetches your key, once: --key names both parts, a dot between them.") { file },
            common,
            async (parsed, run, cancellationToken) =>
            {
                Show(run, await DocumentVerbs.PostAsync(run, "admin-keys:claim", [], cancellationToken), parsed.GetValue(file));
                return ExitCodes.Ok;
            }
        );
    }

    private static Command Disable(CommonOptions common, DocumentVerbs verbs) =>
        CliRun.Action(
            new Command("disable", "Stops a key at once.") { verbs.Id },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var id = parsed.GetValue(verbs.Id)!;
                var current = await verbs.GetAsync(run, id, cancellationToken);
                var answer = await run.Client.SendAsync(
                    HttpMethod.Patch,
                    run.Write(verbs.Of(id)),
                    "{\"disabled\":true}"u8.ToArray(),
                    "application/merge-patch+json",
                    cancellationToken,
                    ("If-Match", current.ETag ?? string.Empty)
                );
                Printer.One(run.Out, run.Format, answer.Json);
                return ExitCodes.Ok;
            }
        );

    private static Command Delete(CommonOptions common, DocumentVerbs verbs) =>
        CliRun.Action(
            new Command("delete", "Deletes a key.") { verbs.Id },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var id = parsed.GetValue(verbs.Id)!;
                var current = await verbs.GetAsync(run, id, cancellationToken);
                var answer = await run.Client.SendAsync(
                    HttpMethod.Delete,
                    run.Write(verbs.Of(id)),
                    cancellationToken,
                    null,
                    ("If-Match", current.ETag ?? string.Empty)
                );
                run.Out.WriteLine(answer.Text.Length > 0 ? answer.Text : $"{id} is deleted");
                return ExitCodes.Ok;
            }
        );

    private static Option<FileInfo?> Out(string name, string words) => new(name) { Description = words };

    // The secret goes into the file alone, and then not to the terminal.
    private static void Show(CliRun run, CliAnswer answer, FileInfo? file)
    {
        var json = answer.Json;
        if (file is not null && (json["key"] ?? json["key_part"]) is { } secret)
        {
            CliFiles.WriteSecret(file, (string)secret!);
            json["key"] = null;
            json["key_part"] = null;
            ((JsonObject)json).Remove("key");
            ((JsonObject)json).Remove("key_part");
        }

        Printer.One(run.Out, run.Format, json);
    }
}
