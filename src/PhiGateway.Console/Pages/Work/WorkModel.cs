namespace PhiGateway.Console.Pages.Work;

/// <summary>What a person began that takes long.</summary>
/// <param name="Lines">The newest first.</param>
public sealed record WorkModel(IReadOnlyList<JobLine> Lines);

/// <summary>One of them by itself.</summary>
/// <param name="Line">How it stands.</param>
/// <param name="FormToken">Token of the session's forms.</param>
public sealed record JobModel(JobLine Line, string FormToken);

/// <summary>How something long stands.</summary>
/// <param name="Href">Its page.</param>
/// <param name="Title">What it is called.</param>
/// <param name="Back">The page from which it was begun.</param>
/// <param name="Begun">When it began.</param>
/// <param name="Ended">When it was done, or failed; null: it goes on.</param>
/// <param name="Done">How much has been done.</param>
/// <param name="Whole">Of how much; null: it is not known.</param>
/// <param name="One">What it counts, one of it.</param>
/// <param name="Many">Several of it.</param>
/// <param name="Why">Why nothing came of it; null: something did, or it goes on.</param>
/// <param name="FileName">Name of the file that comes of it; null: a page does.</param>
/// <param name="Bytes">Bytes of the file so far.</param>
/// <param name="Page">The page that shows what came of it; null: a file does.</param>
public sealed record JobLine(
    string Href,
    string Title,
    string Back,
    DateTimeOffset Begun,
    DateTimeOffset? Ended,
    long Done,
    long? Whole,
    string One,
    string Many,
    string? Why,
    string? FileName,
    long Bytes,
    string? Page
)
{
    /// <summary>Whether it goes on.</summary>
    public bool IsRunning => Ended is null;

    /// <summary>How far it has come, in words.</summary>
    internal string Progress
    {
        get
        {
            if (Whole is { } whole)
            {
                return $"{Parts.Words.Number(Done)} of {Parts.Words.Count(whole, One, Many)}";
            }

            var far = Parts.Words.Count(Done, One, Many);
            return IsRunning ? far + " so far" : far;
        }
    }

    /// <summary>How it stands, in a word.</summary>
    internal (string Kind, string Text) State =>
        this switch
        {
            { Ended: null } => ("info", "under way"),
            { Why: not null } => ("deny", "failed"),
            _ => ("allow", "ready"),
        };
}
