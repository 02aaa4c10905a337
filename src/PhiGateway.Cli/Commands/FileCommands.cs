using System.CommandLine;
using System.Text.Json.Nodes;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;
using PhiGateway.Fhir.Grammar;
using PhiGateway.RegistryFiles.Documents;
using PhiGateway.RegistryFiles.Files;

namespace PhiGateway.Cli.Commands;

/// <summary>Defines <c>validate</c>, <c>plan</c>, <c>apply</c> and <c>export</c>, which keep the registry as a file in git.</summary>
internal static class FileCommands
{
    public static IEnumerable<Command> Create(CommonOptions common)
    {
        var file = new Argument<FileInfo>("file") { Description = "Registry file: .yaml, .yml or .json." };
        var prune = new Option<bool>("--prune") { Description = "Also delete what the file does not name." };
        var etag = new Option<string?>("--if-match") { Description = "ETag of the plan that was reviewed; default: of a plan made now." };

        var tenants = Names("--tenant", "A tenant of the gateway's routes");
        var environments = Names("--environment", "An environment of the gateway's routes");
        var issuers = Names("--issuer", "An issuer of the gateway");

        yield return CliRun.Action(
            new Command("validate", "Checks a registry file without a gateway.") { file, tenants, environments, issuers },
            common,
            (parsed, run, _) =>
                Task.FromResult(
                    Validate(
                        parsed.GetValue(file)!,
                        new NodeNames(
                            parsed.GetValue(tenants)!.ToHashSet(StringComparer.Ordinal),
                            parsed.GetValue(environments)!.ToHashSet(StringComparer.Ordinal),
                            parsed.GetValue(issuers)!.ToHashSet(StringComparer.Ordinal)
                        ),
                        run
                    )
                )
        );
        yield return CliRun.Action(
            new Command("plan", "Shows what applying a file would change; 1 when changes are pending.") { file, prune },
            common,
            (parsed, run, cancellationToken) => PlanAsync(parsed.GetValue(file)!, parsed.GetValue(prune), run, cancellationToken)
        );
        yield return CliRun.Action(
            new Command("apply", "Applies a registry file, all or nothing.") { file, prune, etag },
            common,
            (parsed, run, cancellationToken) =>
                ApplyAsync(parsed.GetValue(file)!, parsed.GetValue(prune), parsed.GetValue(etag), run, cancellationToken)
        );
        yield return CliRun.Action(new Command("export", "Prints the registry as a file.") { At() }, common, ExportAsync);
    }

    private static Option<string[]> Names(string name, string what) =>
        new(name)
        {
            Description = what + "; may be repeated. With any of them, names that none of them tells are findings.",
            DefaultValueFactory = static _ => [],
        };

    private static int Validate(FileInfo file, NodeNames names, CliRun run)
    {
        var findings = RegistryFileCheck.Run(
            CliFiles.Read(file),
            IsYaml(file),
            TimeProvider.System.GetUtcNow(),
            names,
            ConditionParameters.Has
        );
        var list = new JsonArray([
            .. findings.Select(static finding => new JsonObject
            {
                ["pointer"] = finding.Pointer,
                ["code"] = finding.Code,
                ["detail"] = finding.Detail,
            }),
        ]);
        if (run.Format != OutputFormat.Table)
        {
            Printer.Whole(run.Out, run.Format, list);
        }
        else if (findings.Count == 0)
        {
            run.Out.WriteLine("valid");
        }
        else
        {
            run.Note($"In {file}:");
            Printer.List(run.Out, run.Format, list, "pointer", "code", "detail");
        }

        return findings.Count == 0 ? ExitCodes.Ok : ExitCodes.Findings;
    }

    private static Option<string?> At() => new("--at") { Description = "As it was at this moment, put together from the trail." };

    private static async Task<int> PlanAsync(FileInfo file, bool prune, CliRun run, CancellationToken cancellationToken)
    {
        var plan = await SendAsync("config:plan", file, prune, run, cancellationToken);
        Print(run, plan);
        return plan.Json["changes"]!.AsArray().Count == 0 ? ExitCodes.Ok : ExitCodes.Findings;
    }

