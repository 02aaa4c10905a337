namespace PhiGateway.Policy.Registry;

/// <summary>Shares between nodes what clients with quotas took; called by the data plane, implemented per database.</summary>
/// <remarks>What belongs to a stretch of time that has ended is dropped some while later, whoever wrote it.</remarks>
public interface IQuotaUses
{
    /// <summary>Says what was taken on one node, and learns what was taken on all.</summary>
    /// <param name="own">What was taken on this node and not said yet; takes the place of what it said before, but for patients.</param>
    /// <param name="since">Moment of the database's clock up to which the others' are known.</param>
    /// <param name="cancellationToken">Gives up; nothing was said then, or all of it.</param>
    Task<QuotaNews> ExchangeAsync(IReadOnlyList<QuotaUse> own, DateTimeOffset since, CancellationToken cancellationToken);
}

/// <summary>How many patients and records one client took on one node in the hour and on the day that were running.</summary>
/// <param name="Client">Id of the client.</param>
/// <param name="Node">Name of the node.</param>
/// <param name="Hour">Hours since year 1, UTC.</param>
/// <param name="Patients">
/// What the node has leased; from a node of an earlier version also keyed words of the patients in that hour. Their ids stand nowhere.
/// </param>
/// <param name="Day">Days since year 1, UTC.</param>
/// <param name="Records">Records on that day.</param>
public sealed record QuotaUse(string Client, string Node, long Hour, IReadOnlyList<string> Patients, long Day, long Records)
{
    /// <summary>Keyed words of the patients in that hour whom the node met and has not said yet; each is said once.</summary>
    public IReadOnlyList<string> Fresh { get; init; } = [];

    /// <summary>When the hour ends, UTC, and with it what its patients mean.</summary>
    public DateTimeOffset HourEnds { get; init; }

    /// <summary>When hour and day have both ended, UTC: what was said means nothing any more.</summary>
    public DateTimeOffset Ends { get; init; }
}

/// <summary>The uses of quotas that any node wrote since the last question, and the time up to which they are known.</summary>
/// <param name="Uses">Those that were written since, each whole.</param>
/// <param name="At">Moment of the database's clock up to which they are known.</param>
public sealed record QuotaNews(IReadOnlyList<QuotaUse> Uses, DateTimeOffset At)
{
    /// <summary>The patients that any node met since, this one included, in hours that have not ended.</summary>
    public IReadOnlyList<QuotaPatient> Patients { get; init; } = [];
}

/// <summary>A patient whom a client met in an hour, on whichever node.</summary>
/// <param name="Client">Id of the client.</param>
/// <param name="Hour">Hours since year 1, UTC.</param>
/// <param name="Word">The patient's keyed word.</param>
public readonly record struct QuotaPatient(string Client, long Hour, string Word);
