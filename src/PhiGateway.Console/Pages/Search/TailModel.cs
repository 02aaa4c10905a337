namespace PhiGateway.Console.Pages.Search;

/// <summary>What the live tail of the trail shows.</summary>
/// <param name="Filters">In words, as chosen in the search; empty: everything.</param>
/// <param name="Lines">What has arrived since the place in the address, newest first.</param>
/// <param name="Here">Address of the same page from here on: what has arrived since, without a script.</param>
/// <param name="Follow">Address that the script asks.</param>
/// <param name="Search">Address of the search with the same filters.</param>
/// <param name="IsBegun">Whether this is the first look.</param>
public sealed record TailModel(
    IReadOnlyList<string> Filters,
    IReadOnlyList<TrailLine> Lines,
    string Here,
    string Follow,
    string Search,
    bool IsBegun
);
