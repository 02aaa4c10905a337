using System.Data.Common;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Audit;

/// <summary>
/// Finds one page of a query, newest first, inside one reading transaction. By id and by patient it asks their own indexes; everything else
/// goes by shapes: <c>audit_shape</c> says in which months there is anything, and those are asked one after the other until the page is
/// full. Called by the audit store; each database has its own way to ask for several shapes at once.
/// </summary>
internal abstract class AuditSearch(Database database, DbConnection connection, DbTransaction transaction, AuditQuery query)
{
    /// <summary>Newest first; the order of every page.</summary>
    protected const string NewestFirst = "ORDER BY e.time DESC, e.log DESC, e.sequence DESC";

    private const int MaxLimit = 500;

    // So many shapes are asked for one by one in one statement; each costs a descent of one index.
    private const int ShapesAtOnce = 1024;

    // Of so many shapes one is nearly always among the newest records, which are looked at first: so many of them.
    private const int ManyShapes = 256;
    private const int Glance = 2000;

    // Found first, sorted then: a planner without statistics would rather walk all records in order of time until one has the id.
    private const string WithHits =
        "WITH hit AS MATERIALIZED (SELECT * FROM audit_event WHERE id = @id UNION ALL SELECT * FROM audit_event WHERE parent_id = @id AND id <> @id) ";

    private readonly AuditCursor? _cursor = query.Cursor is null ? null : AuditCursor.Read(query);

    protected AuditFilter Filter { get; } = new(query);

    /// <exception cref="ArgumentOutOfRangeException">The limit is out of range.</exception>
    public static void Check(AuditQuery query)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1, nameof(query));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, MaxLimit, nameof(query));
    }

    /// <summary>One entry more than the page holds, to know whether there is a next.</summary>
    public async Task<List<AuditEntry>> RunAsync(CancellationToken cancellationToken)
    {
        var missing = query.Limit + 1;
        if (query.Id is not null || query.PatientKeys.Count > 0)
        {
            return await FindDirectAsync(missing, cancellationToken);
        }

        var found = new List<AuditEntry>();
        var months = await MonthsAsync(cancellationToken);
        for (var next = 0; next < months.Count && missing > 0; )
        {
            var newest = months[next++];
            var span = new MonthSpan(newest.Month, newest.Month, newest.Shapes);
            while (Filter.AsksForShape && next < months.Count && span.Shapes + months[next].Shapes <= ShapesAtOnce)
            {
                span = new MonthSpan(months[next].Month, span.Last, span.Shapes + months[next].Shapes);
                next++;
            }

            var part = await FindAsync(span, missing, cancellationToken);
            found.AddRange(part);
            missing -= part.Count;
        }

        return found;
    }

    /// <summary>What stands behind <c>SELECT … FROM audit_event e WHERE 1 = 1</c> to keep to the query's time and behind its cursor.</summary>
    protected string Window(DbCommand command, MonthSpan span)
    {
        var from = AuditMonth.Start(span.First);
        var to = AuditMonth.End(span.Last);
        command
            .With("from", database.Time(query.From > from ? query.From.Value : from))
            .With("to", database.Time(query.To < to ? query.To.Value : to));
        return " AND e.time >= @from AND e.time < @to" + BehindCursor(command, "e");
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

    /// <summary>Records of any shape that the query asks for, within a span of months.</summary>
    protected abstract Task<List<AuditEntry>> FindByShapeAsync(MonthSpan span, int take, CancellationToken cancellationToken);

    protected DbCommand Command() => connection.Command(string.Empty, transaction);

    protected async Task<List<AuditEntry>> ReadAsync(DbCommand command, CancellationToken cancellationToken)
    {
        await using (command)
        {
            return await AuditRows.ReadAsync(database, command, cancellationToken);
        }
    }

#pragma warning disable CA2100 // put together from constants of these files only
    /// <summary>Walks along the index of time; the shape is only looked at, where it is asked for.</summary>
    protected DbCommand Walk(MonthSpan span, int take, int? glance)
    {
        var command = Command();
        var window = Window(command, span);
        var shapes = Filter.AsksForShape ? $" AND +e.shape IN (SELECT s.id FROM audit_shape s WHERE 1 = 1{Shapes(command, span)})" : "";
        command.CommandText = glance is null
            ? $"SELECT {AuditRows.Columns} FROM audit_event e WHERE 1 = 1{window}{shapes} {NewestFirst} LIMIT @limit"
            : $"SELECT {AuditRows.Columns} FROM (SELECT * FROM audit_event e WHERE 1 = 1{window} {NewestFirst} LIMIT {glance}) e"
                + $" WHERE 1 = 1{shapes} {NewestFirst} LIMIT @limit";
        return command.With("limit", take);
    }

    /// <summary>Conditions on <c>audit_shape s</c> within a span of months.</summary>
    protected string Shapes(DbCommand command, MonthSpan span)
    {
        command.With("first_month", span.First).With("last_month", span.Last);
        return " AND s.month BETWEEN @first_month AND @last_month" + Filter.OfShape(command);
    }

    private async Task<List<AuditEntry>> FindAsync(MonthSpan span, int take, CancellationToken cancellationToken)
    {
        if (!Filter.AsksForShape)
        {
            return await ReadAsync(Walk(span, take, null), cancellationToken);
        }

        if (span.Shapes > ManyShapes)
        {
            var newest = await ReadAsync(Walk(span, take, Glance), cancellationToken);
            if (newest.Count == take)
            {
                return newest;
            }
        }

        return await FindByShapeAsync(span, take, cancellationToken);
    }

    private async Task<List<(int Month, int Shapes)>> MonthsAsync(CancellationToken cancellationToken)
    {
        await using var command = Command();
        var last = _cursor is { } cursor ? Math.Min(Filter.LastMonth, AuditMonth.Of(cursor.Time)) : Filter.LastMonth;
        command.CommandText =
            $"SELECT s.month, count(*) FROM audit_shape s WHERE 1 = 1{Shapes(command, new MonthSpan(Filter.FirstMonth, last, 0))}"
            + " GROUP BY s.month ORDER BY s.month DESC";
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var months = new List<(int, int)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            // Whoever ships may file shapes under what is no month: no record is of it.
            if (AuditMonth.IsMonth(reader.GetInt32(0)))
            {
                months.Add((reader.GetInt32(0), (int)reader.GetInt64(1)));
            }
        }

        return months;
    }

    /// <summary>By id or by patient: the narrow table leads, and its time prunes the partitions of the other.</summary>
    /// <param name="take">Most records.</param>
    /// <param name="ofShape">Condition on <c>audit_event e</c> for the shapes that are asked for; null: each record's is looked up.</param>
    protected DbCommand Direct(int take, string? ofShape = null)
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
        if (ofShape is not null)
        {
            conditions += ofShape;
        }
        else if (Filter.AsksForShape)
        {
            // Looked up for each record that is found, and not joined: there may be far more shapes than records of one patient.
            conditions +=
                $" AND (SELECT 1 FROM audit_shape s WHERE s.month = {database.MonthOf("e.time")} AND s.id = e.shape{Filter.OfShape(command)}) = 1";
        }

        if (query.Id is { } id)
        {
            command.With("id", database.Uuid(id));
        }

        command.CommandText =
            $"{with}SELECT {AuditRows.Columns} FROM {from} WHERE 1 = 1{conditions}{BehindCursor(command, lead)}"
            + $" ORDER BY {lead}.time DESC, {lead}.log DESC, {lead}.sequence DESC LIMIT @limit";
        return command.With("limit", take);
    }
#pragma warning restore CA2100
}
