namespace PhiGateway.Audit.Journal.Files;

/// <summary>A segment file open for the writer.</summary>
internal interface IJournalFile : IDisposable
{
    string Path { get; }

    /// <summary>Returns when the bytes are on the disk.</summary>
    void WriteDurable(ReadOnlySpan<byte> bytes, long offset);
}
