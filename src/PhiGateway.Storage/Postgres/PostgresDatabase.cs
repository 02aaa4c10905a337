using System.Data;
using System.Data.Common;
using System.Text;
using Npgsql;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Postgres;

/// <summary>A pool of connections to one Postgres database.</summary>
internal sealed class PostgresDatabase : Database
{
    // As the indexes of audit_shape have it (migration ShapeIndexes).
    private const int IndexedText = 1000;

    private readonly NpgsqlDataSource _source;

    public PostgresDatabase(string connectionString, string applicationName)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        builder.ApplicationName ??= applicationName;

        // A connection that died without a word is noticed; the node's own deadline comes first.
        if (!builder.TcpKeepAlive)
        {
            builder.TcpKeepAlive = true;
            builder.TcpKeepAliveTime = 5;
            builder.TcpKeepAliveInterval = 1;
        }

        // Who gives up a query does not wait for the server's word on that.
        builder.CancellationTimeout = -1;
        ConnectionString = builder.ConnectionString;
        _source = NpgsqlDataSource.Create(builder);
    }

    /// <summary>What its writing transactions are held to.</summary>
    public PostgresWriteLimits WriteLimits { get; init; } = PostgresWriteLimits.Registry;

    /// <summary>With the password: never logged.</summary>
    public string ConnectionString { get; }

    public override string NowSql => "clock_timestamp()";

    // The first eight digits of a WAL file's name are its timeline; a server in recovery writes none.
    public override string TimelineSql =>
        "CASE WHEN pg_is_in_recovery() THEN NULL ELSE substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) END";

    // As the constraints ck_audit_event_*, which hold for an update of an old row too.
    public override string MayBeWrittenSql =>
        "kind BETWEEN 1 AND 255 AND time >= '0001-01-01 00:00:00+00' AND time < '10000-01-01 00:00:00+00' "
        + "AND array_position(patient_keys, NULL) IS NULL";

    // One text is one message of the driver: there and back once, BEGIN and COMMIT included.
    public override string? AtOneMoment(string statements) => $"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\n{statements};\nCOMMIT";

    public override void Renew() => _source.Clear();

    public override async ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken) =>
        await _source.OpenConnectionAsync(cancellationToken);

    public override ValueTask<DbTransaction> BeginReadAsync(DbConnection connection, CancellationToken cancellationToken) =>
        connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);

    // Compiling a plan, or starting workers for it, takes longer than a page of fifty rows. Said to the transaction, not to the connection,
    // which a pooler may hand to somebody else.
    public override async ValueTask<DbTransaction> BeginSearchAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var transaction = await BeginReadAsync(connection, cancellationToken);
        await using var settings = connection.Command("SET LOCAL jit = off; SET LOCAL max_parallel_workers_per_gather = 0", transaction);
        await settings.ExecuteNonQueryAsync(cancellationToken);
        return transaction;
    }

    public override async ValueTask<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        await using var settings = connection.Command(WriteLimits.Sql, transaction);
        await settings.ExecuteNonQueryAsync(cancellationToken);
        return transaction;
    }

    public override bool IsHeld(DbException fault) => fault.SqlState == PostgresErrorCodes.LockNotAvailable;

    // Whoever changed the row and has not ended its transaction; a login sees no more than sessions of its own roles.
    public override async Task<string?> FindHolderAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            """
            SELECT format('%s at %s, %s since %s', a.application_name, COALESCE(host(a.client_addr), 'the same host'), a.state,
                to_char(a.xact_start AT TIME ZONE 'UTC', 'HH24:MI:SS') || ' UTC')
            FROM registry_revision r JOIN pg_stat_activity a ON a.backend_xid = r.xmax WHERE r.id = 1
            """
        );
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    public override object Time(DateTimeOffset time) => time.UtcDateTime;

    public override DateTimeOffset ReadTime(DbDataReader reader, int column) => new(reader.GetDateTime(column));

    // Not by the seconds between: those are numerics, and dearer than all the rest of a count.
    public override string StepSql(string column) => $"date_bin(@step, {column}, @from)";

    public override DateTimeOffset ReadStep(DbDataReader reader, int column, DateTimeOffset from, TimeSpan step) =>
        ReadTime(reader, column);

    public override object Length(TimeSpan length) => length;

    // Of a time without end there is no text.
    public override string MonthOf(string column) => $"CAST(NULLIF(to_char({column} AT TIME ZONE 'UTC', 'YYYYMM'), '') AS integer)";

    public override string BeforeNow(TimeSpan length) =>
        FormattableString.Invariant($"{NowSql} - make_interval(secs => {(long)length.TotalSeconds})");

    public override object Uuid(Guid id) => id;

    public override Guid ReadUuid(DbDataReader reader, int column) => reader.GetGuid(column);

    public override string Unindexed(string column) => $"({column} || '')";

    public override string HoldsSql(string column, string text) => $"{text} = ANY({column})";

    // Said of each text that is no longer than an index may have, so that one may be asked.
    public override string IsTextSql(string column, string parameter, string text) =>
        Encoding.UTF8.GetByteCount(text) <= IndexedText
            ? $"{column} = {parameter} AND octet_length({column}) <= {IndexedText}"
            : $"{column} = {parameter}";

    public override string IsShortTextSql(string column) => $"octet_length({column}) <= {IndexedText}";

    public override string HasWordSql(string column, string parameter) => $"strpos(' ' || {column} || ' ', ' ' || {parameter} || ' ') > 0";

    public override string DifferentSql(string column) => $"(SELECT count(DISTINCT t) FROM unnest({column}) t)";

    public override string LengthSql(string column) => $"octet_length(array_to_string({column}, ''))";

    public override string[] ReadTexts(DbDataReader reader, int column) => reader.GetFieldValue<string[]>(column);

    public override ValueTask DisposeAsync() => _source.DisposeAsync();
}
