using System.CommandLine;
using PhiGateway.Cli.Common;
using PhiGateway.Cli.Output;

namespace PhiGateway.Cli.Commands;

/// <summary>
/// Defines <c>status</c>, which shows which registry is in force here, or on every node; exit code 1 when it is not the newest everywhere.
/// </summary>
internal static class StatusCommand
{
    public static Command Create(CommonOptions common)
    {
        var nodes = new Option<bool>("--nodes") { Description = "Every node, as it last reported." };
        return CliRun.Action(
            new Command("status", "Says which registry revision is in force; 1 when a node is behind or something is wrong with it.")
            {
                nodes,
            },
            common,
            async (parsed, run, cancellationToken) =>
            {
                if (parsed.GetValue(nodes))
                {
                    var every = (await run.Client.SendAsync(HttpMethod.Get, "/admin/v1/config/nodes", cancellationToken)).Json;
                    var list = every["nodes"]!.AsArray();
                    if (run.Format == OutputFormat.Table)
                    {
                        Printer.List(run.Out, run.Format, list, "node", "revision", "behind", "alive", "at", "problem");
                    }
                    else
                    {
                        Printer.Whole(run.Out, run.Format, every);
                    }

                    return list.All(static node => (long)node!["behind"]! == 0 && (bool)node["alive"]!) ? ExitCodes.Ok : ExitCodes.Findings;
                }

                var status = (await run.Client.SendAsync(HttpMethod.Get, "/admin/v1/config/status", cancellationToken)).Json;
                Printer.One(run.Out, run.Format, status);
                return (bool)status["in_force"]! && status["problems"]!.AsArray().Count == 0 ? ExitCodes.Ok : ExitCodes.Findings;
            }
        );
    }
}