    private static async Task<int> ApplyAsync(FileInfo file, bool prune, string? etag, CliRun run, CancellationToken cancellationToken)
    {
        var seen = etag ?? (await SendAsync("config:plan", file, prune, run, cancellationToken)).ETag;
        var applied = await SendAsync("config:apply", file, prune, run, cancellationToken, ("If-Match", seen ?? string.Empty));
        Print(run, applied);
        return ExitCodes.Ok;
    }

    private static async Task<int> ExportAsync(ParseResult parsed, CliRun run, CancellationToken cancellationToken)
    {
        var accept = run.Format == OutputFormat.Json ? "application/json" : "application/yaml";
        var answer = await run.Client.SendAsync(
            HttpMethod.Get,
            "/admin/v1/config:export" + (parsed.GetValue<string?>("--at") is { } at ? "?at=" + Uri.EscapeDataString(at) : string.Empty),
            null,
            accept,
            cancellationToken,
            ("Accept", accept)
        );
        run.Out.Write(answer.Text);
        return ExitCodes.Ok;
    }

    private static async Task<CliAnswer> SendAsync(
        string verb,
        FileInfo file,
        bool prune,
        CliRun run,
        CancellationToken cancellationToken,
        params (string, string)[] headers
    )
    {
        var path = verb + (prune ? "?prune=true" : string.Empty);
        try
        {
            return await run.Client.SendAsync(
                HttpMethod.Post,
                verb == "config:apply" ? run.Write(path) : "/admin/v1/" + path,
                CliFiles.Read(file),
                IsYaml(file) ? "application/yaml" : "application/json",
                cancellationToken,
                headers
            );
        }
        catch (CliFault fault) when (fault.ExitCode == ExitCodes.Findings)
        {
            throw new CliFault(fault.ExitCode, $"In {file}: {fault.Message}");
        }
    }

    /// <summary>Prints a plan, or what was written of it.</summary>
    internal static void Print(CliRun run, CliAnswer answer)
    {
        if (run.Format != OutputFormat.Table)
        {
            Printer.Whole(run.Out, run.Format, answer.Json);
            return;
        }

        foreach (var change in answer.Json["changes"]!.AsArray())
        {
            run.Out.WriteLine($"{(string?)change!["action"], -7} {(string?)change["target"]}");
            foreach (var line in change["diff"]!.AsArray().Where(line => (string?)change["action"] == "update"))
            {
                run.Out.WriteLine(
                    $"        {(string?)line!["pointer"]}: {line["before"]?.ToJsonString() ?? "–"} → {line["after"]?.ToJsonString() ?? "–"}"
                );
            }
        }

        foreach (var (name, title) in ((string, string)[])[("widened", "wider"), ("narrowed", "narrower")])
        {
            foreach (var effect in answer.Json[name]!.AsArray())
            {
                run.Out.WriteLine($"{title}: {(string?)effect!["client"]}");
            }
        }

        foreach (var client in answer.Json["reapproval"]!.AsArray())
        {
            run.Out.WriteLine($"needs approval anew: {(string?)client}");
        }

        foreach (var path in answer.Json["paths"]!.AsArray())
        {
            run.Out.WriteLine($"{(string?)path!["client"]}: {Doors(path, "opened", "opens")}{Doors(path, "closed", "closes")}".TrimEnd());
        }

        foreach (var warning in answer.Json["warnings"]!.AsArray())
        {
            run.Out.WriteLine($"warning: {(string?)warning!["pointer"]} {(string?)warning["detail"]}");
        }

        run.Out.WriteLine(answer.Json["changes"]!.AsArray().Count == 0 ? "no changes" : $"set {answer.ETag}");
    }

    private static string Doors(JsonNode path, string member, string word) =>
        path[member]!.AsArray() is { Count: > 0 } doors
            ? $"{word} {string.Join(", ", doors.Select(static door => (string?)door))} "
            : string.Empty;

    private static bool IsYaml(FileInfo file) => !file.Extension.Equals(".json", StringComparison.OrdinalIgnoreCase);
}
