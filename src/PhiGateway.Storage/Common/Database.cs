using System.Data.Common;

namespace PhiGateway.Storage.Common;

/// <summary>
/// Opens connections and transactions and converts column types for one kind of database; the SQL itself is shared wherever both understand
/// it.
/// </summary>
internal abstract class Database : IAsyncDisposable
{
    /// <summary>The control plane's mark on registry documents; null: they carry none and none is asked for.</summary>
    public RegistrySeal? Seal { get; init; }

    /// <summary>The keys under which bodies of the trail are sealed; null: none are configured.</summary>
    public BodyKeyRing? Bodies { get; init; }

    /// <summary>
    /// Whether a body of the trail was read that is not sealed: then one that no key opens is a row to be named, which whoever ships may have
    /// put there, and not a store whose keys are missing.
    /// </summary>
    public bool HasReadPlain { get; set; }

    /// <summary>SQL for the database's own clock, in the form that time columns have.</summary>
    public abstract string NowSql { get; }

    /// <summary>SQL for a moment that lies whole seconds before the database's own time, in the form that time columns have.</summary>
    public abstract string BeforeNow(TimeSpan length);

    /// <summary>
    /// SQL for the line of history that the server writes, which is another one after a standby took over; NULL where it cannot be told.
    /// </summary>
    public virtual string TimelineSql => "NULL";

    /// <summary>
    /// Several reading statements in one text that sees one moment by itself; null where a transaction around them costs nothing.
    /// </summary>
    public virtual string? AtOneMoment(string statements) => null;

    /// <summary>Gives up the connections that are open and idle, and those in use as soon as they are given back.</summary>
    public virtual void Renew() { }

    public abstract ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken);

    /// <summary>A transaction whose reads all see one moment.</summary>
    public abstract ValueTask<DbTransaction> BeginReadAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>The same for a few rows out of many, or for counts of them: planned without compiling, and by one process.</summary>
    public virtual ValueTask<DbTransaction> BeginSearchAsync(DbConnection connection, CancellationToken cancellationToken) =>
        BeginReadAsync(connection, cancellationToken);

    /// <summary>A transaction that will write.</summary>
    public abstract ValueTask<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellationToken);

    /// <summary>Whether a statement failed because it waited too long for somebody else's lock.</summary>
    public virtual bool IsHeld(DbException fault) => false;

    /// <summary>Who holds the registry's revision now, in words for administrators; null: nobody, or that is not to be seen.</summary>
    public virtual Task<string?> FindHolderAsync(DbConnection connection, CancellationToken cancellationToken) =>
        Task.FromResult<string?>(null);

    /// <summary>A parameter value for a time column.</summary>
    public abstract object Time(DateTimeOffset time);

    public abstract DateTimeOffset ReadTime(DbDataReader reader, int column);

    /// <summary>
    /// SQL for whether a row of <c>audit_event</c> may be written again: one that no version writes, from before that was refused, may not.
    /// </summary>
    public virtual string MayBeWrittenSql => "1 = 1";

    /// <summary>Has what this connection frees overwritten, where the database would let it lie in its files.</summary>
    public virtual Task OverwriteFreedAsync(DbConnection connection, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Writes the database's files anew where that is the program's to do: pages that were parted keep copies of rows that moved, which no
    /// overwriting reaches.
    /// </summary>
    public virtual Task RewriteAsync(DbConnection connection, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Empties the log of writes behind the database's files, where it is the program's to empty and as far as nobody reads there now.
    /// </summary>
    public virtual Task EmptyWriteLogAsync(DbConnection connection, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>SQL for the step of time (<c>@step</c> long, from <c>@from</c> on) that a time column lies in; equal within a step.</summary>
    public abstract string StepSql(string column);

    /// <summary>When a step begins, of what <see cref="StepSql"/> gives: here how many whole steps lie before it.</summary>
    public virtual DateTimeOffset ReadStep(DbDataReader reader, int column, DateTimeOffset from, TimeSpan step) =>
        from + (step * reader.GetInt64(column));

    /// <summary>A parameter value for a length of time, as <see cref="StepSql"/> takes it.</summary>
    public abstract object Length(TimeSpan length);

    /// <summary>SQL for the month of a time column, UTC, as 202611; NULL of a time that has none.</summary>
    public abstract string MonthOf(string column);

    /// <summary>A parameter value for a uuid column.</summary>
    public abstract object Uuid(Guid id);

    public abstract Guid ReadUuid(DbDataReader reader, int column);

    /// <summary>SQL for a text column in a form by which no index of it is looked into.</summary>
    public abstract string Unindexed(string column);

    /// <summary>SQL for whether a column that holds several texts holds one.</summary>
    public abstract string HoldsSql(string column, string text);

    /// <summary>SQL for whether a text column is one, said so that an index of it may be asked.</summary>
    public virtual string IsTextSql(string column, string parameter, string text) => $"{column} = {parameter}";

    /// <summary>SQL for whether a text column is short enough for an index of it, said so that one may be walked along.</summary>
    public virtual string IsShortTextSql(string column) => $"{column} IS NOT NULL";

    /// <summary>SQL for whether a text column of words, one blank between two, has one.</summary>
    public abstract string HasWordSql(string column, string parameter);

    /// <summary>SQL for how long the texts are that a column holds, together.</summary>
    public abstract string LengthSql(string column);

    /// <summary>SQL for how many different texts a column holds.</summary>
    public abstract string DifferentSql(string column);

    /// <summary>Reads a column that holds several texts.</summary>
    public abstract string[] ReadTexts(DbDataReader reader, int column);

    public abstract ValueTask DisposeAsync();

    public object? Time(DateTimeOffset? time) => time is { } t ? Time(t) : null;

    public DateTimeOffset? ReadTimeOrNull(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : ReadTime(reader, column);
}
