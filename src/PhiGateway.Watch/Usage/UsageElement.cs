namespace PhiGateway.Watch.Usage;

/// <summary>How one client used one element of its grants, over all purposes and tenants.</summary>
/// <param name="Kind">Which sort of element.</param>
/// <param name="Name">
/// As grants name it: <c>Observation search</c>, <c>Patient $everything</c>, <c>Observation:subject</c>, a label, <c>Observation.code</c>, a
/// tenant, or a purpose code.
/// </param>
/// <param name="First">First use that is remembered.</param>
/// <param name="Last">Last use.</param>
/// <param name="Count">How often.</param>
/// <param name="Patients">Of how many different patients.</param>
/// <param name="IsEstimate">Whether that is an estimate, within some nine percent as a rule.</param>
public sealed record UsageElement(
    UsageKind Kind,
    string Name,
    DateTimeOffset First,
    DateTimeOffset Last,
    long Count,
    long Patients,
    bool IsEstimate
);

/// <summary>The sorts of elements that a grant is made of.</summary>
public enum UsageKind : byte
{
    /// <summary>A type with an interaction, by the grants' word for it.</summary>
    Interaction,

    /// <summary>A type with an operation.</summary>
    Operation,

    /// <summary>An include that was asked for.</summary>
    Include,

    /// <summary>A label that was let out.</summary>
    Label,

    /// <summary>An element of a type that was asked for by name.</summary>
    Element,

    /// <summary>A tenant.</summary>
    Tenant,

    /// <summary>A purpose code.</summary>
    Purpose,
}
