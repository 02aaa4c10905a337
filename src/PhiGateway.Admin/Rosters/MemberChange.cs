namespace PhiGateway.Admin.Rosters;

/// <summary>The result of writing one membership.</summary>
/// <param name="Event">Its name in the trail.</param>
/// <param name="DryRun">Nothing was written.</param>
internal sealed record MemberChange(string Event, bool DryRun)
{
    /// <summary>Clients that it closed, in order of id.</summary>
    public IReadOnlyList<string> Closed { get; init; } = [];
}
