using System.IO.Compression;
using PhiGateway.Proof.Evidence;

namespace PhiGateway.Console.Http;

/// <summary>Makes one file of a bundle of evidence, for whoever takes it away from a page.</summary>
internal static class EvidenceZip
{
    /// <summary>Its bytes.</summary>
    /// <exception cref="InvalidDataException">A name leads out of the folder into which somebody unpacks it.</exception>
    public static async Task<ReadOnlyMemory<byte>> MakeAsync(IReadOnlyList<EvidenceFile> files, CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            if (!IsInside(file.Name))
            {
                throw new InvalidDataException("A file of the evidence has a name that leads out of it.");
            }
        }

        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var file in files)
            {
                await using var entry = await archive.CreateEntry(file.Name).OpenAsync(cancellationToken);
                await entry.WriteAsync(file.Content, cancellationToken);
            }
        }

        return bytes.ToArray();
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
