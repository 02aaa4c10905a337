namespace PhiGateway.Cli.Common;

/// <summary>What <c>phigw</c> returns to the shell; stable, so that pipelines may depend on it.</summary>
internal static class ExitCodes
{
    /// <summary>Done, nothing found, no changes pending.</summary>
    public const int Ok = 0;

    /// <summary>Findings in a file, or changes pending in a plan.</summary>
    public const int Findings = 1;

    /// <summary>Wrong usage, or a file, key or address that cannot be used.</summary>
    public const int Usage = 2;

    /// <summary>The gateway refused.</summary>
    public const int Refused = 3;

    /// <summary>The gateway cannot be reached, or cannot answer now.</summary>
    public const int Unreachable = 4;
}
