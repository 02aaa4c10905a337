using System.Text;

namespace PhiGateway.Audit.Journal.Files;

/// <summary>Writes small files beside the journal whole or not at all, so that they stand after a power cut, and destroys them.</summary>
public static class DurableFile
{
    /// <summary>Writes or replaces a file; its folder is made when it is not there.</summary>
    public static void Write(string path, string text)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var temporary = path + ".new";
        using (var handle = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(handle, Encoding.UTF8.GetBytes(text), 0);
            JournalFiles.Flush(handle);
        }

        File.Move(temporary, path, overwrite: true);
        new JournalFiles().SyncDirectory(folder);
    }

    /// <summary>Overwrites a secret with zeros and removes it; what the disk keeps of it elsewhere is beyond a program's reach.</summary>
    public static void Destroy(string path)
    {
        using (var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Write))
        {
            RandomAccess.Write(handle, new byte[RandomAccess.GetLength(handle)], 0);
            JournalFiles.Flush(handle);
        }

        File.Delete(path);
        new JournalFiles().SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Makes everything durable that was written to the file system of a folder.</summary>
    public static void SyncAll(string folder)
    {
        if (OperatingSystem.IsLinux())
        {
            NativeFile.SyncFileSystem(folder);
        }
    }
}
