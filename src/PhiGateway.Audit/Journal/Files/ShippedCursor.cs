using System.Globalization;
using System.Text;
using PhiGateway.Audit.Journal.Segments;

namespace PhiGateway.Audit.Journal.Files;

/// <summary>
/// Reads and writes the file that names the last record up to which the store has everything; written whole or not at all.
/// </summary>
internal static class ShippedCursor
{
    public const string FileName = "shipped.cursor";

    /// <summary>-1 when nothing was shipped.</summary>
    /// <exception cref="JournalOpenException">The file is damaged.</exception>
    public static long Read(string directory)
    {
        var path = Path.Combine(directory, FileName);
        if (!File.Exists(path))
        {
            return -1;
        }

        var parts = File.ReadAllText(path).TrimEnd('\n').Split(' ');
        return
            parts.Length == 2
            && long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var sequence)
            && parts[1] == Mark(parts[0])
            ? sequence
            : throw new JournalOpenException(
                $"{path} is damaged: what was shipped is unknown. Remove it only when every segment from the first record on is present."
            );
    }

    public static void Write(string directory, long sequence, IJournalFiles files)
    {
        var text = sequence.ToString(CultureInfo.InvariantCulture);
        var path = Path.Combine(directory, FileName);
        var temporary = path + ".new";
        using (var handle = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write))
        {
            RandomAccess.Write(handle, Encoding.ASCII.GetBytes($"{text} {Mark(text)}\n"), 0);
            JournalFiles.Flush(handle);
        }

        File.Move(temporary, path, overwrite: true);
        files.SyncDirectory(directory);
    }

    private static string Mark(string text) => Crc32C.Of(Encoding.ASCII.GetBytes(text)).ToString("x8", CultureInfo.InvariantCulture);
}
