namespace PhiGateway.Watch.Baselines;

/// <summary>When a word was seen first and last, how often, and on how many days.</summary>
internal sealed class KnownWord(string word, DateTimeOffset first)
{
    // What rules call new is what their evidence is kept of: one span for both.
    private static readonly TimeSpan Fresh = TimeSpan.FromDays(7);

    // On its first day it is new however often it comes; later only as it comes to be used and so many times more, or its days would teach
    // nothing.
    private static readonly TimeSpan FirstDay = TimeSpan.FromDays(1);
    private const int Grace = 2;

    private readonly long _first = first.UtcTicks;
    private long _last;

    public string Word { get; } = word;

    public DateTimeOffset First => new(_first, TimeSpan.Zero);

    public DateTimeOffset Last => new(_last, TimeSpan.Zero);

    public int Days { get; private set; }

    public int Count { get; private set; }

    /// <summary>Whether it came in the last days before a moment.</summary>
    public bool IsFreshAt(DateTimeOffset now) => now - First <= Fresh;

    /// <summary>
    /// Whether it came lately and comes into use: so often by now, be it on its first day or little by little in the days after.
    /// </summary>
    public bool IsNewlyUsedAt(DateTimeOffset now, int uses) =>
        Count >= uses && IsFreshAt(now) && (now - First <= FirstDay || Count <= uses + Grace);

    public void Note(DateTimeOffset at)
    {
        Days += Days == 0 || at.UtcTicks / TimeSpan.TicksPerDay > _last / TimeSpan.TicksPerDay ? 1 : 0;
        Count += Count < int.MaxValue ? 1 : 0;
        _last = Math.Max(_last, at.UtcTicks);
    }

    public static KnownWord Restore(string word, DateTimeOffset first, DateTimeOffset last, int days, int count) =>
        new(word, first)
        {
            _last = last.UtcTicks,
            Days = days,
            Count = count,
        };
}
