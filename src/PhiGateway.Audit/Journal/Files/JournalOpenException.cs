namespace PhiGateway.Audit.Journal.Files;

/// <summary>The journal cannot be opened, in words for the operator; nothing was changed on disk and nothing must be served.</summary>
public sealed class JournalOpenException : IOException
{
    /// <summary>The message says which file is wrong and what an operator does about it.</summary>
    public JournalOpenException(string message, Exception? inner = null)
        : base(message, inner) { }
}
