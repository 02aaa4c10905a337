namespace PhiGateway.Watch.Baselines;

/// <summary>
/// How often a client searches for patients and finds nobody, in searches that differ, and what share of its searches for patients that is:
/// of its worst days, for one to two months. Changed at the end of each of its days; a day on which a rule held teaches nothing.
/// </summary>
/// <remarks>
/// Who matches lists against a hospital's patients, or looks whether somebody is known already, finds nobody every day: that is how it is told
/// from whoever tries numbers.
/// </remarks>
internal sealed class SearchesForNobody
{
    private const int Generation = 28;

    // Of three searches in a day the share says nothing.
    private const int LeastSearches = 10;

    /// <summary>The worst days.</summary>
    public ReasonPeaks Peaks { get; } = new("nobody");

    /// <summary>The day from which on it learned; 0: none yet.</summary>
    public int Since { get; private set; }

    /// <summary>The day on which this generation began.</summary>
    public int Began { get; private set; }

    /// <summary>For how many days it has learned.</summary>
    public int DaysAt(int day) => Since == 0 ? 0 : day - Since;

    /// <summary>Ends a day.</summary>
    /// <param name="day">Which.</param>
    /// <param name="nobody">How many searches that differ found nobody.</param>
    /// <param name="searches">How many searches for patients that differ there were.</param>
    public void Close(int day, int nobody, int searches)
    {
        Since = Since == 0 ? day : Since;
        Began = Began == 0 ? day : Began;
        if (day - Began >= Generation)
        {
            Began = day;
            Peaks.Age();
        }

        if (nobody > 0)
        {
            Peaks.Note(nobody, searches < LeastSearches ? 0 : ShareOf(nobody, searches));
        }
    }

    /// <summary>The share of searches that found nobody.</summary>
    public static float ShareOf(int nobody, int searches) => nobody / (float)Math.Max(Math.Max(searches, nobody), 1);

    /// <summary>Takes back what was kept.</summary>
    public void Restore(int since, int began) => (Since, Began) = (since, began);
}
