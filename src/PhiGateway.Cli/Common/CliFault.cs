namespace PhiGateway.Cli.Common;

/// <summary>Thrown by a command that cannot go on; holds the words for the person and the exit code.</summary>
internal sealed class CliFault(int exitCode, string message) : Exception(message)
{
    public int ExitCode => exitCode;
}
