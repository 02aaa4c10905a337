using System.Globalization;

namespace PhiGateway.EndToEnd.Faults.Rounds;

/// <summary>What all rounds of a run came to.</summary>
internal sealed class RoundSums
{
    public int Rounds { get; set; }

    /// <summary>Rounds in which the database was killed too.</summary>
    public int Databases { get; set; }

    /// <summary>The first place of the log that was not judged yet.</summary>
    public long Next { get; private set; }

    /// <summary>Answers that came whole and said yes.</summary>
    public long Answered { get; private set; }

    /// <summary>Starts that are on record.</summary>
    public long Starts { get; private set; }

    private long Answers { get; set; }

    private long Cut { get; set; }

    private long Broken { get; set; }

    private long Applied { get; set; }

    private long Records { get; set; }

    private long Unconfirmed { get; set; }

    private long Unknown { get; set; }

    private long Violations { get; set; }

    public void Add(NotingClients clients, int applied, StoredTrail trail, Oracle oracle)
    {
        Next = trail.Rows.Count == 0 ? Next : trail.Rows[^1].Sequence + 1;
        Answers += clients.Notes.Count;
        Answered += clients.Notes.Count(static note => note.IsWhole && (int)note.Status < 300);
        Cut += clients.Notes.Count(static note => !note.IsWhole);
        Broken += clients.Broken;
        Applied += applied;
        Records += trail.Rows.Count;
        Starts += trail.Rows.Count(static row => row.Record.Event == "node.start");
        Unconfirmed += oracle.Unconfirmed;
        Unknown += oracle.Unknown;
        Violations += oracle.Violations.Count;
    }

    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Rounds} kills, {Databases} of them with the database; {Answers} answers ({Cut} cut), {Broken} calls without one, "
                + $"{Applied} writes applied; {Records} records, {Unconfirmed} deliveries unconfirmed, {Unknown} outcomes unknown; "
                + $"{Violations} violations"
        );
}
