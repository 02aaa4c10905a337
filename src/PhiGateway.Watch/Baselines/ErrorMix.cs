namespace PhiGateway.Watch.Baselines;

/// <summary>
/// For which reasons a client is usually refused and how often, for one to two months: its worst days by reason. Changed at the end of each
/// of its days; a day on which a rule held teaches nothing.
/// </summary>
/// <remarks>Reasons are a closed set, so that a client has a handful; more than two dozen are not kept.</remarks>
internal sealed class ErrorMix
{
    private const int Most = 24;
    private const int Generation = 28;

    private ReasonPeaks[] _reasons = [];

    /// <summary>The day from which on it learned; 0: none yet.</summary>
    public int Since { get; private set; }

    /// <summary>The day on which this generation began.</summary>
    public int Began { get; private set; }

    public IReadOnlyList<ReasonPeaks> Reasons => _reasons;

    /// <summary>For how many days it has learned.</summary>
    public int DaysAt(int day) => Since == 0 ? 0 : day - Since;

    /// <summary>What is known of a reason; null: the client was never refused for it.</summary>
    public ReasonPeaks? Find(string reason)
    {
        foreach (var known in _reasons)
        {
            if (known.Reason == reason)
            {
                return known;
            }
        }

        return null;
    }

    /// <summary>Ends a day.</summary>
    /// <param name="day">Which.</param>
    /// <param name="refused">What was refused on it; null: nothing.</param>
    /// <param name="calls">All its calls.</param>
    public void Close(int day, RefusedToday? refused, int calls)
    {
        Since = Since == 0 ? day : Since;
        Began = Began == 0 ? day : Began;
        if (day - Began >= Generation)
        {
            Began = day;
            foreach (var known in _reasons)
            {
                known.Age();
            }

            _reasons = [.. _reasons.Where(static known => !known.IsEmpty)];
        }

        foreach (var (reason, times) in refused?.Reasons ?? [])
        {
            OfReason(reason)?.Note(times, times / (float)Math.Max(calls, times));
        }
    }

    /// <summary>Takes back what was kept.</summary>
    public void Restore(int since, int began, IReadOnlyList<ReasonPeaks> reasons) =>
        (Since, Began, _reasons) = (since, began, [.. reasons]);

    private ReasonPeaks? OfReason(string reason)
    {
        if (Find(reason) is { } known)
        {
            return known;
        }

        if (_reasons.Length >= Most)
        {
            return null;
        }

        var fresh = new ReasonPeaks(SharedWords.Of(reason));
        _reasons = [.. _reasons, fresh];
        return fresh;
    }
}
