namespace PhiGateway.Admin.Calls;

/// <summary>Which page of a list is asked for.</summary>
/// <param name="Limit">Most entries: 1 to <see cref="Most"/>.</param>
/// <param name="After">Where it begins; null: at the beginning.</param>
internal sealed record PageRequest(int Limit, Cursor? After)
{
    public const int Default = 50;
    public const int Most = 500;
}
