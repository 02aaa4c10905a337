using PhiGateway.Audit.Records;

namespace PhiGateway.Admin.Accounting;

/// <summary>Gathers on what the disclosures to one recipient rested, of one patient. One per line of an answer; not thread-safe.</summary>
internal sealed class GroundFold
{
    // More than one use case has in six years; who ships may add rows with others.
    private const int Most = 64;

    private readonly SortedSet<string> _agreements = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _approvals = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _approvers = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _coverage = new(StringComparer.Ordinal);
    private bool _isCut;

    /// <summary>Adds what one record says of it.</summary>
    public void Add(AuditRecord record, string patient)
    {
        Put(_agreements, record.Agreement);
        Put(_approvals, record.Approval);
        foreach (var approver in record.Approvers)
        {
            Put(_approvers, approver);
        }

        var place = 0;
        while (place < record.Patients.Count && record.Patients[place] != patient)
        {
            place++;
        }

        if (CoverageWords.Of(record, place) is { } words)
        {
            foreach (var kind in CoverageWords.KindsOf([words]))
            {
                Put(_coverage, kind);
            }
        }
    }

    /// <summary>What they say.</summary>
    public DisclosureGround Of() => new([.. _agreements], [.. _approvals], [.. _approvers], [.. _coverage]) { More = _isCut ? true : null };

    private void Put(SortedSet<string> values, string? value)
    {
        if (string.IsNullOrEmpty(value) || values.Contains(value))
        {
            return;
        }

        if (values.Count >= Most)
        {
            _isCut = true;
            return;
        }

        _ = values.Add(value);
    }
}
