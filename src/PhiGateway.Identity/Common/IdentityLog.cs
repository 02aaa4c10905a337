using Microsoft.Extensions.Logging;

namespace PhiGateway.Identity.Common;

/// <summary>The log methods of this area, event ids 2000 to 2099; a token, a claim or a subject is never logged.</summary>
internal static partial class IdentityLog
{
    [LoggerMessage(EventId = 2000, Level = LogLevel.Information, Message = "Issuer {Issuer}: {Count} signature keys in force")]
    public static partial void KeysLoaded(ILogger logger, string issuer, int count);

    [LoggerMessage(EventId = 2001, Level = LogLevel.Warning, Message = "Issuer {Issuer}: {Problem}")]
    public static partial void KeyProblem(ILogger logger, string issuer, string problem);

    [LoggerMessage(EventId = 2002, Level = LogLevel.Error, Message = "Issuer {Issuer}: fetching the keys faulted with {Fault}")]
    public static partial void KeyFetchFaulted(ILogger logger, string issuer, string fault);

    [LoggerMessage(
        EventId = 2003,
        Level = LogLevel.Warning,
        Message = "Proofs cannot be remembered for all nodes ({Fault}): nonces are demanded"
    )]
    public static partial void ProofsNotShared(ILogger logger, string fault);

    [LoggerMessage(EventId = 2004, Level = LogLevel.Warning, Message = "Issuer {Issuer}: a token could not be asked about: {Problem}")]
    public static partial void NotIntrospected(ILogger logger, string issuer, string problem);
}
