using System.Globalization;
using System.Text;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Proof.Evidence;

namespace PhiGateway.Admin.Trail;

/// <summary>
/// Makes proofs from this node's transparency log for auditors; a bundle of evidence, which holds records, is itself on record before it
/// leaves.
/// </summary>
internal sealed class TrailProofs(
    IAuditStore store,
    IAuditJournal journal,
    AdminJournal records,
    LogProver? prover = null,
    ProverSet? provers = null
)
{
    /// <summary>Name, newest checkpoint and keys of the log.</summary>
    public Task<Outcome<LogReport>> ReportAsync(AdminCall call) =>
        Tried<LogReport>(of =>
            of.Checkpoint is { } checkpoint ? new LogReport(of.Log, checkpoint, of.Keys, of.Statements, of.Witnessed) : NotYet()
        );

    /// <summary>That a record is under the newest checkpoint.</summary>
    public Task<Outcome<InclusionReport>> InclusionAsync(AdminCall call, string? sequence) =>
        Tried<InclusionReport>(of =>
        {
            if (!TryNumber(sequence, out var number))
            {
                return AdminProblem.BadParameter("sequence", "a number of a record is expected.");
            }

            return of.ProveInclusion(number) is { } proof ? new InclusionReport(of.Log, number, proof) : NotYet();
        });

    /// <summary>
    /// Holds a record as the store has it against the log that this node keeps of it: the answer is about this record, not about its place.
    /// </summary>
    public RecordProof Verify(AuditEntry record)
    {
        try
        {
            if (ProverOf(record.Log) is not { } of)
            {
                return new RecordProof(
                    RecordStand.NotHere,
                    null,
                    $"The record stands in the log {record.Log}, which this node does not keep."
                );
            }

            if (record.IsDestroyed)
            {
                return new RecordProof(
                    RecordStand.Destroyed,
                    of.ProveInclusion(record.Sequence),
                    "Its content was destroyed: nothing can be held against the log. That it has an entry in this place is proven."
                );
            }

            return of.ProveRecord(record) is { } proof
                ? new RecordProof(RecordStand.Proven, proof, null)
                : new RecordProof(RecordStand.NotYet, null, NotYet().Detail);
        }
        catch (InvalidDataException fault)
        {
            return new RecordProof(RecordStand.Contradicts, null, fault.Message);
        }
    }

    /// <summary>That the log extends what it was.</summary>
    public Task<Outcome<ConsistencyProof>> ConsistencyAsync(AdminCall call, string? size) =>
        Tried<ConsistencyProof>(of =>
        {
            if (!TryNumber(size, out var number))
            {
                return AdminProblem.BadParameter("from", "a size of the log is expected.");
            }

            return of.ProveConsistency(number) is { } proof
                ? proof
                : AdminProblem.Conflict("log-shorter", "The log has never had that size: whoever says so saw another log.");
        });

    /// <summary>Everything with which somebody else can verify one access.</summary>
    public async Task<Outcome<EvidenceReport>> EvidenceAsync(AdminCall call, string id)
    {
        if ((prover is null && provers is null) || !Guid.TryParseExact(id, "D", out var guid))
        {
            return AdminProblem.NotFound("record");
        }

        var record = records.Create(call, "audit.evidence", "audit", call.RequestId, Guid.Empty, AuditKind.AuditUse);
        record.Note = "id=" + guid.ToString("D");
        await journal.AppendAsync(record);
        var family = await TrailFamily.ReadAsync(store, guid, call.Cancelled);
        if (family.Entries.Count == 0 || family.IsCut)
        {
            // A part of an access would prove something else than the access.
            return family.IsCut ? TrailFamily.TooMany : AdminProblem.NotFound("record");
        }

        // An access stands in one log. Whoever ships may have added rows of others: they are named, and keep nobody from the proof.
        var log = (Choose(family, guid)?.Record ?? family.Entries[0]).Log;
        if (ProverOf(log) is not { } of)
        {
            return AdminProblem.Conflict("other-node", $"The record stands in the log {log}: ask the node that writes it.");
        }

        var entries = await TrailDelivery.WithAsync(store, [.. family.Entries.Where(entry => entry.Log == log)], call.Cancelled);
        List<AuditEntry> elsewhere = [.. family.Entries.Where(entry => entry.Log != log)];
        return await Tried<EvidenceReport>(
            of,
            one => one.MakeBundle([.. entries.OrderBy(static entry => entry.Sequence)]) is { } files ? Report(files, elsewhere) : NotYet()
        );
    }

    /// <summary>
    /// Which of the rows of one id is the record; null: there is none, or not all was read and none of several is proven. Security: whoever
    /// ships may add rows under an id that another record has, with any time. What this node's log proves goes before all others, and what it
    /// contradicts behind them.
    /// </summary>
    /// <param name="family">The rows.</param>
    /// <param name="id">Which record.</param>
    /// <param name="fits">Which of its rows can be it; null: each.</param>
    public ChosenRecord? Choose(TrailFamily family, Guid id, Func<AuditEntry, bool>? fits = null)
    {
        var chosen = Choose([.. family.Entries.Where(row => row.Id == id && (fits is null || fits(row)))]);
        return family.IsCut && chosen is { IsCertain: false } ? null : chosen;
    }

    private ChosenRecord? Choose(List<AuditEntry> ofId)
    {
        if (ofId is [] or [_])
        {
            return ofId is [var only] ? new ChosenRecord(only, [], true) : null;
        }

        var (place, best) = (0, RowStanding.Refuted);
        for (var i = 0; i < ofId.Count && best != RowStanding.Proven; i++)
        {
            var standing = StandingOf(ofId[i]);
            (place, best) = standing > best ? (i, standing) : (place, best);
        }

        return new ChosenRecord(ofId[place], [.. ofId.Where((_, i) => i != place)], best == RowStanding.Proven);
    }

    private RowStanding StandingOf(AuditEntry row)
    {
        // The log proves a body: one that names another id is that of another record.
        if (!row.IsDestroyed && row.Read()?.Id != row.Id)
        {
            return RowStanding.Refuted;
        }

        return Verify(row).Stand switch
        {
            RecordStand.Proven => RowStanding.Proven,
            RecordStand.Contradicts => RowStanding.Refuted,
            _ => RowStanding.Unproven,
        };
    }

    private static EvidenceReport Report(IReadOnlyList<EvidenceFile> files, List<AuditEntry> elsewhere)
    {
        if (elsewhere.Count == 0)
        {
            return new EvidenceReport(files);
        }

        var list = new StringBuilder("Not in this bundle: rows of the store that say they belong to it and stand in other logs.\n");
        foreach (var row in elsewhere)
        {
            list.Append(CultureInfo.InvariantCulture, $"{row.Log} {row.Sequence} {row.Id:D}\n");
        }

        return new EvidenceReport([.. files, new EvidenceFile("elsewhere.txt", Encoding.UTF8.GetBytes(list.ToString()))]);
    }

    private enum RowStanding
    {
        Refuted,
        Unproven,
        Proven,
    }

    private LogProver? ProverOf(string log) => prover?.Log == log ? prover : provers?.Of(log);

    private Task<Outcome<T>> Tried<T>(Func<LogProver, Outcome<T>> prove)
        where T : class => Tried(prover, prove);

    private static Task<Outcome<T>> Tried<T>(LogProver? of, Func<LogProver, Outcome<T>> prove)
        where T : class
    {
        if (of is null)
        {
            return Task.FromResult<Outcome<T>>(AdminProblem.NotFound("log"));
        }

        try
        {
            return Task.FromResult(prove(of));
        }
        catch (InvalidDataException fault)
        {
            return Task.FromResult<Outcome<T>>(AdminProblem.Conflict("log-contradicts", fault.Message));
        }
    }

    private static AdminProblem NotYet() =>
        AdminProblem.Conflict("not-under-checkpoint", "No checkpoint covers it yet: a running node signs one each second.");

    private static bool TryNumber(string? text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
