namespace PhiGateway.Admin.Organizations;

/// <summary>The figures that an offboarding is held against, each under the name of its rule; two of them are proposed only.</summary>
internal static class OffboardingFigures
{
    private const long Hour = 3600;
    private const long Day = 24 * Hour;

    /// <summary>All of them, of one offboarding at a moment.</summary>
    public static IReadOnlyList<OffboardingMeasure> Of(Offboarding one, DateTimeOffset now)
    {
        var ended = one.InForce?.At;
        var told = one.Notices.Count > 0 ? one.Notices[0].SentAt : (DateTimeOffset?)null;
        return
        [
            Measure("HIPAA Security Rule as proposed (90 FR 898), not in force: access ends within one hour", Hour, one, ended, now),
            Measure(
                "HIPAA Security Rule as proposed (90 FR 898), not in force: other regulated entities are told within 24 hours",
                Day,
                one,
                told,
                now
            ),
            Measure("ONC, 45 CFR 170.315(g)(10)(vi): access is revoked within one hour of the request", Hour, one, ended, now),
        ];
    }

    /// <summary>Whether access ended within an hour of the event; null: that is open, or not known.</summary>
    public static bool? IsWithinAnHour(Offboarding one, DateTimeOffset now) => Of(one, now)[0].IsMet;

    private static OffboardingMeasure Measure(string rule, long limit, Offboarding one, DateTimeOffset? at, DateTimeOffset now)
    {
        var seconds = at is { } then ? Math.Max(0, (then - one.EventAt).TotalSeconds) : (double?)null;
        if (seconds is { } took)
        {
            return new OffboardingMeasure(rule, limit, took, took <= limit);
        }

        return new OffboardingMeasure(rule, limit, null, (now - one.EventAt).TotalSeconds > limit ? false : null);
    }
}
