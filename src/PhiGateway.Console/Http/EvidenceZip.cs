using System.IO.Compression;
using PhiGateway.Proof.Evidence;

namespace PhiGateway.Console.Http;

/// <summary>Makes one file of a bundle of evidence, for whoever takes it away from a page.</summary>
internal static class EvidenceZip
{
    /// <summary>Writes it file by file, each as it is packed.</summary>
    /// <exception cref="InvalidDataException">A name leads out of the folder into which somebody unpacks it; nothing was written.</exception>
    public static async Task WriteAsync(IReadOnlyList<EvidenceFile> files, Stream to, Action<int> done, CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            if (!IsInside(file.Name))
            {
                throw new InvalidDataException("A file of the evidence has a name that leads out of it.");
            }
        }

        var archive = await ZipArchive.CreateAsync(to, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken);
        await using (archive)
        {
            foreach (var file in files)
            {
                await using var entry = await archive.CreateEntry(file.Name).OpenAsync(cancellationToken);
                await entry.WriteAsync(file.Content, cancellationToken);
                done(1);
            }
        }

        await to.FlushAsync(cancellationToken);
    }

    /// <summary>A name that stands in a header between quotes, and then in somebody's folder.</summary>
    public static string NameOf(string name) =>
        string.Concat(name.Select(static (c, place) => char.IsAsciiLetterOrDigit(c) || c == '_' || (c == '.' && place > 1) ? c : '-'));

    // Names come from logs of nodes and ids of records; what is none of that is nobody's evidence.
    private static bool IsInside(string name) =>
        name.Length > 0
        && !name.Any(static c => c is < ' ' or '\\' or ':')
        && name.Split('/').All(static part => part is not ("" or "." or ".."));
}
