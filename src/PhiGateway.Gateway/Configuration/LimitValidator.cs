namespace PhiGateway.Gateway.Configuration;

/// <summary>Validates what an operator wrote under <c>Limits</c>; asked by the validator of all options, adds every problem found.</summary>
internal static class LimitValidator
{
    /// <summary>Adds every problem found.</summary>
    public static void Validate(LimitOptions limits, Action<string, string> add)
    {
        if (limits.RequestsPerSecond is < 1 or > 1_000_000)
        {
            add("Limits:RequestsPerSecond", "must be between 1 and 1000000.");
        }

        if (limits.RefusalsPerMinute is < 10 or > 10_000_000)
        {
            add("Limits:RefusalsPerMinute", "must be between 10 and 10,000,000.");
        }

        if (limits.Concurrency is < 1 or > 100_000)
        {
            add("Limits:Concurrency", "must be between 1 and 100000.");
        }

        if (limits.MaxToken is < 4096 or > 65536)
        {
            add("Limits:MaxToken", "must be between 4096 and 65536 characters.");
        }

        if (limits.FalseTokensPerSecondPerPeer is < 1 or > 100_000)
        {
            add("Limits:FalseTokensPerSecondPerPeer", "must be between 1 and 100,000.");
        }

        if (limits.MaxRequestBody is < 1024 or > 256L * 1024 * 1024)
        {
            add("Limits:MaxRequestBody", "must be between 1024 bytes and 256 MiB.");
        }

        if (limits.PagesPerPage is < 2 or > 1000)
        {
            add("Limits:PagesPerPage", "must be between 2 and 1000.");
        }

        if (limits.BundleEntries is < 1 or > 100_000)
        {
            add("Limits:BundleEntries", "must be between 1 and 100,000.");
        }

        if (limits.Parameters is < 20 or > 10_000)
        {
            add("Limits:Parameters", "must be between 20 and 10,000.");
        }

        if (limits.ProvenanceTargets is < 1 or > 10_000)
        {
            add("Limits:ProvenanceTargets", "must be between 1 and 10,000.");
        }

        if (limits.ParameterValues is < 1 or > 1_000_000)
        {
            add("Limits:ParameterValues", "must be between 1 and 1,000,000.");
        }

        if (limits.RequestValues is < 1 or > 10_000_000)
        {
            add("Limits:RequestValues", "must be between 1 and 10,000,000.");
        }

        if (limits.SpelledCharacters is < 4096 or > 16 * 1024 * 1024)
        {
            add("Limits:SpelledCharacters", "must be between 4096 and 16,777,216.");
        }

        if (limits.RequestParts is < 200 or > 10_000_000)
        {
            add("Limits:RequestParts", "must be between 200 and 10,000,000.");
        }

        if (limits.WalkedRecords is < 1 or > 1000)
        {
            add("Limits:WalkedRecords", "must be between 1 and 1000.");
        }

        if (limits.KeptPages is < 0 or > 10_000)
        {
            add("Limits:KeptPages", "must be between 0 and 10,000.");
        }

        if (limits.WalkedSearches is < 0 or > 1000)
        {
            add("Limits:WalkedSearches", "must be between 0 and 1000.");
        }

        if (limits.LongestAnswer < TimeSpan.FromSeconds(10) || limits.LongestAnswer > TimeSpan.FromDays(1))
        {
            add("Limits:LongestAnswer", "must be between 10 seconds and 1 day.");
        }

        if (limits.LeastRate is < 16 or > 16 * 1024 * 1024)
        {
            add("Limits:LeastRate", "must be between 16 bytes and 16 MiB a second.");
        }

        if (limits.MaxAnswer is < 65536 or > 1024 * 1024 * 1024)
        {
            add("Limits:MaxAnswer", "must be between 64 KiB and 1 GiB.");
        }

        if (limits.HeldMemory is { } held && (!ByteSize.TryParse(held, out var most) || most < MemoryBudget.LeastFor(limits)))
        {
            add("Limits:HeldMemory", "must be a size of at least three times Limits:MaxAnswer, such as 1 GiB.");
        }

        if (limits.BodyTime < TimeSpan.FromSeconds(5) || limits.BodyTime > TimeSpan.FromHours(1))
        {
            add("Limits:BodyTime", "must be between 5 seconds and 1 hour.");
        }

        if (limits.NamedRecords is < 1 or > 10_000)
        {
            add("Limits:NamedRecords", "must be between 1 and 10,000.");
        }

        if (limits.NamedFiles is < 1 or > 1000)
        {
            add("Limits:NamedFiles", "must be between 1 and 1000.");
        }

        if (limits.LookedUpVersions is < 1 or > 10_000)
        {
            add("Limits:LookedUpVersions", "must be between 1 and 10,000.");
        }

        if (limits.ExportParts is < 1 or > 100_000)
        {
            add("Limits:ExportParts", "must be between 1 and 100,000.");
        }

        if (limits.LookedUpFiles is < 0 or > 10_000)
        {
            add("Limits:LookedUpFiles", "must be between 0 and 10,000.");
        }
    }
}
