using Microsoft.Extensions.Logging;

namespace PhiGateway.Console.Http;

/// <summary>The log methods of the console: they take ids and type names, never a URL, a form or a patient.</summary>
internal static partial class ConsoleLog
{
    [LoggerMessage(7101, LogLevel.Error, "Console request {RequestId} faulted with {Fault} in {Place}.")]
    public static partial void Faulted(ILogger logger, Guid requestId, string fault, string place);

    [LoggerMessage(7102, LogLevel.Error, "Console request {RequestId} could not reach a store: {Fault}.")]
    public static partial void StoreAway(ILogger logger, Guid requestId, string fault);

    [LoggerMessage(7103, LogLevel.Warning, "The identity provider refused a sign-in to the console: {Fault}.")]
    public static partial void SignInFailed(ILogger logger, string fault);
}
