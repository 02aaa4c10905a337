namespace PhiGateway.Gateway.Configuration;

/// <summary>
/// Computes how many bytes of bodies and answers this node may hold at once, from the configured limit or from the memory of the process.
/// </summary>
internal static class MemoryBudget
{
    // One answer, what is written of it, and a third of that for whoever comes beside it.
    private const long Answers = 3;

    private const long MostByDefault = 1024L * 1024 * 1024;

    /// <summary>The budget in force: as configured, else a quarter of what the process may have.</summary>
    public static long Of(LimitOptions limits)
    {
        if (limits.HeldMemory is { } text && ByteSize.TryParse(text, out var configured))
        {
            return configured;
        }

        var quarter = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;
        return Math.Max(Math.Min(quarter, MostByDefault), LeastFor(limits));
    }

    /// <summary>The least that lets one answer of the largest size through.</summary>
    public static long LeastFor(LimitOptions limits) => Answers * limits.MaxAnswer;
}
