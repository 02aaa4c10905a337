namespace PhiGateway.Watch.Usage;

/// <summary>How one client used one thing that it may.</summary>
/// <param name="Operation">
/// Interaction and type, such as <c>search-type Observation</c>; or what was used beside them: <c>include Observation:subject</c>,
/// <c>label R</c> as it was let out, <c>element Patient.name</c> as it was asked for by name.
/// </param>
/// <param name="Purpose">Purpose codes that counted; empty: none.</param>
/// <param name="Tenant">Tenant.</param>
/// <param name="First">First use that is remembered.</param>
/// <param name="Last">Last use.</param>
/// <param name="Count">How often.</param>
/// <param name="Patients">Of how many different patients.</param>
/// <param name="IsEstimate">Whether that is an estimate, within some nine percent as a rule.</param>
public sealed record UsageRow(
    string Operation,
    string Purpose,
    string Tenant,
    DateTimeOffset First,
    DateTimeOffset Last,
    long Count,
    long Patients = 0,
    bool IsEstimate = false
);
