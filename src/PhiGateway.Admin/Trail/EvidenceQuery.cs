namespace PhiGateway.Admin.Trail;

/// <summary>
/// Asks for a bundle of evidence over several accesses; exactly one of patient, case, alerts and ids says which.
/// </summary>
/// <param name="Patient">Logical id of a patient whose accesses they are, with or without <c>Patient/</c> before it. PHI.</param>
/// <param name="Tenant">With a patient: the tenant, or <c>*</c> for each.</param>
/// <param name="From">With a patient: from this moment on.</param>
/// <param name="To">With a patient: before this moment; null: whatever a checkpoint covers.</param>
/// <param name="Case">Id of a case: the same of its alerts.</param>
/// <param name="Alerts">Ids of alerts, at most 500: the records that show them, with all that belongs to those.</param>
/// <param name="Ids">Decision or request ids, at most 500.</param>
/// <param name="Why">What it is made for, such as the number of a case; on record and in the bundle. Without PHI.</param>
public sealed record EvidenceQuery(
    string? Patient = null,
    string? Tenant = null,
    DateTimeOffset? From = null,
    DateTimeOffset? To = null,
    string? Case = null,
    IReadOnlyList<string>? Alerts = null,
    IReadOnlyList<Guid>? Ids = null,
    string? Why = null
)
{
    /// <summary>Most ids of a case.</summary>
    internal const int MostIds = 500;

    /// <summary>Longest of the words.</summary>
    internal const int LongestWhy = 256;

    /// <summary>What is wrong with it; null: nothing that can be seen from it alone.</summary>
    internal Calls.AdminProblem? Problem()
    {
        if (new[] { Patient is not null, Case is not null, Alerts is not null, Ids is not null }.Count(static one => one) != 1)
        {
            return Calls.AdminProblem.Invalid(string.Empty, "required", "Exactly one of patient, case, alerts and ids is expected.");
        }

        if (Patient is null && (Tenant is not null || From is not null || To is not null))
        {
            return Calls.AdminProblem.Invalid(string.Empty, "invalid", "Tenant, from and to belong to a patient.");
        }

        if (Ids is { Count: 0 or > MostIds })
        {
            return Calls.AdminProblem.Invalid("/ids", "invalid", $"1 to {MostIds} ids are expected.");
        }

        if (Alerts is { Count: 0 or > MostIds } || Alerts?.Any(string.IsNullOrEmpty) == true)
        {
            return Calls.AdminProblem.Invalid("/alerts", "invalid", $"1 to {MostIds} ids are expected.");
        }

        return Why is { Length: > LongestWhy }
            ? Calls.AdminProblem.Invalid("/why", "invalid", $"At most {LongestWhy} characters are expected.")
            : null;
    }
}
