using System.CommandLine;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;

namespace PhiGateway.Cli.Commands;

/// <summary>Defines <c>issuer</c>: by whose public keys a node checks what others signed, and having it forget them.</summary>
internal static class IssuerCommands
{
    private const string Segment = "issuers";

    public static Command Create(CommonOptions common)
    {
        var verbs = new DocumentVerbs(common, Segment, "issuer");
        return new Command("issuer", "Public keys of others by which this node checks what they signed.")
        {
            List(common),
            Purge(common, verbs),
        };
    }

    private static Command List(CommonOptions common) =>
        CliRun.Action(
            new Command("list", "Lists the keys by whom they are of; 1 when somebody's are not there."),
            common,
            async (_, run, cancellationToken) =>
            {
                var answer = (await run.Client.SendAsync(HttpMethod.Get, "/admin/v1/" + Segment, cancellationToken)).Json;
                var items = answer["items"]!.AsArray();
                if (run.Format == OutputFormat.Table)
                {
                    Printer.List(run.Out, run.Format, Rows(items), "name", "use", "ready", "key_id", "type", "thumbprint", "message");
                }
                else
                {
                    Printer.Whole(run.Out, run.Format, answer);
                }

                return items.All(static item => (bool)item!["ready"]!) ? ExitCodes.Ok : ExitCodes.Findings;
            }
        );

    private static Command Purge(CommonOptions common, DocumentVerbs verbs) =>
        CliRun.Action(
            new Command("purge-keys", "Has this node forget an issuer's keys and fetch them anew; 1 when they cannot be had.") { verbs.Id },
            common,
            async (parsed, run, cancellationToken) =>
            {
                var path = verbs.Of(parsed.GetValue(verbs.Id)!) + ":purge-keys";
                var report = (await DocumentVerbs.PostAsync(run, path, new JsonObject(), cancellationToken)).Json;
                Printer.One(run.Out, run.Format, report);
                return (bool)report["ready"]! ? ExitCodes.Ok : ExitCodes.Findings;
            }
        );

    // A line for each key, and one for whom there is none.
    private static JsonArray Rows(JsonArray items)
    {
        var rows = new JsonArray();
        foreach (var item in items.OfType<JsonObject>())
        {
            var keys = item["keys"]!.AsArray().OfType<JsonObject>().DefaultIfEmpty(null);
            foreach (var key in keys)
            {
                var row = new JsonObject();
                foreach (var (name, value) in item.Where(static member => member.Key != "keys").Concat(key ?? new JsonObject()))
                {
                    row[name] = value?.DeepClone();
                }

                rows.Add(row);
            }
        }

        return rows;
    }
}
