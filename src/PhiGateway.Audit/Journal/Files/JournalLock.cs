namespace PhiGateway.Audit.Journal.Files;

/// <summary>
/// Holds the lock that keeps a journal directory to one process; the operating system lets go when the process ends, however it ends.
/// </summary>
internal sealed class JournalLock : IDisposable
{
    private const string FileName = "journal.lock";

    private readonly FileStream _file;

    private JournalLock(FileStream file) => _file = file;

    /// <exception cref="JournalOpenException">Not writable, or in use.</exception>
    public static JournalLock Take(string directory)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                _ = Directory.CreateDirectory(directory);
            }
            else
            {
                _ = Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new JournalOpenException($"The journal directory {directory} cannot be created: {e.Message}", e);
        }

        var path = Path.Combine(directory, FileName);
        try
        {
            return new JournalLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new JournalOpenException($"The journal directory {directory} is not writable by this user.", e);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new JournalOpenException(
                $"The journal in {directory} is in use by another process. Each gateway node needs a journal directory of its own.",
                e
            );
        }
        catch (IOException e)
        {
            throw new JournalOpenException($"The journal directory {directory} is not writable: {e.Message}", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
