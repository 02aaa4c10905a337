namespace PhiGateway.Audit.Journal.Files;

/// <summary>
/// Creates, opens, moves, syncs and deletes the journal's files: all that the journal asks of a file system. The tests' fake one fails on
/// demand.
/// </summary>
internal interface IJournalFiles
{
    /// <summary>Makes a file of zeros that really has its blocks, durable but for its name.</summary>
    void CreateZeroed(string path, long bytes);

    /// <summary>Overwrites an existing file with zeros, durably.</summary>
    void Zero(string path, long bytes);

    IJournalFile OpenForAppend(string path);

    void Move(string from, string to);

    void Delete(string path);

    /// <summary>Makes names durable: after creating, moving or deleting.</summary>
    void SyncDirectory(string directory);

    /// <summary>Bytes this process may still take on the disk of a directory.</summary>
    long FreeBytes(string directory);
}
