namespace PhiGateway.Admin.Accounting;

/// <summary>A patient's request for an accounting, with its clock (45 CFR 164.528(c)).</summary>
/// <param name="Id">Id of its record.</param>
/// <param name="Received">When it was received.</param>
/// <param name="Due">When it must be answered: 60 days, or 90 when extended.</param>
/// <param name="Extended">Why the 30 days more; null: it was not extended.</param>
/// <param name="Answered">When it was answered; null: not yet.</param>
/// <param name="IsLate">Whether it is, or was, answered too late.</param>
/// <param name="IsFree">Whether it is the patient's first within 12 months, for which no fee is asked.</param>
/// <param name="RecordedBy">Who put it down.</param>
/// <param name="IsUnproven">
/// True: no log of this node proves its record, which another node wrote, or nobody of the control plane; it is listed all the same. Absent: one does.
/// </param>
/// <param name="IsExtensionUnproven">True: there is an extension that no log of this node proves, and does not count here. Absent: there is none.</param>
/// <param name="IsAnswerUnproven">True: there is an answer that no log of this node proves, and does not count here. Absent: there is none.</param>
public sealed record DisclosureRequest(
    Guid Id,
    DateTimeOffset Received,
    DateTimeOffset Due,
    string? Extended,
    DateTimeOffset? Answered,
    bool IsLate,
    bool IsFree,
    string RecordedBy,
    bool? IsUnproven = null,
    bool? IsExtensionUnproven = null,
    bool? IsAnswerUnproven = null
);

/// <summary>Puts down that a patient asked.</summary>
/// <param name="Tenant">Tenant.</param>
/// <param name="Patient">Logical id of the patient. PHI.</param>
/// <param name="Received">When; not in the future.</param>
public sealed record AskedBody(string Tenant, string Patient, DateTimeOffset Received);
