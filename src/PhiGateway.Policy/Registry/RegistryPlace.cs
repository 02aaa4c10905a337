namespace PhiGateway.Policy.Registry;

/// <summary>Where a registry's database stands: its revision, and the line of history that the revision counts on.</summary>
/// <param name="Revision">The registry-wide revision.</param>
/// <param name="Timeline">
/// The line of history; another one than before: a standby took over, and the same revision may stand for other changes. Null: cannot be
/// told.
/// </param>
public readonly record struct RegistryPlace(long Revision, string? Timeline)
{
    /// <summary>Whether two lines of history are known to be different ones.</summary>
    public static bool AreDifferent(string? one, string? other) =>
        one is not null && other is not null && !string.Equals(one, other, StringComparison.Ordinal);
}
