using PhiGateway.Admin.Calls;

namespace PhiGateway.Console.Work;

/// <summary>What is to be done for a person, and who may have what comes of it.</summary>
/// <param name="Title">What it is called on a page, without PHI.</param>
/// <param name="Roles">Any of these is needed to take what came of it.</param>
/// <param name="Back">The page from which it was begun.</param>
/// <param name="RunAsync">Does it; null when it is done, else why not.</param>
internal sealed record JobPlan(string Title, IReadOnlyList<string> Roles, string Back, Func<JobRun, Task<AdminProblem?>> RunAsync)
{
    /// <summary>Type of the file that comes of it.</summary>
    public string ContentType { get; init; } = "application/octet-stream";

    /// <summary>Name of the file that comes of it; null: a page does.</summary>
    public string? FileName { get; init; }

    /// <summary>What it counts, one and several.</summary>
    public (string One, string Many) Unit { get; init; } = ("step", "steps");

    /// <summary>The page that shows what came of it, by its id; null: a file does.</summary>
    public Func<string, string>? Page { get; init; }
}
