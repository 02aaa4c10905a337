namespace PhiGateway.Admin.Keeping;

/// <summary>A hold on deletion: whatever it covers stays, however old it is. Set by one person, lifted by two.</summary>
/// <param name="Id">Id of its record.</param>
/// <param name="Of">tenant, patient or case, without the patient's name; unreadable: its record says nothing, so that it keeps everything.</param>
/// <param name="Tenant">The tenant; null: a case over tenants.</param>
/// <param name="Case">The case; null: none.</param>
/// <param name="Reason">Why.</param>
/// <param name="SetAt">When it was set.</param>
/// <param name="SetBy">Who set it.</param>
/// <param name="LiftAskedBy">The first person who wants it lifted; null: nobody.</param>
/// <param name="LiftedAt">When a second person agreed; null: it stands.</param>
public sealed record LegalHold(
    Guid Id,
    string Of,
    string? Tenant,
    string? Case,
    string Reason,
    DateTimeOffset SetAt,
    string SetBy,
    string? LiftAskedBy,
    DateTimeOffset? LiftedAt
);

/// <summary>Every hold on deletion there is or was, the newest first.</summary>
/// <param name="Items">The holds.</param>
public sealed record LegalHoldList(IReadOnlyList<LegalHold> Items);

/// <summary>Sets a hold on deletion: on a tenant, on a patient of a tenant, or on the records of a case.</summary>
/// <param name="Reason">Why, in words without patient data.</param>
/// <param name="Tenant">Tenant.</param>
/// <param name="Patient">Logical id of a patient of that tenant. PHI.</param>
/// <param name="Case">Id of a case, alone.</param>
public sealed record LegalHoldBody(string? Reason = null, string? Tenant = null, string? Patient = null, string? Case = null);
