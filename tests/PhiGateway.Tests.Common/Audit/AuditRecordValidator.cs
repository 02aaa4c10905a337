using PhiGateway.Audit.Records;

namespace PhiGateway.Tests.Common.Audit;

/// <summary>
/// Checks that a record carries the facts that its kind must (AU-3: what, when, where, source, outcome, who).
/// </summary>
public static class AuditRecordValidator
{
    /// <summary>Everything that is missing or contradicts itself, in words; empty when the record is whole.</summary>
    public static IReadOnlyList<string> Validate(AuditRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var problems = new List<string>();
        Require(record.Id != Guid.Empty, "Id is empty.");
        Require(record.Kind is >= AuditKind.Decision and <= AuditKind.Hold, "Kind is unknown.");
        Require(record.Event.Length is > 0 and <= 64, "Event must have 1 to 64 characters.");
        Require(record.Time.Year >= 2000, "Time is missing.");
        Require(record.Decision is "" or "permit" or "deny" or "error" or "unknown", "Decision is unknown.");
        switch (record.Kind)
        {
            case AuditKind.Decision:
                Request();
                Require(record.Decision.Length > 0, "A decision says what was decided.");
                break;
            case AuditKind.Disclosure:
                Request();
                Caller();
                Require(record.Decision == "permit", "A disclosure is a permit.");
                Require(record.UpstreamStatus != 0 && record.Upstream is not null, "A disclosure names its upstream and what it answered.");
                Require(
                    record.Patients.Count > 0
                        ? record.PatientState is "known" or ""
                        : record.PatientState is "none-by-type" or "undetermined",
                    "A disclosure has patients, or says that there are none by type or that they are undetermined."
                );
                Require(record.ResourceCount >= record.Resources.Count, "A disclosure counts at least what it lists.");
                Ground();
                break;
            case AuditKind.Intent:
                Request();
                Caller();
                Require(record.Decision == "permit", "An intent is a permit.");
                Ground();
                break;
            case AuditKind.Outcome:
                Require(record.ParentId != Guid.Empty, "An outcome names its intent.");
                Require(
                    record.Outcome is "applied" or "not-applied" or "unknown",
                    "An outcome says whether the write was applied, was not, or that nobody knows."
                );
                Require(record.Status != 0 || record.Note is not null, "An outcome has a status, or says why it has none.");
                break;
            case AuditKind.Delivery:
                Require(
                    record.ParentId != Guid.Empty ^ record.Sequences is not null,
                    "A delivery names its disclosure, or the places of many."
                );
                Require(
                    record.Sequences is null || (record.Delivery == "handed-over" && SequenceRanges.TryRead(record.Sequences, out _)),
                    "A delivery of many names places in rising order, of answers that were handed over."
                );
                Require(
                    record.Delivery is "handed-over" or "partial" or "unconfirmed",
                    "A delivery was handed over, is partial or unconfirmed."
                );
                break;
            case AuditKind.Auth:
                Require(record.Decision.Length > 0, "An authentication has an outcome.");
                Caller();
                break;
            case AuditKind.Admin:
                Require(record.Actor is not null && record.Target is not null, "A change names who did it and to what.");
                Require(
                    record.Decision == "deny" || record.Before is not null || record.After is not null,
                    "A change says what was before or is after."
                );
                break;
            case AuditKind.Override or AuditKind.AuditUse or AuditKind.Hold or AuditKind.System:
                Require(record.Actor is not null, "The record names who did it.");
                break;
            default:
                break;
        }

        Require(record.Decision != "deny" || !string.IsNullOrEmpty(record.Reason), "A deny has a reason.");
        Require(record.Decision != "permit" || record.Reason is null, "A permit has no reason.");
        return problems;

        void Request()
        {
            Require(record.Method is not null, "A request has a method.");
            Require(record.Peer is not null, "A request comes from somewhere.");
        }

        void Caller() =>
            Require(
                record.Client is not null
                    || record.Actor is not null
                    || record.TokenHash is not null
                    || record.Subject is not null
                    || record.Decision is "deny" or "error",
                "A permit names the caller."
            );

        // An agreement stands behind all but the hospital's own use cases that name none. Records of versions before say nothing of it.
        void Ground()
        {
            Require(
                record.Client is null || (record.Approval is { Length: > 0 } && record.Approvers.Count > 0),
                "What was allowed names the approval of its client and who gave it."
            );
            Require(record.Agreement is null or { Length: > 0 }, "An agreement has an id.");
            Require(
                record.Patients.Count == 0
                    ? record.CoveredBy.Count == 0
                    : record.CoveredBy.Count == 1 || record.CoveredBy.Count == record.Patients.Count,
                "What was allowed says by what its patients were covered, once for all or for each."
            );
            Require(record.CoveredBy.All(static words => words.Length > 0), "Every patient is covered by something.");
        }

        void Require(bool holds, string problem)
        {
            if (!holds)
            {
                problems.Add(problem);
            }
        }
    }
}
