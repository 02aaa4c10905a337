using System.Data.Common;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Audit;

/// <summary>
/// Finds one page of a query, newest first, inside one reading transaction. By id and by patient it asks their own indexes; everything else
/// goes by months and shapes: <c>audit_shape</c> says in which months there is anything, and those are asked one after the other until the
/// page is full. Called by the audit store; each database has its own way to ask for several shapes at once.
/// </summary>
internal abstract class AuditSearch(
    Database database,
    DbConnection connection,
    DbTransaction transaction,
    AuditQuery query,
    ReadBudget? budget
)
{
    /// <summary>Newest first; the order of every page.</summary>
    protected const string NewestFirst = "ORDER BY e.time DESC, e.log DESC, e.sequence DESC";

    private const int MaxLimit = 500;

    // Found first, sorted then: a planner without statistics would rather walk all records in order of time until one has the id.
    private const string WithHits =
        "WITH hit AS MATERIALIZED (SELECT * FROM audit_event WHERE id = @id UNION ALL SELECT * FROM audit_event WHERE parent_id = @id AND id <> @id) ";

    private readonly AuditCursor? _cursor = query.Cursor is null ? null : AuditCursor.Read(query);

    protected AuditFilter Filter { get; } = new(query);

    /// <summary>What is read of each record, of the table under the alias <c>e</c>.</summary>
    protected string Columns { get; } = AuditRows.Columns(database);

    /// <summary>The last month that can hold anything behind the cursor.</summary>
    protected int LastMonth => _cursor is { } cursor ? Math.Min(Filter.LastMonth, AuditMonth.Of(cursor.Time)) : Filter.LastMonth;

    /// <exception cref="ArgumentOutOfRangeException">The limit is out of range.</exception>
    public static void Check(AuditQuery query)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1, nameof(query));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, MaxLimit, nameof(query));
    }

    /// <summary>One entry more than the page holds, to know whether there is a next.</summary>
    /// <exception cref="PageSpentException">What was read is more than the budget.</exception>
    public async Task<List<AuditEntry>> RunAsync(CancellationToken cancellationToken)
    {
        var take = query.Limit + 1;
        if (query.Id is not null || query.PatientKeys.Count > 0)
        {
            return await FindDirectAsync(take, cancellationToken);
        }

        return await FindByTimeAsync(take, cancellationToken);
    }

    /// <summary>What stands behind <c>SELECT … FROM audit_event e WHERE 1 = 1</c> to keep to the query's time and behind its cursor.</summary>
    protected string Window(DbCommand command, MonthSpan span, string alias = "e")
    {
        var from = AuditMonth.Start(span.First);
        var to = AuditMonth.End(span.Last);
        command
            .With("from", database.Time(query.From > from ? query.From.Value : from))
            .With("to", database.Time(query.To < to ? query.To.Value : to));
        return $" AND {alias}.time >= @from AND {alias}.time < @to" + BehindCursor(command, alias);
    }

    /// <summary>The same without the time, for whoever has it already.</summary>
    protected string BehindCursor(DbCommand command, string alias)
    {
        if (_cursor is not { } cursor)
        {
            return string.Empty;
        }

        command.With("c_time", database.Time(cursor.Time)).With("c_log", cursor.Log).With("c_sequence", cursor.Sequence);
        return $" AND {alias}.time <= @c_time AND ({alias}.time, {alias}.log, {alias}.sequence) < (@c_time, @c_log, @c_sequence)";
    }

    /// <summary>Records of one id, or of patients.</summary>
    protected virtual Task<List<AuditEntry>> FindDirectAsync(int take, CancellationToken cancellationToken) =>
        ReadAsync(Direct(take), cancellationToken);

    /// <summary>Records of any shape that the query asks for, newest first.</summary>
    protected abstract Task<List<AuditEntry>> FindByTimeAsync(int take, CancellationToken cancellationToken);

    protected DbCommand Command() => connection.Command(string.Empty, transaction);

    protected async Task<List<AuditEntry>> ReadAsync(DbCommand command, CancellationToken cancellationToken)
    {
        await using (command)
        {
            var found = await AuditRows.ReadAsync(database, command, cancellationToken, budget);
            return budget is { IsSpent: true } ? throw new PageSpentException() : found;
        }
    }

#pragma warning disable CA2100 // put together from constants of these files only
    /// <summary>Conditions on <c>audit_shape s</c> within a span of months.</summary>
    protected string Shapes(DbCommand command, MonthSpan span)
    {
        command.With("first_month", span.First);
        if (span.First == span.Last)
        {
            // Said as one value: only then does the key of a shape lead to it.
            return " AND s.month = @first_month" + Filter.OfShape(command, database);
        }

        command.With("last_month", span.Last);
        return " AND s.month BETWEEN @first_month AND @last_month" + Filter.OfShape(command, database);
    }

    // By id or by patient: the narrow table leads, and its time prunes the partitions of the other.
    private DbCommand Direct(int take)
    {
        var command = Command();
        var byPatient = query.PatientKeys.Count > 0;
        var lead = byPatient ? "p" : "e";
        var with = query.Id is null ? string.Empty : WithHits;
        var events = query.Id is null ? "audit_event" : "hit";
        var from = byPatient
            ? $"audit_patient p JOIN {events} e ON e.log = p.log AND e.sequence = p.sequence AND e.time = p.time"
            : $"{events} e";
        var conditions = Filter.OfPatients(command, database) + Filter.OfTime(command, lead, database);
        if (Filter.AsksForShape)
        {
            // Looked up for each record that is found, and not joined: there may be far more shapes than records of one patient.
            conditions +=
                $" AND (SELECT 1 FROM audit_shape s WHERE s.month = {database.MonthOf("e.time")} AND s.id = e.shape{Filter.OfShape(command, database)}) = 1";
        }

        if (query.Id is { } id)
        {
            command.With("id", database.Uuid(id));
        }

        command.CommandText =
            $"{with}SELECT {Columns} FROM {from} WHERE 1 = 1{conditions}{BehindCursor(command, lead)}"
            + $" ORDER BY {lead}.time DESC, {lead}.log DESC, {lead}.sequence DESC LIMIT @limit";
        return command.With("limit", take);
    }
#pragma warning restore CA2100
}
