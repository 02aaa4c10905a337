using System.Data.Common;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage.Audit;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Postgres;

/// <summary>
/// Asks Postgres month by month, so that each statement has one partition, and reads whole records only of the page itself: what does not
/// belong to it is told from the indexes alone (time and shape, shape and time, patient and time).
/// </summary>
/// <remarks>
/// What many records have is among the newest, which are looked at first. What fewer have is walked to along the index of time, or where
/// it is of few shapes, found shape by shape: first of each only its newest moment, for a page can only be made of the shapes whose newest are
/// newest; then their moments, which say how far back the page reaches.
/// </remarks>
internal sealed class PostgresAuditSearch(
    Database database,
    DbConnection connection,
    DbTransaction transaction,
    AuditQuery query,
    ReadBudget? budget
) : AuditSearch(database, connection, transaction, query, budget)
{
    // So many of the newest records are looked at before anything else is asked.
    private const int Glance = 2000;

    // Of so few shapes the records are found shape by shape at once, and of so few after a walk that did not find enough.
    private const int FewShapes = 64;
    private const int SomeShapes = 1024;

    // How far along the index of time before that.
    private const int Steps = 50_000;

    // A patient of so few records: each is looked at.
    private const int FewRecords = 500;

    // Of so many shapes or records in a month it is quicker to walk along the patient's: one that fits is soon found.
    private const int ManyShapes = 4096;
    private const int ManyRecords = 20_000;

    // Of more months than a trail is kept, some have no records.
    private const int ManyMonths = 240;

    // What is walked past is looked up among the shapes that fit, which are held in memory.
    private const string RoomForShapes = "SET LOCAL work_mem = '32MB';";

    // The month before may have been found shape by shape, which is done without sorting, in the same transaction.
    private const string WithSort = "SET LOCAL enable_sort = on;";

    // Said again of each reading of the records, so that it has one partition.
    private const string InMonth = " AND e.time >= @from AND e.time < @to";

    private readonly AuditQuery _query = query;
    private readonly Database _database = database;

    protected override async Task<List<AuditEntry>> FindByTimeAsync(int take, CancellationToken cancellationToken)
    {
        var months = await MonthsAsync(cancellationToken);
        if (!Filter.AsksForShape)
        {
            return await EachAsync(months.Select(static month => new MonthSpan(month, month, 0)), take, WalkAsync, cancellationToken);
        }

        if (months.Count == 0)
        {
            return [];
        }

        var newest = await GlanceAsync(months[0], take, cancellationToken);
        return newest.Count == take
            ? newest
            : await EachAsync(await WithShapesAsync(months, SomeShapes, cancellationToken), take, FindAsync, cancellationToken);
    }

    // Of somebody who is in a great many records, a few of which may fit: begun from whichever side has fewer.
    protected override async Task<List<AuditEntry>> FindDirectAsync(int take, CancellationToken cancellationToken)
    {
        if (_query.Id is not null || !Filter.AsksForShape || await HasFewAsync(cancellationToken))
        {
            return await base.FindDirectAsync(take, cancellationToken);
        }

        var months = await WithShapesAsync(await MonthsAsync(cancellationToken), ManyShapes, cancellationToken);
        return await EachAsync(months, take, FindOfPatientAsync, cancellationToken);
    }

    // One month after the other until the page is full.
    private static async Task<List<AuditEntry>> EachAsync(
        IEnumerable<MonthSpan> months,
        int take,
        Func<MonthSpan, int, CancellationToken, Task<List<AuditEntry>>> find,
        CancellationToken cancellationToken
    )
    {
        var found = new List<AuditEntry>();
        foreach (var month in months)
        {
            found.AddRange(await find(month, take - found.Count, cancellationToken));
            if (found.Count >= take)
            {
                break;
            }
        }

        return found;
    }

    private Task<List<AuditEntry>> WalkAsync(MonthSpan month, int take, CancellationToken cancellationToken)
    {
        var command = Command();
#pragma warning disable CA2100 // put together from constants of these files only
        command.CommandText = $"SELECT {Columns} FROM audit_event e WHERE 1 = 1{Window(command, month)} {NewestFirst} LIMIT @limit";
#pragma warning restore CA2100
        return ReadAsync(command.With("limit", take), cancellationToken);
    }

    private Task<List<AuditEntry>> GlanceAsync(int month, int take, CancellationToken cancellationToken)
    {
        var command = Command();
        var span = new MonthSpan(month, month, 0);
        var shapes = Shapes(command, span);

        // Looked up one by one and not joined: the order stays, and the rest is not looked at once the page is full.
        var fits = $"(SELECT 1 FROM audit_shape s WHERE s.id = w.shape{shapes}) = 1";
        return ReadAsync(Along(command, span, Glance, fits, string.Empty).With("limit", take), cancellationToken);
    }

    private async Task<List<AuditEntry>> FindAsync(MonthSpan month, int take, CancellationToken cancellationToken)
    {
        if (month.Shapes > FewShapes)
        {
            var found = await WalkToAsync(month, take, month.Shapes > SomeShapes ? int.MaxValue : Steps, cancellationToken);
            if (found.Count == take || month.Shapes > SomeShapes)
            {
                return found;
            }
        }

        return await FindByShapeAsync(month, take, cancellationToken);
    }

    private Task<List<AuditEntry>> WalkToAsync(MonthSpan month, int take, int steps, CancellationToken cancellationToken)
    {
        var command = Command();
        var with =
            $"{WithSort} {RoomForShapes} WITH fits AS MATERIALIZED (SELECT s.id FROM audit_shape s WHERE 1 = 1{Shapes(command, month)}) ";

        // IS TRUE keeps the planner from making a join of it, which would lose the order and read all there is.
        var fits = "(w.shape IN (SELECT f.id FROM fits f)) IS TRUE";
        return ReadAsync(Along(command, month, steps, fits, with).With("limit", take), cancellationToken);
    }

    // Along the index of time, which tells the shape too; whole records are read of what fits.
    private DbCommand Along(DbCommand command, MonthSpan month, int steps, string fits, string with)
    {
        var window = Window(command, month);
#pragma warning disable CA2100 // put together from constants of these files only
        command.CommandText = $"""
            {with}SELECT {Columns} FROM (
                SELECT w.time, w.log, w.sequence FROM (
                    SELECT e.time, e.log, e.sequence, e.shape FROM audit_event e WHERE 1 = 1{window} {NewestFirst} LIMIT {steps}
                ) w
                WHERE {fits} ORDER BY w.time DESC, w.log DESC, w.sequence DESC LIMIT @limit
            ) w
            JOIN audit_event e ON e.log = w.log AND e.sequence = w.sequence AND e.time = w.time
            WHERE 1 = 1{InMonth} {NewestFirst}
            """;
#pragma warning restore CA2100
        return command;
    }

    private Task<List<AuditEntry>> FindByShapeAsync(MonthSpan month, int take, CancellationToken cancellationToken)
    {
        var command = Command();
        var shapes = Shapes(command, month);
        var window = Window(command, month);

        // Moments behind the cursor that the index of shape and time tells by itself. What is of the cursor's own moment is newer than all of
        // them, so that leaving it out moves the edge only back.
        var before = _query.Cursor is null ? string.Empty : " AND e.time < @c_time";

        // Ordered by time alone inside, for that is the index's own order; and a planner that knows only the usual length of a shape would
        // rather read a long one whole and sort it.
#pragma warning disable CA2100 // put together from constants of this file only
        command.CommandText = $"""
            SET LOCAL enable_sort = off;
            WITH newest AS MATERIALIZED (
                SELECT s.id, n.time FROM audit_shape s
                CROSS JOIN LATERAL (
                    SELECT e.time FROM audit_event e WHERE e.shape = s.id{window} ORDER BY e.time DESC LIMIT 1
                ) n
                WHERE 1 = 1{shapes}
                ORDER BY n.time DESC FETCH FIRST (@limit) ROWS WITH TIES
            ), reach AS MATERIALIZED (
                SELECT CASE WHEN count(*) >= @limit THEN min(n.time) END AS edge FROM newest n
            ), moment AS MATERIALIZED (
                SELECT m.time FROM newest n
                CROSS JOIN LATERAL (
                    SELECT e.time FROM audit_event e
                    WHERE e.shape = n.id AND e.time >= greatest(@from, (SELECT edge FROM reach)) AND e.time >= @from AND e.time < @to{before}
                    ORDER BY e.time DESC LIMIT @limit
                ) m
                ORDER BY m.time DESC LIMIT @limit
            ), page AS MATERIALIZED (
                SELECT greatest((SELECT edge FROM reach), CASE WHEN count(*) >= @limit THEN min(m.time) END) AS edge FROM moment m
            )
            SELECT {Columns} FROM newest n
            CROSS JOIN LATERAL (
                SELECT * FROM audit_event e
                WHERE e.shape = n.id AND e.time >= greatest(@from, (SELECT edge FROM page)){window}
                ORDER BY e.time DESC FETCH FIRST (@limit) ROWS WITH TIES
            ) e
            {NewestFirst} LIMIT @limit
            """;
#pragma warning restore CA2100
        return ReadAsync(command.With("limit", take), cancellationToken);
    }

    // Where few records of the month have what is asked for, their moments are known before the patient's are walked along; where there are
    // many, the shape of each of the patient's is looked at until enough fit. Both go by indexes alone (shape and time; time, place and shape):
    // a record is read when it belongs to the page, and not to learn its place or its shape, which took most of the time. A moment may be that
    // of others too; the shape of the row itself is what decides. OFFSET 0 and IS TRUE keep all of it a walk: a planner that thinks little will
    // fit would rather put two tables together whole.
    private Task<List<AuditEntry>> FindOfPatientAsync(MonthSpan month, int take, CancellationToken cancellationToken)
    {
        var command = Command();
        var shapes = Shapes(command, month);
        var window = Window(command, month, "p");
        var before = _query.Cursor is null ? string.Empty : " AND e.time <= @c_time";
        var patients = Filter.OfPatients(command, _database);
        var mayBeFew = month.Shapes <= ManyShapes ? "TRUE" : "FALSE";
#pragma warning disable CA2100 // put together from constants of these files only
        command.CommandText = $"""
            {RoomForShapes}
            WITH shapes AS MATERIALIZED (
                SELECT s.id FROM audit_shape s WHERE 1 = 1{shapes}
            ), fits AS MATERIALIZED (
                SELECT e.time FROM shapes s
                CROSS JOIN LATERAL (SELECT e.time FROM audit_event e WHERE e.shape = s.id{InMonth}{before} OFFSET 0) e
                WHERE {mayBeFew} LIMIT {ManyRecords + 1}
            ), few AS MATERIALIZED (
                SELECT {mayBeFew} AND count(*) <= {ManyRecords} AS is FROM fits
            )
            SELECT {Columns} FROM (
                SELECT * FROM audit_patient p
                WHERE (NOT (SELECT f.is FROM few f) OR p.time IN (SELECT f.time FROM fits f)){window} AND (
                    (
                        SELECT e.shape FROM audit_event e WHERE e.time = p.time AND e.log = p.log AND e.sequence = p.sequence{InMonth}
                    ) IN (SELECT s.id FROM shapes s)
                ) IS TRUE
            ) p
            CROSS JOIN LATERAL (
                SELECT * FROM audit_event e WHERE e.log = p.log AND e.sequence = p.sequence AND e.time = p.time{InMonth} OFFSET 0
            ) e
            WHERE 1 = 1{patients}
            ORDER BY p.time DESC, p.log DESC, p.sequence DESC LIMIT @limit
            """;
#pragma warning restore CA2100
        return ReadAsync(command.With("limit", take), cancellationToken);
    }

    private async Task<bool> HasFewAsync(CancellationToken cancellationToken)
    {
        await using var command = Command();
        var conditions = Filter.OfPatients(command) + Filter.OfTime(command, "p", _database) + BehindCursor(command, "p");
#pragma warning disable CA2100 // put together from constants of these files only
        command.CommandText = $"SELECT count(*) FROM (SELECT 1 FROM audit_patient p WHERE 1 = 1{conditions} LIMIT {FewRecords + 1}) t";
#pragma warning restore CA2100
        return (long)(await command.ExecuteScalarAsync(cancellationToken))! <= FewRecords;
    }

    // Months in which there is anything, newest first.
    private async Task<List<int>> MonthsAsync(CancellationToken cancellationToken)
    {
        var months = await FiledMonthsAsync(cancellationToken);
        return months.Count > ManyMonths ? await WithRecordsAsync(months, cancellationToken) : months;
    }

    // From one to the next by the key, and not by reading all shapes.
    private async Task<List<int>> FiledMonthsAsync(CancellationToken cancellationToken)
    {
        await using var command = Command();
        command.CommandText = """
            WITH RECURSIVE m AS (
                SELECT max(s.month) AS month FROM audit_shape s WHERE s.month <= @last_month
                UNION ALL
                SELECT (SELECT max(s.month) FROM audit_shape s WHERE s.month < m.month AND s.month >= @first_month) FROM m WHERE m.month IS NOT NULL
            )
            SELECT m.month FROM m WHERE m.month >= @first_month ORDER BY m.month DESC
            """;
        command.With("first_month", Filter.FirstMonth).With("last_month", LastMonth);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var months = new List<int>();
        while (await reader.ReadAsync(cancellationToken))
        {
            // Whoever ships may file shapes under what is no month: no record is of it.
            if (AuditMonth.IsMonth(reader.GetInt32(0)))
            {
                months.Add(reader.GetInt32(0));
            }
        }

        return months;
    }

    // Those of the months that have records: from the newest to the newest before its month. Security: a month costs whoever ships a row, and would
    // cost each search a statement.
    private async Task<List<int>> WithRecordsAsync(List<int> months, CancellationToken cancellationToken)
    {
        var filed = months.ToHashSet();
        var found = new List<int>();
        var end = AuditMonth.End(months[0]);
        while (await FindNewestAsync(AuditMonth.Start(months[^1]), end, cancellationToken) is { } newest)
        {
            var month = AuditMonth.Of(newest);
            if (filed.Contains(month))
            {
                found.Add(month);
            }

            end = AuditMonth.Start(month);
        }

        return found;
    }

    private async Task<DateTimeOffset?> FindNewestAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        await using var command = Command();
        command.CommandText = "SELECT e.time FROM audit_event e WHERE e.time >= @from AND e.time < @to ORDER BY e.time DESC LIMIT 1";
        command.With("from", _database.Time(from)).With("to", _database.Time(to));
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? _database.ReadTime(reader, 0) : null;
    }

    // Those of the months that have shapes which are asked for; of more than 'most' one more is told.
    private async Task<List<MonthSpan>> WithShapesAsync(List<int> months, int most, CancellationToken cancellationToken)
    {
        await using var command = Command();
        var shapes = Filter.OfShape(command, _database);
#pragma warning disable CA2100 // put together from constants of these files only
        command.CommandText = $"""
            SELECT m.month, c.shapes FROM unnest(@months) AS m(month)
            CROSS JOIN LATERAL (
                SELECT count(*) AS shapes FROM (SELECT 1 FROM audit_shape s WHERE s.month = m.month{shapes} LIMIT {most + 1}) s
            ) c
            WHERE c.shapes > 0 ORDER BY m.month DESC
            """;
#pragma warning restore CA2100
        command.With("months", months.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<MonthSpan>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new MonthSpan(reader.GetInt32(0), reader.GetInt32(0), (int)reader.GetInt64(1)));
        }

        return found;
    }
}
