using System.CommandLine;
using PhiGateway.Cli.Common;

namespace PhiGateway.Cli.Commands;

/// <summary>Defines <c>completion</c>, which prints a shell script that asks <c>phigw</c> itself what may come next.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        _phigw() {
          local IFS=$'\n'
          COMPREPLY=( $(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}") )
        }
        complete -F _phigw phigw
        """;

    private const string Zsh = """
        #compdef phigw
        _phigw() {
          local -a found
          found=("${(@f)$(phigw "[suggest:${#BUFFER}]" "$BUFFER" 2>/dev/null)}")
          compadd -- $found
        }
        compdef _phigw phigw
        """;

    public static Command Create(CommonOptions common)
    {
        var shell = new Argument<string>("shell") { Description = "bash or zsh." };
        shell.AcceptOnlyFromAmong("bash", "zsh");
        return CliRun.Action(
            new Command("completion", "Prints a completion script: source <(phigw completion bash).") { shell },
            common,
            (parsed, run, _) =>
            {
                run.Out.WriteLine(parsed.GetValue(shell) == "bash" ? Bash : Zsh);
                return Task.FromResult(ExitCodes.Ok);
            }
        );
    }
}
