using System.CommandLine;

namespace PhiGateway.Cli.Common;

/// <summary>What a command works with while it runs: where to print, where to ask.</summary>
internal sealed class CliRun(ParseResult parsed, CommonOptions common) : IDisposable
{
    private AdminClient? _client;

    public TextWriter Out => parsed.InvocationConfiguration.Output;

    /// <summary>Says something beside the answer, where it does not disturb programs.</summary>
    public void Note(string words) => parsed.InvocationConfiguration.Error.WriteLine(words);

    public TextWriter Error => parsed.InvocationConfiguration.Error;

    public TextReader In => common.Input;

    public OutputFormat Format => parsed.GetValue(common.Output);

    public bool DryRun => parsed.GetValue(common.DryRun);

    public Uri Server => parsed.GetValue(common.Server)!;

    public AdminClient Client => _client ??= new AdminClient(Server, parsed.GetValue(common.Key)!);

    /// <summary>A path of the admin API with the dry run on it when asked for.</summary>
    public string Write(string path)
    {
        if (!DryRun)
        {
            return "/admin/v1/" + path;
        }

        var mark = path.Contains('?', StringComparison.Ordinal) ? "&" : "?";
        return $"/admin/v1/{path}{mark}dry_run=true";
    }

    /// <summary>Wires a command to its work: faults become a message and an exit code.</summary>
    public static Command Action(Command command, CommonOptions common, Func<ParseResult, CliRun, CancellationToken, Task<int>> work)
    {
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                using var run = new CliRun(parsed, common);
                try
                {
                    return await work(parsed, run, cancellationToken);
                }
                catch (CliFault fault)
                {
                    parsed.InvocationConfiguration.Error.WriteLine(fault.Message);
                    return fault.ExitCode;
                }
            }
        );
        return command;
    }

    public void Dispose() => _client?.Dispose();
}
