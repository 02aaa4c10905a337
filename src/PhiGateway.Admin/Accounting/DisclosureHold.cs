namespace PhiGateway.Admin.Accounting;

/// <summary>
/// A suspension of the right to an accounting, asked for by a law enforcement or oversight agency (45 CFR 164.528(a)(2)).
/// </summary>
/// <param name="Id">Id of its record.</param>
/// <param name="Organization">Recipient whose disclosures are kept back; null: of all recipients.</param>
/// <param name="Agency">Who asked.</param>
/// <param name="IsOral">Whether it was asked for by word of mouth only: then for at most 30 days.</param>
/// <param name="Until">Its last moment.</param>
/// <param name="SetAt">When it was set.</param>
/// <param name="SetBy">Who set it.</param>
/// <param name="ReleasedAt">When it was released before its time; null: it was not.</param>
/// <param name="IsUnproven">
/// True: no log of this node proves its record, which another node wrote, or nobody of the control plane; it keeps back all the same. Absent: one does.
/// </param>
/// <param name="IsReleaseUnproven">True: there is a release that no log of this node proves, and which does not count here. Absent: there is none.</param>
public sealed record DisclosureHold(
    Guid Id,
    string? Organization,
    string Agency,
    bool IsOral,
    DateTimeOffset Until,
    DateTimeOffset SetAt,
    string SetBy,
    DateTimeOffset? ReleasedAt = null,
    bool? IsUnproven = null,
    bool? IsReleaseUnproven = null
)
{
    // The first of several releases is the one that ended it.
    internal DisclosureHold ReleasedBy(DateTimeOffset at) => this with { ReleasedAt = ReleasedAt < at ? ReleasedAt : at };

    internal bool IsInForce(DateTimeOffset now) => ReleasedAt is null && now < Until;

    internal bool Covers(string? organization) => Organization is null || Organization == organization;
}

/// <summary>Sets a hold.</summary>
/// <param name="Tenant">Tenant.</param>
/// <param name="Patient">Logical id of the patient. PHI.</param>
/// <param name="Agency">Who asks, with the name of the official.</param>
/// <param name="Reason">Why an accounting would impede their activities.</param>
/// <param name="Until">Until when; of an oral statement at most 30 days from now.</param>
/// <param name="Organization">Recipient whose disclosures are kept back; null: of all recipients.</param>
/// <param name="Oral">Whether it was asked for by word of mouth only.</param>
public sealed record HoldBody(
    string Tenant,
    string Patient,
    string Agency,
    string Reason,
    DateTimeOffset Until,
    string? Organization = null,
    bool Oral = false
);
