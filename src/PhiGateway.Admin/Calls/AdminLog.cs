using Microsoft.Extensions.Logging;

namespace PhiGateway.Admin.Calls;

/// <summary>The log methods of the control plane: they take ids, counts and type names, never a body, a URL or a patient.</summary>
internal static partial class AdminLog
{
    [LoggerMessage(7001, LogLevel.Error, "Admin call {RequestId} faulted with {Fault} in {Place}.")]
    public static partial void Faulted(ILogger logger, Guid requestId, string fault, string place);

    [LoggerMessage(7002, LogLevel.Error, "Admin call {RequestId} could not reach the registry: {Fault}.")]
    public static partial void RegistryUnavailable(ILogger logger, Guid requestId, string fault);

    [LoggerMessage(7003, LogLevel.Warning, "{Count} failed admin authentications in the last minute were not journaled one by one.")]
    public static partial void FailedAuthenticationsFolded(ILogger logger, int count);

    [LoggerMessage(7004, LogLevel.Warning, "Admin call {RequestId}: the change was written but its outcome could not be journaled.")]
    public static partial void OutcomeUnrecorded(ILogger logger, Guid requestId);

    [LoggerMessage(7005, LogLevel.Warning, "Doors that will close could not be looked after ({Fault}); trying again.")]
    public static partial void DoorWarningsFailed(ILogger logger, string fault);

    [LoggerMessage(7006, LogLevel.Information, "Alerts of doors: {Raised} raised, {Changed} changed.")]
    public static partial void DoorWarningsWritten(ILogger logger, int raised, int changed);

    [LoggerMessage(7007, LogLevel.Warning, "Emergency uses could not be looked for ({Fault}); trying again.")]
    public static partial void EmergencyUsesFailed(ILogger logger, string fault);

    [LoggerMessage(7008, LogLevel.Warning, "Dormant clients could not be looked for ({Fault}); trying again.")]
    public static partial void DormancyFailed(ILogger logger, string fault);

    [LoggerMessage(7009, LogLevel.Warning, "Access reviews that are due could not be looked after ({Fault}); trying again.")]
    public static partial void CampaignsFailed(ILogger logger, string fault);

    [LoggerMessage(7011, LogLevel.Warning, "A signal of {Transmitter} could not be acted on ({Fault}); it will be sent again.")]
    public static partial void SignalFailed(ILogger logger, string transmitter, string fault);

    [LoggerMessage(7012, LogLevel.Warning, "Signals of {Transmitter} could not be fetched ({Fault}); trying again.")]
    public static partial void SignalsNotFetched(ILogger logger, string transmitter, string fault);

    [LoggerMessage(
        7013,
        LogLevel.Warning,
        "Whether a transmitter of signals has fallen silent could not be looked up ({Fault}); looked again"
    )]
    public static partial void SilenceNotLookedFor(ILogger logger, string fault);

    [LoggerMessage(7019, LogLevel.Warning, "{Transmitter} could not be asked to verify its stream of signals ({Fault}); trying again.")]
    public static partial void VerificationNotAsked(ILogger logger, string transmitter, string fault);

    [LoggerMessage(7014, LogLevel.Warning, "Nodes that report no more could not be looked for ({Fault}); trying again.")]
    public static partial void NodeSilenceFailed(ILogger logger, string fault);

    [LoggerMessage(7015, LogLevel.Warning, "Admin call {RequestId}: whether every node has it in force could not be seen ({Fault}).")]
    public static partial void FleetNotSeen(ILogger logger, Guid requestId, string fault);

    [LoggerMessage(7016, LogLevel.Critical, "Admin call {RequestId} could not read the trail's content: {Words}")]
    public static partial void BodiesUnreadable(ILogger logger, Guid requestId, string words);

    [LoggerMessage(7010, LogLevel.Warning, "Alerts that nobody has taken could not be looked for ({Fault}); trying again.")]
    public static partial void EscalationFailed(ILogger logger, string fault);

    [LoggerMessage(7017, LogLevel.Warning, "Clocks of offboardings could not be gone on with ({Fault}); trying again.")]
    public static partial void OffboardingsFailed(ILogger logger, string fault);

    [LoggerMessage(7182, LogLevel.Warning, "An answer could not be remembered for its Idempotency-Key ({Fault}); it was given.")]
    public static partial void AnswerNotRemembered(ILogger logger, string fault);

    [LoggerMessage(7018, LogLevel.Warning, "Traffic could not be judged under the candidates that run as shadows ({Fault}); trying again.")]
    public static partial void ShadowsFailed(ILogger logger, string fault);

    [LoggerMessage(7200, LogLevel.Error, "Admin call {RequestId} wrote nothing: {Held}.")]
    public static partial void RegistryHeld(ILogger logger, Guid requestId, string held);
}
