using Microsoft.Extensions.Logging;

namespace PhiGateway.Console.Sessions;

/// <summary>The log methods of sessions: they take type names, never a person or a cookie.</summary>
internal static partial class ConsoleSessionLog
{
    [LoggerMessage(7104, LogLevel.Warning, "That a session has ended could not be told to the other nodes ({Fault}); trying again.")]
    public static partial void EndNotTold(ILogger logger, string fault);

    [LoggerMessage(
        7105,
        LogLevel.Warning,
        "The identity provider does not say when people signed in (auth_time): grave steps take no fresh sign-in."
    )]
    public static partial void SignInsWithoutTime(ILogger logger);
}
