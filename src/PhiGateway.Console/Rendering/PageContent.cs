namespace PhiGateway.Console.Rendering;

/// <summary>What a screen shows: a component with its parameters, and what the frame around it says.</summary>
/// <param name="Title">Title of the page, without PHI.</param>
/// <param name="Section">Which entry of the navigation it belongs to; empty: none.</param>
/// <param name="Body">The component.</param>
/// <param name="Model">Its one parameter, <c>Model</c>.</param>
internal sealed record PageContent(string Title, string Section, Type Body, object Model)
{
    /// <summary>HTTP status.</summary>
    public int Status { get; init; } = 200;

    /// <summary>What of this view is on record, in words; null: nothing is.</summary>
    public string? OnRecord { get; init; }

    /// <summary>What the page lacks because a store does not answer, in words; null: nothing.</summary>
    public string? Missing { get; init; }

    /// <summary>Whether it stands in for a page that is being made still.</summary>
    public bool IsComing { get; init; }

    /// <summary>When the page is asked for again; null: never.</summary>
    public AgainLater? Again { get; init; }
}

/// <summary>That a browser asks again by itself.</summary>
/// <param name="Seconds">After so many seconds.</param>
/// <param name="Path">Of this address, which says that nobody clicked.</param>
internal sealed record AgainLater(int Seconds, string Path);
