namespace PhiGateway.Admin.Clients;

/// <summary>What a client used of what it may, as the watch of this node knows it.</summary>
/// <param name="Client">Client id.</param>
/// <param name="LastUsed">Its last use of anything; null: none is known.</param>
/// <param name="Uses">By operation, purpose and tenant, the longest unused first.</param>
/// <param name="Elements">By the elements of its grants: those that are granted, used or not, and those that were used and are not.</param>
public sealed record UsageReport(
    string Client,
    DateTimeOffset? LastUsed,
    IReadOnlyList<UsedOperation> Uses,
    IReadOnlyList<UsedElement> Elements
);

/// <summary>How a client used one thing that it may.</summary>
/// <param name="Operation">
/// Interaction and type, such as <c>search-type Observation</c>; or what was used beside them: <c>include Observation:subject</c>,
/// <c>label R</c> as it was let out, <c>element Patient.name</c> as it was asked for by name.
/// </param>
/// <param name="Purpose">Purpose codes that counted; empty: none.</param>
/// <param name="Tenant">Tenant.</param>
/// <param name="First">First use that is remembered, UTC.</param>
/// <param name="Last">Last use, UTC.</param>
/// <param name="Count">How often.</param>
/// <param name="Patients">Of how many different patients.</param>
/// <param name="PatientsAre">How well that is known.</param>
public sealed record UsedOperation(
    string Operation,
    string Purpose,
    string Tenant,
    DateTimeOffset First,
    DateTimeOffset Last,
    long Count,
    long Patients,
    PatientCount PatientsAre
);

/// <summary>One element of a client's grants, or one that it used and is granted no more.</summary>
/// <param name="Kind">interaction, operation, include, label, element, tenant or purpose.</param>
/// <param name="Name">As grants name it, such as <c>Observation search</c>.</param>
/// <param name="Granted">
/// Whether it is granted as the registry stands; absent: it needs no grant of its own, as a label below the confidentiality that is let out.
/// </param>
/// <param name="Last">Its last use, UTC; absent: none is known.</param>
/// <param name="Count">How often.</param>
/// <param name="Patients">Of how many different patients.</param>
/// <param name="PatientsAre">How well that is known.</param>
public sealed record UsedElement(
    string Kind,
    string Name,
    bool? Granted,
    DateTimeOffset? Last,
    long Count,
    long Patients,
    PatientCount PatientsAre
);
