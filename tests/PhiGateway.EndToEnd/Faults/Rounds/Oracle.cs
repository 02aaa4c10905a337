using PhiGateway.Audit.Records;

namespace PhiGateway.EndToEnd.Faults.Rounds;

/// <summary>
/// Holds what clients noted that they received, and what the upstream noted that it applied, against the trail: what was released or changed
/// and is not on record, or is on record as something else than it was, is a violation.
/// </summary>
internal sealed class Oracle(StoredTrail trail)
{
    // More than the buffers of two sockets and of the client hold together, so that a node cannot have handed it over.
    private const long MostUnderWay = 8 * 1024 * 1024;

    private readonly List<string> _violations = [];

    /// <summary>In words, one for each.</summary>
    public IReadOnlyList<string> Violations => _violations;

    /// <summary>Answers whose delivery nobody can tell of, and which say so.</summary>
    public int Unconfirmed { get; private set; }

    /// <summary>Writes of which nobody can tell, and which say so.</summary>
    public int Unknown { get; private set; }

    /// <summary>Everything that was received is in a disclosure of its own.</summary>
    public void JudgeReceived(IEnumerable<Note> notes)
    {
        foreach (var note in notes)
        {
            if (!Guid.TryParse(note.Id, out var id))
            {
                Check(note.Resources.Count == 0, $"an answer without a decision id held {note.Resources.Count} resources");
                continue;
            }

            var family = trail.Family(id);
            var released = family.Where(static one => one.Kind is AuditKind.Disclosure or AuditKind.Outcome).ToList();
            var listed = released.SelectMany(static one => one.Resources).Select(Unversioned).ToHashSet(StringComparer.Ordinal);
            foreach (var resource in note.Resources.Where(one => !listed.Contains(one)))
            {
                _violations.Add($"{id}: {resource} was received and is on no record");
            }

            var bytes = released.Sum(static one => one.Bytes);
            Check((int)note.Status >= 300 || note.Bytes <= bytes, $"{id}: {note.Bytes} bytes were received, {bytes} are on record");
            Check((int)note.Status >= 500 || family.Count > 0, $"{id}: was answered {(int)note.Status} and is on no record");
            Check(
                !(note.IsWrite && (int)note.Status < 300) || released.Exists(static one => one.Outcome == "applied"),
                $"{id}: the client was told that its write was applied, the trail was not"
            );
            JudgeDelivery(id, note);
        }
    }

    /// <summary>Everything that was applied has its intent, and each intent one honest outcome.</summary>
    public void JudgeApplied(IReadOnlyCollection<string> applied)
    {
        var known = applied.Select(Guid.Parse).ToHashSet();
        foreach (var id in known)
        {
            Check(trail.Family(id).Any(one => one.Kind == AuditKind.Intent && one.Id == id), $"{id}: was applied without an intent");
        }

        foreach (var (_, _, intent) in trail.Rows.Where(static row => row.Record.Kind == AuditKind.Intent))
        {
            var outcomes = trail
                .Family(intent.Id)
                .Where(static one => one.Kind == AuditKind.Outcome)
                .Select(static one => one.Outcome)
                .ToList();
            Check(outcomes.Count == 1, $"{intent.Id}: has {outcomes.Count} outcomes");
            var outcome = outcomes.FirstOrDefault();
            Check(outcome != "not-applied" || !known.Contains(intent.Id), $"{intent.Id}: was applied, the trail denies it");
            Check(outcome != "applied" || known.Contains(intent.Id), $"{intent.Id}: was not applied, the trail says so");
            Unknown += outcome == "unknown" ? 1 : 0;
        }
    }

    /// <summary>Each place of each log is taken once, each record is there once, and each answer has one word on what became of it.</summary>
    /// <param name="first">The first place that is judged.</param>
    public void JudgeStore(long first = 0)
    {
        foreach (var log in trail.Rows.GroupBy(static row => row.Log))
        {
            var next = first;
            foreach (var (_, sequence, _) in log)
            {
                Check(sequence == next, $"{log.Key}: {sequence} stands where {next} belongs");
                next = sequence + 1;
            }
        }

        foreach (var twice in trail.Rows.GroupBy(static row => row.Record.Id).Where(static same => same.Count() > 1))
        {
            _violations.Add($"{twice.Key}: is on record {twice.Count()} times");
        }

        var names = trail
            .Rows.Where(static row => row.Record.Kind == AuditKind.Disclosure)
            .Select(static row => row.Record.ParentId == Guid.Empty ? row.Record.Id : row.Record.ParentId)
            .Distinct();
        foreach (var name in names)
        {
            var words = trail.DeliveriesOf(name);
            Check(words.Count == 1, $"{name}: has {words.Count} deliveries ({string.Join(", ", words)})");
            Unconfirmed += words.Contains("unconfirmed") ? 1 : 0;
        }
    }

    private void JudgeDelivery(Guid id, Note note)
    {
        if (!note.IsWhole && note.Least > 0 && note.Bytes + MostUnderWay < note.Least)
        {
            Check(
                !trail.DeliveriesOf(id).Contains("handed-over"),
                $"{id}: {note.Bytes} of {note.Least} bytes were received, the trail says that all were handed over"
            );
        }
    }

    private void Check(bool holds, string violation)
    {
        if (!holds)
        {
            _violations.Add(violation);
        }
    }

    private static string Unversioned(string resource)
    {
        var end = resource.IndexOf("/_history/", StringComparison.Ordinal);
        return end < 0 ? resource : resource[..end];
    }
}
