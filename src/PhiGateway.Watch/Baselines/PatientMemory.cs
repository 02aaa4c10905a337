namespace PhiGateway.Watch.Baselines;

/// <summary>
/// Which patients a client has seen, as hashes, for two to four months: two generations, of which the elder is dropped. Says who is new to
/// it.
/// </summary>
internal sealed class PatientMemory
{
    /// <summary>Most of one generation: some 150 to 250 KB. Of who sees more, nobody counts as new.</summary>
    public const int Most = 32_768;

    public static readonly TimeSpan Generation = TimeSpan.FromDays(60);

    public HashedSet Young { get; private set; } = new();

    public HashedSet Old { get; private set; } = new();

    public DateTimeOffset Began { get; private set; }

    /// <summary>What is kept of a patient.</summary>
    public static uint HashOf(ulong patient) => unchecked((uint)(patient ^ (patient >> 32)));

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
            (Old, Young, Began) = (Young, new HashedSet(), at);
        }

        var hash = HashOf(patient);
        return Young.Count < Most && Young.Add(hash) && !Old.Contains(hash);
    }

    /// <summary>Whether a patient is known, without noting it.</summary>
    public bool Knows(ulong patient)
    {
        var hash = HashOf(patient);
        return Young.Contains(hash) || Old.Contains(hash) || Young.Count >= Most;
    }

    public void Restore(DateTimeOffset began, HashedSet young, HashedSet old) => (Began, Young, Old) = (began, young, old);
}
