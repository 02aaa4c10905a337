namespace PhiGateway.Watch.Baselines;

/// <summary>
/// Which patients a client has seen, as hashes, for two to four months: two generations, of which the elder is dropped. Says who is new to
/// it.
/// </summary>
internal sealed class PatientMemory
{
    /// <summary>Most of one generation: some 500 KB. Of who sees more, nobody counts as new.</summary>
    public const int Most = 32_768;

    public static readonly TimeSpan Generation = TimeSpan.FromDays(60);

    public HashSet<uint> Young { get; private set; } = [];

    public HashSet<uint> Old { get; private set; } = [];

    public DateTimeOffset Began { get; private set; }

    /// <summary>Notes a patient.</summary>
    /// <returns>Whether it was not known.</returns>
    public bool Note(ulong patient, DateTimeOffset at)
    {
        if (Began == default)
        {
            Began = at;
        }
        else if (at - Began > Generation)
        {
            (Old, Young, Began) = (Young, [], at);
        }

        var hash = unchecked((uint)(patient ^ (patient >> 32)));
        if (Young.Contains(hash))
        {
            return false;
        }

        if (Young.Count >= Most)
        {
            return false;
        }

        Young.Add(hash);
        return !Old.Contains(hash);
    }

    /// <summary>Whether a patient is known, without noting it.</summary>
    public bool Knows(ulong patient)
    {
        var hash = unchecked((uint)(patient ^ (patient >> 32)));
        return Young.Contains(hash) || Old.Contains(hash) || Young.Count >= Most;
    }

    public void Restore(DateTimeOffset began, HashSet<uint> young, HashSet<uint> old) => (Began, Young, Old) = (began, young, old);
}
