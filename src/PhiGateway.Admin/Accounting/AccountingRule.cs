using PhiGateway.Audit.Records;

namespace PhiGateway.Admin.Accounting;

/// <summary>A rule by which disclosures are accounted for, as data: a new one is a row here.</summary>
/// <param name="Name">As asked for.</param>
/// <param name="Citation">Where it stands.</param>
/// <param name="Years">How far back it reaches.</param>
/// <param name="Label">Only what carries this security label; null: everything.</param>
/// <param name="WithExcluded">Whether treatment, payment and operations are accounted for too.</param>
/// <param name="NotInForce">Why it cannot be asked for yet; null: it can.</param>
internal sealed record AccountingRule(string Name, string Citation, int Years, string? Label, bool WithExcluded, string? NotInForce)
{
    public static readonly AccountingRule Hipaa = new("hipaa", "45 CFR 164.528", 6, null, WithExcluded: false, null);

    public static readonly AccountingRule Part2 = new(
        "part2",
        "42 CFR 2.25",
        3,
        "42CFRPart2",
        WithExcluded: true,
        "The accounting of 42 CFR 2.25 is tolled until HIPAA's own 45 CFR 164.528 is revised (89 FR 12472, 16 February 2024)."
    );

    /// <summary>The rule of a name; null: there is none.</summary>
    public static AccountingRule? Find(string? name) =>
        name switch
        {
            null or "hipaa" => Hipaa,
            "part2" => Part2,
            _ => null,
        };

    /// <summary>Whether a record stands in the accounting by this rule.</summary>
    public bool Covers(AuditRecord record, string accounting) =>
        (Label is null || record.Labels.Any(label => label.EndsWith("|" + Label, StringComparison.Ordinal)))
        && (AccountingClass.IsAccounted(accounting) || (WithExcluded && accounting != AccountingClass.Use));
}
