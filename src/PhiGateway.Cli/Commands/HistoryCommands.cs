using System.CommandLine;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;

namespace PhiGateway.Cli.Commands;

/// <summary>Defines <c>history</c> and <c>revert</c>: what was changed in the registry, and the way back to a moment.</summary>
internal static class HistoryCommands
{
    public static IEnumerable<Command> Create(CommonOptions common)
    {
        var document = new Option<string?>("--document") { Description = "Only of this document, such as client/acme." };
        var from = new Option<string?>("--from") { Description = "From this moment on." };
        var to = new Option<string?>("--to") { Description = "Before this moment." };
        yield return CliRun.Action(
            new Command("history", "Lists what was changed in the registry, the newest first.") { document, from, to },
            common,
            (parsed, run, cancellationToken) =>
                ListAsync(
                    [("document", parsed.GetValue(document)), ("from", parsed.GetValue(from)), ("to", parsed.GetValue(to))],
                    run,
                    cancellationToken
                )
        );

        var at = new Option<string>("--at") { Description = "To what it was at this moment.", Required = true };
        var prune = new Option<bool>("--prune") { Description = "Also delete what was made since." };
        var etag = new Option<string?>("--if-match") { Description = "ETag of the dry run that was reviewed; default: of one made now." };
        yield return CliRun.Action(
            new Command("revert", "Takes the registry, or one document of it, back to a moment; with --dry-run says what would change.")
            {
                at,
                document,
                prune,
                etag,
            },
            common,
            (parsed, run, cancellationToken) =>
                RevertAsync(
                    new JsonObject
                    {
                        ["at"] = parsed.GetValue(at),
                        ["document"] = parsed.GetValue(document),
                        ["prune"] = parsed.GetValue(prune),
                    },
                    parsed.GetValue(etag),
                    run,
                    cancellationToken
                )
        );
    }

    // Page by page to the end: a page may be empty and have a next one.
    private static async Task<int> ListAsync(
        IReadOnlyList<(string Name, string? Value)> filters,
        CliRun run,
        CancellationToken cancellationToken
    )
    {
        var all = new JsonArray();
        string? cursor = null;
        do
        {
            var query = filters
                .Append(("cursor", cursor))
                .Where(static filter => filter.Item2 is not null)
                .Select(static filter => $"{filter.Item1}={Uri.EscapeDataString(filter.Item2!)}");
            var page = (
                await run.Client.SendAsync(HttpMethod.Get, "/admin/v1/config/history?" + string.Join('&', query), cancellationToken)
            ).Json;
            foreach (var item in page["items"]!.AsArray())
            {
                all.Add(item!.DeepClone());
            }

            cursor = (string?)page["next_cursor"];
        } while (cursor is not null);

        Printer.List(run.Out, run.Format, new JsonObject { ["items"] = all }, "at", "document", "action", "by", "approved_by", "revision");
        return ExitCodes.Ok;
    }

    private static async Task<int> RevertAsync(JsonObject body, string? etag, CliRun run, CancellationToken cancellationToken)
    {
        const string Verb = "config:revert";
        var seen = etag ?? (await run.Client.SendAsync(HttpMethod.Post, $"/admin/v1/{Verb}?dry_run=true", cancellationToken, body)).ETag;
        var answer = await run.Client.SendAsync(
            HttpMethod.Post,
            run.Write(Verb),
            cancellationToken,
            body,
            ("If-Match", seen ?? string.Empty)
        );
        FileCommands.Print(run, answer);
        return ExitCodes.Ok;
    }
}
