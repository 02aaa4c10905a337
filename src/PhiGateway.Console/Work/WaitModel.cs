namespace PhiGateway.Console.Work;

/// <summary>What stands where something is being made still.</summary>
/// <param name="Title">Title of the page that is to come.</param>
/// <param name="Words">What is being made, as a sentence.</param>
/// <param name="Path">The page that is to come.</param>
/// <param name="Refused">Why a form was refused, of which nothing was done; null: none was.</param>
public sealed record WaitModel(string Title, string Words, string Path, string? Refused = null);
