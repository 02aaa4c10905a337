using PhiGateway.Policy.Registry;

namespace PhiGateway.Gateway.Exchange;

/// <summary>A stretch of time in which a client's distinct patients are counted; which limit is meant by it, and how it is called.</summary>
/// <param name="Name">In refusals and metrics.</param>
/// <param name="Length">How long it is.</param>
/// <param name="Suffix">Behind the client's id where nodes tell each other: no id has a slash.</param>
/// <param name="LimitOf">The client's limit in it; null: none.</param>
internal sealed record PatientStretch(string Name, TimeSpan Length, string Suffix, Func<ClientLimits, int?> LimitOf)
{
    public static readonly PatientStretch Hour = new(
        "patients-per-hour",
        TimeSpan.FromHours(1),
        string.Empty,
        static limits => limits.DistinctPatientsPerHour
    );
    public static readonly PatientStretch Day = new(
        "patients-per-day",
        TimeSpan.FromDays(1),
        "/day",
        static limits => limits.DistinctPatientsPerDay
    );
    public static readonly PatientStretch Month = new(
        "patients-per-30-days",
        TimeSpan.FromDays(30),
        "/30-days",
        static limits => limits.DistinctPatientsPer30Days
    );

    /// <summary>All of them.</summary>
    public static readonly PatientStretch[] All = [Hour, Day, Month];

    /// <summary>Those longer than the hour, whose quotas most clients have not.</summary>
    public static readonly PatientStretch[] Longer = [Day, Month];
}
