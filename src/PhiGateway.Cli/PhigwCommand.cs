using System.CommandLine;
using PhiGateway.Cli.Commands;
using PhiGateway.Cli.Common;

namespace PhiGateway.Cli;

/// <summary>Builds the command line <c>phigw</c> with all its commands, runs one and returns its exit code.</summary>
internal static class PhigwCommand
{
    public static RootCommand Create(TextReader? input = null)
    {
        var common = new CommonOptions { Input = input ?? TextReader.Null };
        var root = new RootCommand(
            "phigw: the registry and the audit trail of a PHI Gateway. Exit codes: 0 done, 1 "
                + "findings or changes pending, 2 usage or configuration, 3 refused, 4 unreachable."
        );
        common.AddTo(root);
        foreach (var command in FileCommands.Create(common).Concat(HistoryCommands.Create(common)))
        {
            root.Add(command);
        }

        root.Add(ClientCommands.Create(common));
        root.Add(ClientCommands.Revoke(common));
        root.Add(KeyCommands.Create(common));
        root.Add(RosterCommands.Create(common));
        foreach (var command in RegistryCommands.Create(common))
        {
            root.Add(command);
        }

        root.Add(StatusCommand.Create(common));
        root.Add(IssuerCommands.Create(common));
        root.Add(AlertCommands.Queue(common));
        root.Add(AlertCommands.Create(common));
        root.Add(RegistrationCommand.Create(common));
        root.Add(CampaignCommands.Create(common));
        root.Add(OffboardingCommands.Create(common));
        root.Add(ShadowVerbs.Create(common));
        root.Add(PostureCommands.Create(common));
        root.Add(PostureCommands.Callers(common));
        root.Add(ExplainCommand.Create(common));
        root.Add(PolicyTestCommand.Create(common));
        root.Add(PolicyReplayCommands.Replay(common));
        root.Add(PolicyReplayCommands.RightSize(common));
        root.Add(AuditCommands.Create(common));
        root.Add(DoctorCommand.Create(common));
        root.Add(CompletionCommand.Create(common));
        return root;
    }

    /// <summary>Runs it; words that cannot be understood are exit code 2.</summary>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error, TextReader? input = null)
    {
        var parsed = Create(input ?? Console.In).Parse(arguments);
        var configuration = new InvocationConfiguration { Output = output, Error = error };
        if (parsed.Errors.Count > 0 && parsed.Action is System.CommandLine.Invocation.ParseErrorAction)
        {
            await parsed.InvokeAsync(configuration);
            return ExitCodes.Usage;
        }

        return await parsed.InvokeAsync(configuration);
    }
}
