namespace PhiGateway.Watch.Baselines;

/// <summary>When a word was seen first and last, how often, and on how many days.</summary>
internal sealed class KnownWord(DateTimeOffset first)
{
    // What rules call new is what their evidence is kept of: one span for both.
    private static readonly TimeSpan Fresh = TimeSpan.FromDays(7);

    // On its first day it is new however often it comes; later only as it comes to be used and so many times more, or its days would teach
    // nothing.
    private static readonly TimeSpan FirstDay = TimeSpan.FromDays(1);
    private const int Grace = 2;

    public DateTimeOffset First { get; } = first;

    public DateTimeOffset Last { get; private set; }

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
        Days += Days == 0 || at.UtcDateTime.Date > Last.UtcDateTime.Date ? 1 : 0;
        Count += Count < int.MaxValue ? 1 : 0;
        Last = at > Last ? at : Last;
    }

    public static KnownWord Restore(DateTimeOffset first, DateTimeOffset last, int days, int count) =>
        new(first)
        {
            Last = last,
            Days = days,
            Count = count,
        };
}
