namespace PhiGateway.Admin.Accounting;

/// <summary>The accounting of disclosures of one patient: whole, never a part.</summary>
/// <param name="Rule">Citation of the rule.</param>
/// <param name="Tenant">Tenant.</param>
/// <param name="Patient">Logical id of the patient. PHI.</param>
/// <param name="From">From this moment on.</param>
/// <param name="To">Before this moment.</param>
/// <param name="MadeAt">When it was made.</param>
/// <param name="MadeBy">Who made it.</param>
/// <param name="Disclosures">What the patient is told: repeated ones of one recipient and purpose together, by their first moment.</param>
/// <param name="LeftOut">For the officer: releases that are excluded, by class.</param>
/// <param name="Held">For the officer: disclosures that a hold keeps back now.</param>
/// <param name="HeldUnproven">For the officer: those of them that only holds keep back which no log of this node proves.</param>
public sealed record AccountingReport(
    string Rule,
    string Tenant,
    string Patient,
    DateTimeOffset From,
    DateTimeOffset To,
    DateTimeOffset MadeAt,
    string MadeBy,
    IReadOnlyList<AccountedDisclosure> Disclosures,
    IReadOnlyDictionary<string, long> LeftOut,
    long Held,
    long HeldUnproven = 0
);

/// <summary>Disclosures to one recipient for one purpose.</summary>
/// <param name="Recipient">Name of whoever received it.</param>
/// <param name="Address">Its address, where the registry has one.</param>
/// <param name="Organization">Id of the organization; null: none was known.</param>
/// <param name="Purpose">Statement of the purpose.</param>
/// <param name="Codes">Its codes.</param>
/// <param name="Description">Brief description of what was disclosed.</param>
/// <param name="Count">How many times.</param>
/// <param name="First">The first.</param>
/// <param name="Last">The last; the same as the first for one.</param>
/// <param name="Accounting">accountable, or unknown where no purpose counted.</param>
/// <param name="Decisions">Ids of the first and the last record, by which evidence is made.</param>
/// <param name="Ground">For the officer: on what they rested, as their records say.</param>
public sealed record AccountedDisclosure(
    string Recipient,
    string? Address,
    string? Organization,
    string Purpose,
    string? Codes,
    string Description,
    long Count,
    DateTimeOffset First,
    DateTimeOffset Last,
    string Accounting,
    IReadOnlyList<Guid> Decisions,
    DisclosureGround Ground
);
