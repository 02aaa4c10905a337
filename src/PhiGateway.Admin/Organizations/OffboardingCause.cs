using PhiGateway.Admin.Calls;

namespace PhiGateway.Admin.Organizations;

/// <summary>From where the clock of an offboarding runs: what happened, and when; made of a verb's body.</summary>
/// <param name="Event">What happened.</param>
/// <param name="At">When, UTC.</param>
internal sealed record OffboardingCause(OffboardingEvent Event, DateTimeOffset At)
{
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Oldest = TimeSpan.FromDays(3660);

    /// <summary>Reads it: what nobody says is a call, now.</summary>
    public static Outcome<OffboardingCause> Of(OffboardingEvent? what, DateTimeOffset? at, DateTimeOffset now)
    {
        if (at is { } said && (said > now + Skew || said < now - Oldest))
        {
            return AdminProblem.Invalid("/event_at", "out-of-range", "Say when it happened: not in the future, and within ten years.");
        }

        return new OffboardingCause(what ?? OffboardingEvent.Call, (at ?? now).ToUniversalTime());
    }
}

/// <summary>What an offboarding began with.</summary>
public enum OffboardingEvent : byte
{
    /// <summary>Somebody called, wrote, or decided it here.</summary>
    Call,

    /// <summary>The personnel department's feed.</summary>
    Hr,

    /// <summary>A signal of another system (CAEP).</summary>
    Caep,
}
