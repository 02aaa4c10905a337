namespace PhiGateway.Cli.Common;

/// <summary>A command that cannot go on: its words for the person and its exit code.</summary>
internal sealed class CliFault(int exitCode, string message) : Exception(message)
{
    public int ExitCode => exitCode;
}
