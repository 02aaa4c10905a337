namespace PhiGateway.Console.Rendering;

/// <summary>What the frame around every page needs.</summary>
/// <param name="Title">Title of the page.</param>
/// <param name="Section">Which entry of the navigation is the current one.</param>
/// <param name="Who">The signed-in person; null: nobody.</param>
/// <param name="Notice">A message from the last step; null: none.</param>
/// <param name="OnRecord">What of this view is on record; null: nothing.</param>
/// <param name="Missing">What the page lacks because a store does not answer; null: nothing.</param>
/// <param name="Body">The page's component.</param>
/// <param name="Model">Its parameter.</param>
/// <param name="AssetVersion">Changes whenever sheet or script do.</param>
public sealed record ShellModel(
    string Title,
    string Section,
    ShellPerson? Who,
    string? Notice,
    string? OnRecord,
    string? Missing,
    Type Body,
    object Model,
    string AssetVersion
)
{
    /// <summary>The component's parameters.</summary>
    internal IDictionary<string, object> Parameters => new Dictionary<string, object> { ["Model"] = Model };
}

/// <summary>The signed-in person as the frame shows them.</summary>
/// <param name="Name">Name.</param>
/// <param name="Task">What they do; empty: not said.</param>
/// <param name="Roles">Their roles.</param>
/// <param name="FormToken">Token of the session's forms.</param>
/// <param name="Sections">Entries of the navigation that are open to them.</param>
/// <param name="IsDemo">Whether somebody else can be chosen.</param>
/// <param name="HasWork">Whether something long was begun that can be found again.</param>
public sealed record ShellPerson(
    string Name,
    string Task,
    IReadOnlyList<string> Roles,
    string FormToken,
    IReadOnlyList<ShellSection> Sections,
    bool IsDemo,
    bool HasWork
);

/// <summary>One entry of the navigation.</summary>
/// <param name="Key">Name of the section.</param>
/// <param name="Path">Where it leads.</param>
/// <param name="Label">What stands there.</param>
/// <param name="Shortcut">Key that leads there after <c>g</c>.</param>
public sealed record ShellSection(string Key, string Path, string Label, string Shortcut);
