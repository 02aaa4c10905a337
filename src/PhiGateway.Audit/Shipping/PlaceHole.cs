namespace PhiGateway.Audit.Shipping;

/// <summary>Places of a log that a reader of the store passed over, and that may come yet (ADR 128).</summary>
/// <param name="From">The first.</param>
/// <param name="To">The one behind the last.</param>
public readonly record struct PlaceHole(long From, long To)
{
    /// <summary>Takes note that a place has come; what is left of its hole on either side stays one.</summary>
    /// <param name="holes">The holes of its log.</param>
    /// <param name="place">The place that has come.</param>
    /// <param name="missing">The first place that may be missing: what is not there before it had come, and was deleted.</param>
    public static void Fill(List<PlaceHole> holes, long place, long missing)
    {
        var at = holes.FindIndex(hole => hole.From <= place && place < hole.To);
        if (at < 0)
        {
            return;
        }

        var (from, to) = (Math.Max(holes[at].From, missing), holes[at].To);
        holes.RemoveAt(at);
        if (place + 1 < to)
        {
            holes.Insert(at, new PlaceHole(place + 1, to));
        }

        if (from < place)
        {
            holes.Insert(at, new PlaceHole(from, place));
        }
    }
}
