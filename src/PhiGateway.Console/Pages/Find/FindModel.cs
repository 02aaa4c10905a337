namespace PhiGateway.Console.Pages.Find;

/// <summary>What the search box found.</summary>
/// <param name="Text">What was typed; null: nothing was; empty: something that is shown to nobody here.</param>
/// <param name="Groups">What fits, by kind.</param>
/// <param name="MayOpen">Whether the viewer may open a patient.</param>
public sealed record FindModel(string? Text, IReadOnlyList<FindGroup> Groups, bool MayOpen);

/// <summary>What fits of one kind.</summary>
/// <param name="Name">The kind in words.</param>
/// <param name="Items">The first few.</param>
/// <param name="Total">How many there are.</param>
public sealed record FindGroup(string Name, IReadOnlyList<FindLine> Items, int Total)
{
    /// <summary>The list of all of them, with what was typed sealed in its address; null: more of the name finds them.</summary>
    public string? All { get; init; }
}

/// <summary>One thing that fits.</summary>
/// <param name="Text">Its name.</param>
/// <param name="Words">What people call it; null: nothing else.</param>
/// <param name="Href">Where it is.</param>
public sealed record FindLine(string Text, string? Words, string Href);
