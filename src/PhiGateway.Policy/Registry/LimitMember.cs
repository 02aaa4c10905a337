namespace PhiGateway.Policy.Registry;

/// <summary>
/// One member of <see cref="ClientLimits"/>: what it is called in documents, how its number is read out, and where it stands. Asked by
/// checks, comparisons, briefs and pages, so that a limit that is added stands in all of them.
/// </summary>
/// <param name="Name">As in documents, such as <c>recordsPerDay</c>.</param>
/// <param name="One">What a limit of 1 counts, such as <c>record a day</c>.</param>
/// <param name="Many">The same of any other number.</param>
/// <param name="Of">The member's value; null: not set.</param>
public sealed record LimitMember(string Name, string One, string Many, Func<ClientLimits, long?> Of)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<LimitMember> All { get; } =
    [
        new("requestsPerSecond", "request a second", "requests a second", static limits => limits.RequestsPerSecond),
        new("concurrency", "request at once", "requests at once", static limits => limits.Concurrency),
        new("distinctPatientsPerHour", "patient an hour", "patients an hour", static limits => limits.DistinctPatientsPerHour),
        new("distinctPatientsPerDay", "patient a day", "patients a day", static limits => limits.DistinctPatientsPerDay),
        new("distinctPatientsPer30Days", "patient in 30 days", "patients in 30 days", static limits => limits.DistinctPatientsPer30Days),
        new("recordsPerDay", "record a day", "records a day", static limits => limits.RecordsPerDay),
        new("bytesPerDay", "byte a day", "bytes a day", static limits => limits.BytesPerDay),
        new("exportsPerDay", "export a day", "exports a day", static limits => limits.ExportsPerDay),
        new("writesPerDay", "write a day", "writes a day", static limits => limits.WritesPerDay),
        new("breakGlassPerDay", "emergency request a day", "emergency requests a day", static limits => limits.BreakGlassPerDay),
    ];
}
